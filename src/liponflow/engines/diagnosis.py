"""What ``liponflow doctor`` finds: the parts of an engine on this machine, with remedies."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether a part is there."""

    OK = "ok"
    NOTE = "note"
    """The engine runs, with the restriction that is stated."""
    MISSING = "missing"
    """The engine cannot run."""


@dataclass(frozen=True)
class Finding:
    """A part of an engine on this machine.

    Attributes
    ----------
    part
        Its name, such as ``PAW data sets``.
    state
        Whether it is there.
    found
        What was found: a version, a path, or the reason why it cannot be used.
    remedy
        Command or advice for a part that is missing or restricted; empty if there is none.
    """

    part: str
    state: State
    found: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """What was found and the remedy, as one line."""
        return f"{self.found}; {self.remedy}" if self.remedy else self.found


def missing(findings: Iterable[Finding]) -> list[str]:
    """Return a line for each part without which the engine cannot run.

    Examples
    --------
    >>> compiler = Finding("C compiler", State.MISSING, "no gcc", "apt-get install gcc")
    >>> missing([Finding("Python", State.OK, "3.11"), compiler])
    ['no gcc; apt-get install gcc']
    """
    return [finding.line for finding in findings if finding.state is State.MISSING]
