"""Tables of numbers in text, with what stands above them."""

import re
from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import read_text

_SEPARATOR = re.compile(r"[,;\t ]+")
_NAMES = re.compile(r"[,;\t]")
_COMMENT = "#%!"


class TableError(FileError):
    """A table that cannot be used."""

    page = "docs/measurements.md"


@dataclass(frozen=True)
class Table:
    """Numbers in columns.

    Attributes
    ----------
    path
        The file.
    header
        Lines above the numbers.
    values
        Shape (rows, columns).
    """

    path: Path
    header: list[str]
    values: FloatArray

    @property
    def names(self) -> list[str]:
        """Names of the columns: the last header line, if it has one for each; empty otherwise."""
        if not self.header:
            return []
        line = self.header[-1].strip(_COMMENT + " ")
        count = self.values.shape[1]
        for parts in (_NAMES.split(line), line.split()):
            names = [part.strip().strip('"') for part in parts]
            if len(names) == count:
                return names
        return []

    def find(self, pattern: str) -> int | None:
        """Return the number of the first column whose name matches a pattern; None without one.

        Examples
        --------
        >>> table = Table(Path("x.csv"), ["# time (s), current (A)"], np.ones((3, 2)))
        >>> table.find("current"), table.find("voltage") is None
        (1, True)
        """
        found = (
            number
            for number, name in enumerate(self.names)
            if re.search(pattern, name, re.IGNORECASE)
        )
        return next(found, None)


def read_numbers(path: Path, kind: type[FileError] = TableError) -> tuple[list[str], FloatArray]:
    """Read the header and the numbers of a text.

    Parameters
    ----------
    path
        Rows of as many numbers each, separated by commas, semicolons, tabs or spaces. Lines before
        them are the header.
    kind
        Class of the error.

    Returns
    -------
    tuple
        Lines of the header, and the numbers, shape (rows, columns); columns is 0 without any.

    Raises
    ------
    FileError
        Of the given kind, if a line after the first row has other contents.
    """
    header, cells, width = list[str](), array("d"), 0
    for number, line in enumerate(read_text(path, errors="replace").splitlines(), start=1):
        text = line.strip()
        if not text:
            continue
        values = _numbers(text)
        if values is None and not cells:
            header.append(text)
            continue
        if values is None or (width and len(values) != width):
            raise kind(
                f"{path}, line {number}: {text[:60]!r} is not {width} numbers as the lines "
                "before; correct it"
            )
        width = len(values)
        cells.extend(values)
    return header, np.array(cells).reshape(-1, width) if width else np.zeros((0, 0))


def read_table(path: Path, *, columns: int, what: str, remedy: str) -> Table:
    """Read a table of finite numbers.

    Parameters
    ----------
    path
        Text, see :func:`read_numbers`; compressed or not.
    columns
        Least number of columns.
    what, remedy
        What the file is meant to be, with its article, and what the user can do.

    Raises
    ------
    TableError
        If there is no such file, it has fewer columns or rows, or a number is not finite.
    """
    path = path.expanduser()
    check_is_file(path, TableError, remedy=remedy)
    with file_boundary(path, TableError, what=what, remedy=remedy):
        header, values = read_numbers(path)
        if values.shape[1] < columns:
            raise TableError(
                f"{path}: {values.shape[1]} columns of numbers, and {what} has {columns} or more: "
                f"{remedy}"
            )
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, column = bad[0]
            raise TableError(
                f"{path}: row {row + 1} of the numbers, column {column + 1} is "
                f"{values[row, column]:g}: remove the row or correct it"
            )
        return Table(path, header, values)


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(word) for word in _SEPARATOR.split(text.strip(",; \t"))]
    except ValueError:
        return None
