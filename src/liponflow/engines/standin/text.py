"""Text files that are flushed block by block."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class TextFile:
    """A file that is flushed after every block.

    Parameters
    ----------
    path
        File to replace.
    encoding
        Encoding; characters outside it are written as XML references.
    """

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self._file = path.open("w", encoding=encoding, errors="xmlcharrefreplace")

    def put(self, text: str) -> None:
        """Write a block and flush it."""
        self._file.write(text)
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def rows(template: str, values: NDArray[np.floating[Any]]) -> str:
    """Format all rows of an array at once, ten times as fast as line by line.

    Parameters
    ----------
    template
        %-format of one row, with its line break.
    values
        Shape (n, number of conversions in the template).

    Examples
    --------
    >>> rows("%6.2f%6.2f;", np.array([[1.0, 2.0], [3.0, 4.0]]))
    '  1.00  2.00;  3.00  4.00;'
    """
    return (template * len(values)) % tuple(values.ravel().tolist())
