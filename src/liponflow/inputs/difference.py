"""A difference between a user's inputs and ours."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A value that a directory and an input set do not share."""

    file: str
    key: str
    theirs: Any
    """None if the directory lacks the key."""
    ours: Any
    """None if the input set does not write the key."""
    source: str
    """Where our value comes from; empty if it is unknown."""
