"""Spread of a campaign's quantities over several engines: the uncertainty of the model.

Every engine computes the campaign on its own energy scale, and gives a result of its own. Only
quantities that do not depend on the zero of that scale are compared: voltages, barriers, energies
above a hull, lengths. The spread says how far the engines differ. It is not a confidence interval:
potentials trained on the same data can agree and be wrong together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import EngineInfo, Result
from liponflow.document import Document

SPREAD_NOTE = "not a confidence interval"
"""What a figure adds to the name of a spread."""


@dataclass(frozen=True)
class Observable:
    """A number of a result that is compared between engines.

    Attributes
    ----------
    quantity
        What it is, such as ``voltage``; limits are given by quantity.
    subject
        Of what, such as ``x = 0.5 to 1``.
    unit
        Its unit; empty if it has none.
    value
        In that unit; None if the result lacks it.
    """

    quantity: str
    subject: str
    unit: str
    value: float | None


class Spread(NamedTuple):
    """Mean and range of a quantity over engines."""

    n: int
    mean: float
    low: float
    high: float


class EngineSpread(Document):
    """One quantity with several engines, and its spread over them."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "quantity",
        "subject",
        "unit",
        "mean",
        "low",
        "high",
        "n_engines",
        "limit",
    )
    """Fields for a narrow table."""

    quantity: Annotated[str, Column(heading="quantity", wraps=True)] = Field(
        description="Quantity that the engines computed."
    )
    subject: Annotated[str, Column(heading="of", wraps=True)] = Field(
        description="State, phase, bond or hop that it belongs to."
    )
    unit: Annotated[str, Column(heading="unit")] = Field(
        description="Unit of all numbers of this entry; empty without one."
    )
    values: Annotated[dict[str, float], Quantity("")] = Field(
        description="Value by engine, in `unit`."
    )
    n_engines: Annotated[int, Column(heading="engines", fmt="d")] = Field(
        description="Number of engines with a value."
    )
    mean: Annotated[float, Column(heading="mean", fmt="z.3f")] = Field(
        description="Mean over the engines, in `unit`."
    )
    low: Annotated[float, Column(heading="lowest", fmt="z.3f")] = Field(
        description="Lowest value, in `unit`."
    )
    high: Annotated[float, Column(heading="highest", fmt="z.3f")] = Field(
        description="Highest value, in `unit`."
    )
    limit: Annotated[float | None, Column(heading="limit", fmt=".3g")] = Field(
        None,
        description="Largest difference between two engines that does not warn, in `unit`; None "
        "without one.",
    )


class ComparedEngine(Document):
    """An engine of a comparison, and why it has no numbers if it has none."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "functional", "recomputed", "reason")
    """Fields for a narrow table."""

    name: Annotated[str, Column(heading="engine")] = Field(
        description="Engine with its weights or version, as in the values of the spreads."
    )
    engine: EngineInfo | None = Field(None, description="The engine that ran; None if none did.")
    functional: Annotated[str | None, Column(heading="functional")] = Field(
        None, description="Functional of the engine, or of its training data."
    )
    energy_scale: str | None = Field(
        None, description="Corrections included in its total energies, if any."
    )
    recomputed: Annotated[str, Column(heading="recomputed", wraps=True)] = Field(
        description="What the engine computed; the rest is taken from the main engine."
    )
    reason: Annotated[str | None, Column(heading="why missing", wraps=True)] = Field(
        None, description="Why it has no numbers; None if it has."
    )
    remarks: list[str] = Field(
        default_factory=list, description="Warnings of the result of this engine."
    )


class ComparedResult(Result):
    """Base of results that several engines can compute."""

    engines: list[ComparedEngine] = Field(
        default_factory=list,
        description="Engines of the comparison, the main one first; empty without further ones.",
    )
    engine_spreads: list[EngineSpread] = Field(
        default_factory=list,
        description="Spread over the engines: the uncertainty of the model, which is not a "
        "confidence interval.",
    )

    def spread(self, quantity: str, subject: str) -> EngineSpread | None:
        """Return the spread of a quantity, None if fewer than two engines have it."""
        return next(
            (s for s in self.engine_spreads if (s.quantity, s.subject) == (quantity, subject)),
            None,
        )


Compared = TypeVar("Compared", bound=ComparedResult)


def spread_of(values: Sequence[float]) -> Spread | None:
    """Return mean and range of a quantity over engines; None for fewer than two values.

    Examples
    --------
    >>> spread_of([1.0, 2.0, 6.0])
    Spread(n=3, mean=3.0, low=1.0, high=6.0)
    """
    if len(values) < 2:  # noqa: PLR2004 - a single value has no spread
        return None
    return Spread(len(values), fsum(values) / len(values), min(values), max(values))


def engine_spreads(
    found: Mapping[str, Sequence[Observable]], limits: Mapping[str, float]
) -> list[EngineSpread]:
    """Return the spread of every observable with two or more values.

    Parameters
    ----------
    found
        Observables by name of the engine.
    limits
        Largest difference that does not warn, by quantity, in its unit.

    Returns
    -------
    list of EngineSpread
        In the order in which the observables first appear.

    Raises
    ------
    ValueError
        If two engines give an observable in different units.
    """
    values: dict[tuple[str, str], dict[str, float]] = {}
    units: dict[tuple[str, str], str] = {}
    for engine, observables in found.items():
        for one in observables:
            key = (one.quantity, one.subject)
            if units.setdefault(key, one.unit) != one.unit:
                raise ValueError(
                    f"{one.quantity} of {one.subject} is given in {units[key]} and in {one.unit}"
                )
            if one.value is not None:
                values.setdefault(key, {})[engine] = one.value
    spreads = []
    for (quantity, subject), by_engine in values.items():
        spread = spread_of(list(by_engine.values()))
        if spread is not None:
            spreads.append(
                EngineSpread(
                    quantity=quantity,
                    subject=subject,
                    unit=units[quantity, subject],
                    values=by_engine,
                    n_engines=spread.n,
                    mean=spread.mean,
                    low=spread.low,
                    high=spread.high,
                    limit=limits.get(quantity),
                )
            )
    return spreads


def disagreements(spreads: Sequence[EngineSpread]) -> list[str]:
    """Return one warning per quantity whose engines differ by more than its limit.

    Parameters
    ----------
    spreads
        From :func:`engine_spreads`.
    """
    warnings = []
    for quantity in dict.fromkeys(spread.quantity for spread in spreads):
        own = [s for s in spreads if s.quantity == quantity and s.limit is not None]
        far = [s for s in own if s.limit is not None and s.high - s.low > s.limit]
        if not far:
            continue
        worst = max(far, key=lambda spread: spread.high - spread.low)
        values = ", ".join(f"{name} {value:.3f}" for name, value in worst.values.items())
        difference = f"{worst.high - worst.low:.3f} {worst.unit}".rstrip()
        warnings.append(
            f"the engines disagree on {quantity}: {len(far)} of {len(own)} values differ by more "
            f"than the limit of {worst.limit:g}, {worst.subject} by {difference} ({values}); "
            "quote the spread, or use a method that is known to be right for it"
        )
    return warnings


def with_spread(
    result: Compared,
    others: Mapping[str, Compared | str],
    observe: Callable[[Compared], Sequence[Observable]],
    *,
    limits: Mapping[str, float],
    recomputed: str,
) -> Compared:
    """Return a result with its spread over further engines.

    Parameters
    ----------
    result
        Result of the main engine, whose numbers stay as they are.
    others
        Results of further engines by the name that the user gave, or the reason why there is none.
    observe
        Function that returns the observables of a result.
    limits
        Largest difference that does not warn, by quantity, in its unit.
    recomputed
        What a further engine computed, for the record.

    Returns
    -------
    ComparedResult
        The same result if there is no further engine.
    """
    if not others:
        return result
    results = {name: other for name, other in others.items() if not isinstance(other, str)}
    names = engine_names(
        result.provenance.engine,
        {name: other.provenance.engine for name, other in results.items()},
    )
    observed = {result.provenance.engine.short: observe(result)}
    observed |= {names[name]: observe(other) for name, other in results.items()}
    spreads = engine_spreads(observed, limits)
    engines = [_compared(result.provenance.engine, recomputed="everything")]
    for name, other in others.items():
        if isinstance(other, str):
            engines.append(ComparedEngine(name=name, recomputed="nothing", reason=other))
        else:
            made = _compared(
                other.provenance.engine, recomputed=recomputed, remarks=other.warnings
            )
            engines.append(made.model_copy(update={"name": names[name]}))
    missing = [
        f"no numbers of {engine.name}: {engine.reason}" for engine in engines if engine.reason
    ]
    return result.model_copy(
        update={
            "engines": engines,
            "engine_spreads": spreads,
            "warnings": [*result.warnings, *missing, *disagreements(spreads)],
        }
    )


def _compared(
    engine: EngineInfo, *, recomputed: str, remarks: Sequence[str] = ()
) -> ComparedEngine:
    return ComparedEngine(
        name=engine.short,
        engine=engine,
        functional=engine.functional,
        energy_scale=engine.energy_scale,
        recomputed=recomputed,
        remarks=list(remarks),
    )


def engine_names(main: EngineInfo, others: Mapping[str, EngineInfo]) -> dict[str, str]:
    """Return the names of further engines in tables by the names that the user gave.

    Parameters
    ----------
    main
        Main engine, whose name is :attr:`EngineInfo.short`.
    others
        Further engines, by the user's name, which is kept where two short names are the same.
    """
    taken = {main.short}
    names = {}
    for given, engine in others.items():
        names[given] = given if engine.short in taken else engine.short
        taken.add(names[given])
    return names


def before_comparison(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document from before engines were compared, which fits without any."""
    return document
