"""Differences between a user's inputs and an input set."""

from dataclasses import dataclass
from typing import Any


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
