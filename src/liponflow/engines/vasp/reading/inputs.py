"""The method of a calculation that has yet to run, from its input files."""

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pymatgen.io.vasp.inputs import Kpoints

from liponflow.analysis.method import Method
from liponflow.boundary import file_boundary
from liponflow.decompression import existing, read_text
from liponflow.engines.vasp.reading.files import IngestError
from liponflow.engines.vasp.reading.method import vasp_method
from liponflow.engines.vasp.reading.total_energy import not_self_consistent
from liponflow.freeformat.incar import Value
from liponflow.freeformat.kpoints import DEFAULT_SPACING, mesh_divisions, read_kpoints
from liponflow.inputs.vasp.compare import read_incar, read_poscar

_TITEL = re.compile(r"TITEL\s*=\s*(\S.*\S)")
_LEXCH = re.compile(r"LEXCH\s*=\s*(\w+)")
_VALENCE = re.compile(r"ZVAL\s*=\s*([\d.]+)")
_CUTOFF = re.compile(r"ENMAX\s*=\s*([\d.]+)")


@dataclass(frozen=True)
class InputMethod:
    """Method that the input files of a directory ask of VASP."""

    method: Method
    no_total_energy: str | None
    """Why the calculation gives no total energy; None if it gives one."""


@dataclass(frozen=True)
class Potentials:
    """What the POTCAR says of each block; a POTCAR.spec has nothing but symbols."""

    titles: list[str]
    lexch: str | None = None
    valences: tuple[float, ...] = ()
    cutoffs: tuple[float, ...] = ()


def read_input_method(directory: Path) -> InputMethod:
    """Return the method of a VASP directory, whether it has run or not.

    Parameters
    ----------
    directory
        Directory with INCAR and POSCAR. Without KPOINTS the mesh is that of KSPACING; without
        POTCAR and POTCAR.spec the potentials are unknown.

    Raises
    ------
    ParameterError, IngestError
        If a file is missing or cannot be read.
    """
    tags, poscar = read_incar(directory), read_poscar(directory)
    with file_boundary(
        directory, IngestError, what="a VASP directory", remedy="correct its INCAR and KPOINTS"
    ):
        potentials = read_potentials(directory)
        symbols = [site.specie.symbol for site in poscar.structure]
        lattice = poscar.structure.lattice
        method = vasp_method(
            tags,
            titles=potentials.titles,
            symbols=symbols,
            lattice=lattice,
            kpoints=regular_mesh(directory, tags, lattice.reciprocal_lattice.abc),
            lexch=potentials.lexch,
            charge=_charge(tags, symbols, potentials),
        )
    if method.cutoff is None:
        method = method.model_copy(update={"cutoff": max(potentials.cutoffs, default=None)})
    return InputMethod(method, not_self_consistent(tags))


def read_potentials(directory: Path) -> Potentials:
    """Return what POTCAR or POTCAR.spec says; empty without both."""
    if (path := existing(directory / "POTCAR")) is not None:
        with file_boundary(path, IngestError, what="a POTCAR", remedy="copy it again"):
            text = read_text(path, errors="replace")
            cutoffs = [float(value) for value in _CUTOFF.findall(text)]
            return Potentials(
                titles=_TITEL.findall(text),
                lexch=" and ".join(sorted(set(_LEXCH.findall(text)))) or None,
                valences=tuple(float(value) for value in _VALENCE.findall(text)),
                cutoffs=tuple(cutoffs),
            )
    if (path := existing(directory / "POTCAR.spec")) is not None:
        with file_boundary(path, IngestError, what="a list of potentials", remedy="correct it"):
            return Potentials(titles=read_text(path).split())
    return Potentials(titles=[])


def regular_mesh(
    directory: Path, tags: dict[str, Value], lengths: tuple[float, float, float]
) -> Kpoints | None:
    """Return a regular mesh by its divisions, or a list of points; None if it has none."""
    path = existing(directory / "KPOINTS")
    kpoints = None
    if path is not None:
        with file_boundary(path, IngestError, what="a KPOINTS file", remedy="correct it"):
            kpoints = read_kpoints(path)
        modes = Kpoints.supported_modes
        if kpoints.style not in {modes.Automatic, modes.Gamma, modes.Monkhorst}:
            return kpoints
    spacing = tags.get("KSPACING", DEFAULT_SPACING)
    if not isinstance(spacing, int | float) or not spacing > 0:
        raise IngestError(f"{directory}/INCAR: KSPACING = {spacing} must be a number above 0")
    return Kpoints.gamma_automatic(mesh_divisions(kpoints, lengths, spacing))


def _charge(tags: dict[str, Value], symbols: list[str], potentials: Potentials) -> float | None:
    """Return the charge of the cell (e); None if NELECT is set and there is no POTCAR."""
    electrons = tags.get("NELECT")
    if electrons is None:
        return 0.0
    counts = [len(list(group)) for _, group in groupby(symbols)]
    if not isinstance(electrons, int | float) or len(counts) != len(potentials.valences):
        return None
    valence = sum(n * each for n, each in zip(counts, potentials.valences, strict=True))
    return valence - electrons
