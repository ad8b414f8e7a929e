"""Numbers of atoms in the headers of files, checked before anything of their size is made."""

from pathlib import Path

from liponflow.decompression import COMPRESSED, MOST_EXPANSION

_SHORTEST_LINE = 6
"""Characters of the shortest line of an atom: three coordinates of one digit."""


def most_lines(path: Path) -> int:
    """Return a number of lines of atoms that the file cannot exceed."""
    packed = MOST_EXPANSION if path.suffix.lower() in COMPRESSED else 1
    return packed * path.stat().st_size // _SHORTEST_LINE + 1


def atom_count(word: str, most: int) -> int:
    """Return a number of atoms in a header.

    Raises
    ------
    ValueError
        If it is not a whole number, below 1, or above the most that the file can hold.

    Examples
    --------
    >>> atom_count(" 122", 1000)
    122
    """
    count = int(word)
    if not 1 <= count <= most:
        raise ValueError(f"{count:.6g} atoms, but the file has less than {most} lines")
    return count
