"""Reading of impedance spectra: columns of text, and the exports of Gamry and BioLogic."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liponflow.analysis.impedance.circuit import ComplexArray
from liponflow.analysis.measured.table import Table, TableError, read_table
from liponflow.arrays import FloatArray
from liponflow.boundary import check_is_file, file_boundary
from liponflow.decompression import read_text

REMEDY = (
    "give columns of frequency (Hz), real and imaginary part of the impedance (Ω), a .DTA of "
    "Gamry or a .mpt of BioLogic"
)
LEAST_POINTS = 10
"""Frequencies that a fit needs."""

_FREQUENCY = r"freq|^f\b|\bhz\b"
_IMAGINARY = r"im\(|imag|z''|z\"|zim|\bim\b|''"
_REAL = r"re\(|real|z'(?!')|zre|\bre\b"
_MINUS = re.compile(r"^\s*[-−–]|\(\s*[-−–]")
_PREFIX = {"k": 1e3, "M": 1e6, "G": 1e9, "m": 1e-3}
_UNIT = re.compile(r"(?<![A-Za-z])([kMGm])(?=Hz|[Oo]hm|Ω|Ω)")


@dataclass(frozen=True)
class Spectrum:
    """Impedance of one file.

    Attributes
    ----------
    source
        The file.
    frequency
        Hz, from high to low, shape (n,).
    impedance
        Ω, shape (n,); negative imaginary parts are capacitive.
    sign
        How the sign of the imaginary part was found, in words.
    """

    source: str
    frequency: FloatArray
    impedance: ComplexArray
    sign: str

    @property
    def omega(self) -> FloatArray:
        """Angular frequencies (1/s)."""
        return 2 * np.pi * self.frequency


def read_impedance(path: Path) -> Spectrum:
    """Read the impedance spectrum of a file.

    Parameters
    ----------
    path
        ``.DTA`` of Gamry, ``.mpt`` of BioLogic, or columns: by their names, or frequency, real and
        imaginary part in this order. Prefixes such as kOhm or MHz in the names are converted.

    Raises
    ------
    TableError
        If it is not a spectrum, has too few points or values that a passive cell cannot have.
    """
    path = path.expanduser()
    check_is_file(path, TableError, remedy=REMEDY)
    endings = {suffix.lower() for suffix in path.suffixes}
    with file_boundary(path, TableError, what="an impedance spectrum", remedy=REMEDY):
        if ".dta" in endings:
            table = _gamry(path)
        elif ".mpt" in endings:
            table = _biologic(path)
        else:
            table = read_table(path, columns=3, what="an impedance spectrum", remedy=REMEDY)
        return _spectrum(table)


def _spectrum(table: Table) -> Spectrum:
    found = [table.find(pattern) for pattern in (_FREQUENCY, _REAL, _IMAGINARY)]
    if table.names and None in found and any(place is not None for place in found):
        raise TableError(
            f"{table.path}: columns {', '.join(table.names)}: one each must be named as "
            "frequency, real part and imaginary part, such as freq/Hz, Re(Z)/Ohm and -Im(Z)/Ohm"
        )
    places = [place for place in found if place is not None] or [0, 1, 2]
    names = [table.names[place] if table.names else "" for place in places]
    frequency, real, imaginary = (
        table.values[:, place] * _scale(name) for place, name in zip(places, names, strict=True)
    )
    inside = frequency > 0
    if inside.sum() < LEAST_POINTS:
        raise TableError(
            f"{table.path}: {int(inside.sum())} frequencies above 0 Hz; a fit needs at least "
            f"{LEAST_POINTS}: {REMEDY}"
        )
    order = np.argsort(-frequency[inside], kind="stable")
    frequency, real, imaginary = (part[inside][order] for part in (frequency, real, imaginary))
    if not np.abs(real + 1j * imaginary).all():
        raise TableError(f"{table.path}: an impedance is 0 Ω: remove the row")
    if np.median(real) <= 0:
        raise TableError(
            f"{table.path}: most real parts are negative, as of no passive cell: check the columns"
        )
    negated, sign = _sign(imaginary, names[2])
    z = real + 1j * (-imaginary if negated else imaginary)
    return Spectrum(str(table.path), frequency, z, sign)


def _sign(imaginary: FloatArray, name: str) -> tuple[bool, str]:
    """Return whether the imaginary part is written as -Z'', and how that was found."""
    if _MINUS.search(name):
        return True, f"-Z'', by the name of the column ({name})"
    if np.median(imaginary) > 0:
        return True, "-Z'', since most of its values are positive, and most of a film capacitive"
    return False, "Z'', since most of its values are negative, and most of a film capacitive"


def _scale(name: str) -> float:
    found = _UNIT.search(name)
    return _PREFIX[found[1]] if found else 1.0


def _gamry(path: Path) -> Table:
    """Read the table ZCURVE of a .DTA."""
    lines = read_text(path, errors="replace").splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith("ZCURVE")), None)
    if begin is None:
        raise TableError(f"{path}: has no table ZCURVE: export an impedance spectrum")
    names = [name.strip() for name in lines[begin + 1].split("\t")]
    columns = [names.index(name) for name in ("Freq", "Zreal", "Zimag")]
    rows = []
    for line in lines[begin + 3 :]:
        if not line.startswith("\t"):
            break
        words = line.split("\t")
        rows.append([_number(words[column]) for column in columns])
    return _checked(path, "Freq, Zreal, Zimag", rows)


def _biologic(path: Path) -> Table:
    """Read a .mpt, whose header says how long it is."""
    lines = read_text(path, errors="replace").splitlines()
    found = re.search(r"Nb header lines\s*:\s*(\d+)", "\n".join(lines[:5]))
    if found is None:
        raise TableError(f"{path}: has no line 'Nb header lines': export it as text by EC-Lab")
    count = int(found[1])
    names = lines[count - 1].split("\t")
    wanted = [
        next(n for n, name in enumerate(names) if name.lower().startswith(text))
        for text in ("freq", "re(z)", "-im(z)")
    ]
    rows = [
        [_number(words[column]) for column in wanted]
        for line in lines[count:]
        if line.strip() and (words := line.split("\t"))
    ]
    return _checked(path, ", ".join(names[column] for column in wanted), rows)


def _number(word: str) -> float:
    """Return a number, with a decimal point or comma."""
    return float(word.strip().replace(",", "."))


def _checked(path: Path, names: str, rows: list[list[float]]) -> Table:
    values = np.array(rows, dtype=float).reshape(-1, 3)
    if not np.isfinite(values).all():
        raise TableError(f"{path}: a value is not finite: remove the row")
    return Table(path, [names], values)
