"""What ``liponflow doctor`` finds: parts of an engine or a project, with remedies."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether a part is there."""

    OK = "ok"
    NOTE = "note"
    """It works, with the restriction that is stated."""
    MISSING = "missing"
    """It does not work."""


@dataclass(frozen=True)
class Finding:
    """A part of an engine on this machine, or of a project of jobflow-remote.

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
    """Return a line for each part without which it does not work.

    Examples
    --------
    >>> compiler = Finding("C compiler", State.MISSING, "no gcc", "apt-get install gcc")
    >>> missing([Finding("Python", State.OK, "3.11"), compiler])
    ['no gcc; apt-get install gcc']
    """
    return [finding.line for finding in findings if finding.state is State.MISSING]
