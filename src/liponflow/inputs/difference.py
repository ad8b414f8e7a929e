"""Differences between a user's inputs and an input set."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a value of the inputs decides on.

    Attributes
    ----------
    PHYSICS
        What is computed: the functional, U, moments, the ensemble.
    NUMERICS
        How precisely: cut-off, mesh, criteria, algorithms.
    PARALLEL
        How the work is divided.
    LABEL
        How the run is called, and which files it writes.
    """

    PHYSICS = "physics"
    NUMERICS = "numerics"
    PARALLEL = "parallel"
    LABEL = "label"

    @property
    def matters(self) -> bool:
        """Whether results depend on it."""
        return self in {Role.PHYSICS, Role.NUMERICS}


@dataclass(frozen=True)
class Difference:
    """A value in which a directory and an input set differ."""

    file: str
    key: str
    theirs: Any
    """None if the directory lacks the key."""
    ours: Any
    """None if the input set does not write the key."""
    source: str
    """Source of the input set's value; empty if unknown."""
    role: Role = Role.NUMERICS
