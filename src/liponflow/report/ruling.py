"""Rule on every published number: pass, input, explained, differs or missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from liponflow import registry
from liponflow.analysis.provenance import SYNTHETIC
from liponflow.analysis.result import Result
from liponflow.inputs.presets import load_data
from liponflow.report.catalogue import Explanation, PublishedNumber
from liponflow.report.findings import Finding, formula_key
from liponflow.report.places import value_at

VALUES = "liponflow.report.values"
"""Module of the functions that an entry can name."""


class Verdict(StrEnum):
    """What becomes of a published number."""

    PASS = "pass"  # noqa: S105 - a verdict
    INPUT = "input"
    EXPLAINED = "explained"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True)
class Ruling:
    """The verdict on one published number.

    Attributes
    ----------
    number
        The number.
    verdict
        The verdict.
    ours
        Our value; None without one.
    interval
        Its lower and upper limit; None where the result has none.
    finding
        Result with our value; None without one, and for parameters.
    reason
        Why it differs, is missing or is an input, in one sentence or more; empty for a value that
        passes.
    page
        Page with the evidence of an explanation; empty without one.
    """

    number: PublishedNumber
    verdict: Verdict
    ours: Any = None
    interval: tuple[float, float] | None = None
    finding: Finding | None = None
    reason: str = ""
    page: str = ""

    @property
    def engine(self) -> str:
        """What made our value, in one line; empty without one."""
        if self.finding is not None:
            return self.finding.result.provenance.engine.label
        return "our preset" if self.number.parameter and self.ours is not None else ""


def rule_on(numbers: Iterable[PublishedNumber], findings: Sequence[Finding]) -> list[Ruling]:
    """Return the ruling on each number.

    Parameters
    ----------
    numbers
        The numbers.
    findings
        Results, the latest first. Of those that have a value, DFT counts before potentials.

    Returns
    -------
    list of Ruling
        In the order of the numbers.
    """
    return [_rule(number, findings) for number in numbers]


def _rule(number: PublishedNumber, findings: Sequence[Finding]) -> Ruling:
    if number.not_computed:
        return Ruling(number, Verdict.MISSING, reason=number.not_computed)
    if not (number.parameter or number.at or number.function):
        return Ruling(number, Verdict.INPUT, reason=number.input)
    if number.parameter:
        topic, *place = number.parameter
        ours = value_at(load_data(str(topic)), [*place, "value"])
        return _compared(number, ours, None)
    fitting = [
        item for item in findings if item.fits(number.kind, number.formula, number.elements)
    ]
    found = [item for item in fitting if our_value(item.result, number) is not None]
    converged = [item for item in found if item.result.converged and not _is_synthetic(item)]
    if not converged:
        return Ruling(number, Verdict.MISSING, reason=_why_missing(number, fitting, found))
    best = min(converged, key=lambda item: item.result.provenance.engine.surrogate)
    return _compared(number, our_value(best.result, number), best)


def our_value(result: Result, number: PublishedNumber) -> Any:
    """Return our value of a number from a result of its kind; None if the result has none."""
    if number.function is not None:
        return registry.resolve(f"{VALUES}:{number.function}")(result, **number.arguments)
    return value_at(result, number.at or ())


def _why_missing(
    number: PublishedNumber, fitting: Sequence[Finding], found: Sequence[Finding]
) -> str:
    if found and _is_synthetic(found[0]):
        return f"the result {found[0].name} is one of synthetic data, which confirm nothing"
    if found:
        return f"the result {found[0].name} is not converged: {found[0].result.criterion}"
    if fitting:
        return f"the result {fitting[0].name} does not contain it"
    what = f"{number.kind} result" + (f" of {number.formula}" if number.formula else "")
    if number.elements:
        what += f" of a material of {', '.join(number.elements)}"
    return f"there is no {what}"


def _is_synthetic(finding: Finding) -> bool:
    return finding.result.provenance.engine.name == SYNTHETIC


def _compared(number: PublishedNumber, ours: Any, finding: Finding | None) -> Ruling:
    interval = None
    if finding is not None and number.interval is not None:
        low, high = (value_at(finding.result, place) for place in number.interval)
        interval = None if low is None or high is None else (float(low), float(high))
    if agrees(number, ours):
        verdict = Verdict.INPUT if _is_input(number, finding) else Verdict.PASS
        reason = number.input if verdict is Verdict.INPUT else ""
        return Ruling(number, verdict, ours, interval, finding, reason)
    engine = "" if finding is None else finding.result.provenance.engine.name
    for item in number.explanations:
        if _explains(item, number, ours, engine):
            found = Verdict.EXPLAINED
            return Ruling(number, found, ours, interval, finding, item.reason, item.page)
    reason = "no explanation is known"
    return Ruling(number, Verdict.DIFFERS, ours, interval, finding, reason)


def _is_input(number: PublishedNumber, finding: Finding | None) -> bool:
    """Return whether agreement shows nothing, as what agrees was put in."""
    if number.input_if is None or finding is None:
        return bool(number.input)
    return bool(registry.resolve(f"{VALUES}:{number.input_if}")(finding.result))


def _explains(item: Explanation, number: PublishedNumber, ours: Any, engine: str) -> bool:
    if item.engines and not engine.startswith(item.engines):
        return False
    if item.value is not None:
        return agrees(number.model_copy(update={"value": item.value}), ours)
    if item.side is not None:
        low, high = _ends(number)
        return bool(ours > high if item.side == "above" else ours < low)
    return True


def agrees(number: PublishedNumber, ours: Any) -> bool:
    """Return whether our value agrees with a published number.

    A number agrees within its tolerance or factor, with a range also inside it, names agree in any
    order and spelling of a formula, and everything else if it is the same.

    Parameters
    ----------
    number
        The published number.
    ours
        Our value, in its unit.
    """
    published = number.value
    if isinstance(published, bool) or isinstance(ours, bool):
        return published is ours
    if isinstance(published, Mapping):
        return isinstance(ours, Mapping) and _floats(published) == _floats(ours)
    if isinstance(published, str):
        return isinstance(ours, str) and formula_key(published) == formula_key(ours)
    if isinstance(published, tuple) and isinstance(ours, list | tuple):
        return _several(published) == _several(ours)
    return isinstance(ours, int | float) and _within(number, float(ours))


def _within(number: PublishedNumber, ours: float) -> bool:
    """Return whether a number lies in the range of a published one, widened by its tolerance."""
    low, high = _ends(number)
    if number.factor > 1:
        return low / number.factor <= ours <= high * number.factor
    rounding = 1e-9 * max(abs(low), abs(high))
    return low - number.tolerance - rounding <= ours <= high + number.tolerance + rounding


def _ends(number: PublishedNumber) -> tuple[float, float]:
    """Return both ends of a published range, which are the same for one number."""
    published = number.value if isinstance(number.value, tuple) else (number.value,)
    return float(str(published[0])), float(str(published[-1]))


def _several(values: Sequence[Any]) -> list[float] | list[str]:
    """Return numbers in their order, and names in any."""
    if all(isinstance(value, int | float) for value in values):
        return [float(value) for value in values]
    return sorted(formula_key(str(value)) for value in values)


def _floats(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}
