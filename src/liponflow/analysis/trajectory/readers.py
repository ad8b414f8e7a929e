"""Readers of trajectory files, one frame at a time.

Each reader here replaces one of ASE that is unsuitable for long trajectories (ASE 3.29, measured
in ``benchmarks/fingerprint.py``): its XDATCAR and vasprun.xml readers build every frame before
they return the first, and its extended XYZ reader takes several times as long as this one.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.trajectory.atom_counts import atom_count, most_lines
from liponflow.analysis.trajectory.lammps_files import DATA, DUMP, is_data_file, read_lammps
from liponflow.analysis.trajectory.xdatcar import is_cut_off, xdatcar_frames
from liponflow.arrays import FloatArray
from liponflow.boundary import FileError, check_is_file, file_boundary, reason_of
from liponflow.crystals.elements import NO_MAP, LabelError, element_of
from liponflow.crystals.occupancies import ROUNDED
from liponflow.crystals.read import Form, form_of, read_crystals, read_structure
from liponflow.decompression import (
    COMPRESSED,
    check_expansion,
    open_bytes,
    open_text,
)
from liponflow.freeformat.ionic_steps import IonicStep, IonicSteps
from liponflow.units import BOLTZMANN, FS_PER_PS

NAN = math.nan
XYZ_FORMATS = {"extxyz", "xyz"}
CP2K_KEYS = {"i", "time", "E"}
"""Keys above the frames of CP2K, whose time is in fs."""
_PROPERTIES = re.compile(r"species:S:1((?::\w+:[RIL]:\d+)*)")


class TrajectoryError(FileError):
    """Error of a trajectory that cannot be used; the message names the place and the remedy."""


class Frame(NamedTuple):
    """One frame."""

    symbols: tuple[str, ...]
    positions: FloatArray
    """Cartesian, atoms x 3 (Å)."""
    cell: FloatArray
    """Lattice vectors in rows (Å)."""
    periodic: bool = True
    """In all three directions."""
    time: float = NAN
    """ps."""
    temperature: float = NAN
    """K."""
    energy: float = NAN
    """Potential energy of the cell (eV)."""
    stage: str = ""


class _NotThisReader(Exception):  # noqa: N818 - no error: another reader takes over
    """Signal that only ASE's own reader can read the file."""


Orderer = Callable[[Structure, Path], Structure]
"""Makes an ordered structure of one from a file; ordered ones stay as they are."""


def frames_of_file(
    path: Path,
    notes: list[str] | None = None,
    species_map: Mapping[str, str] = NO_MAP,
    *,
    ordered: Orderer | None = None,
    block_of_cif: str | None = None,
) -> Iterator[Frame]:
    """Yield the frames of one file.

    Parameters
    ----------
    path
        Any file that ASE reads. CIF and POSCAR are read and checked as every structure is.
    notes
        List to which remarks are added.
    species_map
        Elements by the labels of extended XYZ, or by the types of LAMMPS.
    ordered
        Orders a crystal with partial occupancies; None to refuse it.
    block_of_cif
        Name or number of the only crystal of a CIF to read; None for all.

    Raises
    ------
    TrajectoryError
        If it is missing, no reader can read it, or an atom is not an element.
    """
    check_is_file(path, TrajectoryError, remedy="give a trajectory or a structure")
    notes = notes if notes is not None else []
    format_ = _format(path)
    remedy = "the file is damaged or incomplete: write it again, or cut it off behind that frame"
    count = 0
    with file_boundary(path, TrajectoryError, what=format_, remedy=remedy) as place:
        place.text = "after frame 0"
        if block_of_cif is not None and format_ != Form.CIF:
            raise TrajectoryError(f"{path}: block={block_of_cif} is for CIF; leave it out")
        frames = (
            _read_structures(path, Form(format_), ordered, block_of_cif)
            if format_ in set(Form) and not species_map
            else _reader(format_, path, notes, species_map)
        )
        for frame in frames:
            yield frame
            count += 1
            place.text = f"after frame {count}"
    if count == 0:
        raise TrajectoryError(f"{path}: holds no frame; was the run killed before its first step?")


def _format(path: Path) -> str:
    """Return the format, from the file's name or, as ASE does, from its beginning."""
    from ase.io.formats import UnknownFileTypeError, filetype, ioformats

    name = path.name
    for suffix in COMPRESSED:
        name = name.removesuffix(suffix)
    if name.endswith((".extxyz", ".xyz")):  # ASE would read the file, which may be truncated
        return "extxyz"
    if "XDATCAR" in name:
        return "vasp-xdatcar"
    if form := form_of(path):
        return form.value
    with file_boundary(path, TrajectoryError, what="a trajectory", remedy="write it again"):
        check_expansion(path)
        if is_data_file(path):
            return DATA
        try:
            found: str = filetype(str(path))
            reason = f"it looks like {found}"
        except (UnknownFileTypeError, UnicodeDecodeError) as error:
            found, reason = "", reason_of(error)
    if found not in ioformats:
        raise TrajectoryError(
            f"{path}: ASE does not know the format ({reason}); name it as its program does "
            "(XDATCAR, vasprun.xml, .extxyz, .traj, ...), or convert it with `ase convert`"
        )
    return found


def _reader(
    format_: str, path: Path, notes: list[str], species_map: Mapping[str, str]
) -> Iterator[Frame]:
    if format_ in XYZ_FORMATS:
        return _read_xyz(path, notes, species_map)
    if format_ in {DUMP, DATA}:
        return _read_lammps(path, format_, species_map)
    if species_map:
        raise TrajectoryError(
            f"{path}: a map of species is for extended XYZ and LAMMPS, and this is {format_}; "
            "leave the map out"
        )
    if format_ == "vasp-xdatcar":
        return _read_xdatcar(path, notes)
    if format_ == "vasp-xml":
        return _read_vasprun(path, notes)
    return _read_ase(path, format_)


def _read_ase(path: Path, format_: str) -> Iterator[Frame]:
    from ase.io import iread

    for atoms in iread(str(path), index=":", format=format_):
        yield _from_atoms(atoms, path)


def _read_lammps(path: Path, format_: str, species_map: Mapping[str, str]) -> Iterator[Frame]:
    try:
        for atoms in read_lammps(path, format_, species_map):
            yield _from_atoms(atoms, path)
    except FileError as error:
        raise TrajectoryError(str(error)) from error


def _read_structures(
    path: Path, form: Form, ordered: Orderer | None, block_of_cif: str | None
) -> Iterator[Frame]:
    disordered = ordered is not None
    try:
        structures = (
            read_crystals(path, disordered=disordered)
            if form is Form.CIF and block_of_cif is None
            else [read_structure(path, form, block=block_of_cif, disordered=disordered)]
        )
        for found in structures:
            structure = found if ordered is None else ordered(found, path)
            symbols = tuple(site.specie.symbol for site in structure)
            yield Frame(symbols, structure.cart_coords, structure.lattice.matrix)
    except FileError as error:
        raise TrajectoryError(str(error)) from error


def _from_atoms(atoms: Any, path: Path) -> Frame:
    """Convert an ASE Atoms object."""
    if not atoms.numbers.all():  # ASE's X
        atom = int(np.flatnonzero(atoms.numbers == 0)[0]) + 1
        raise TrajectoryError(
            f"{path}: atom {atom} is not an element; name its element in the file"
        )
    _check_occupancies(atoms, path)
    info = atoms.info
    energy = NAN
    if atoms.calc is not None:
        energy = atoms.calc.results.get("energy", NAN)
    temperature = info.get("temperature", NAN)
    if math.isnan(float(temperature)) and atoms.has("momenta") and atoms.get_momenta().any():
        temperature = atoms.get_temperature()
    return Frame(
        tuple(atoms.get_chemical_symbols()),
        atoms.get_positions(),
        np.array(atoms.cell[:], dtype=float),
        periodic=bool(atoms.pbc.all()),
        time=float(info.get("time", NAN)) / (FS_PER_PS if info.keys() >= CP2K_KEYS else 1),
        temperature=float(temperature),
        energy=float(info.get("energy", energy)),
        stage=str(info.get("stage", "")),
    )


def _check_occupancies(atoms: Any, path: Path) -> None:
    """Refuse atoms that a file gives in part, such as the alternatives of a PDB file.

    ASE has all of them as whole atoms. Programs without occupancies write 0 for all.
    """
    given = np.array(atoms.arrays.get("occupancy", ()), dtype=float)
    partial = given[(given > 0) & (given < 1 - ROUNDED)]
    if len(partial):
        raise TrajectoryError(
            f"{path}: {len(partial)} atoms have occupancies below 1, such as {partial[0]:g}, and "
            "would be counted as whole; give the structure as a CIF, which is ordered, or remove "
            "the alternatives"
        )


def _read_xyz(path: Path, notes: list[str], species_map: Mapping[str, str]) -> Iterator[Frame]:
    """Read extended XYZ as most programs write it, and other varieties with ASE's own reader.

    The key ``time`` is taken to be in ps, as this package's molecular dynamics writes it.
    """
    try:
        with open_text(path) as file:
            yield from _xyz_frames(file, path, notes, _Elements(path, species_map))
    except _NotThisReader:
        yield from _read_other_xyz(path, notes)


def _read_other_xyz(path: Path, notes: list[str]) -> Iterator[Frame]:
    """Read XYZ with ASE's own reader, but no frame that breaks off within its last number.

    ASE takes what is left of the number for the whole.
    """
    with open_text(path) as file:
        tail = deque(file, maxlen=2)
    rows_of_a_table = len({len(line.split()) for line in tail}) == 1
    frames = _read_ase(path, "extxyz")
    if not rows_of_a_table or not is_cut_off(tail[-1], tail[0]):
        yield from frames
        return
    count = 0
    for frame, _ in pairwise(frames):
        yield frame
        count += 1
    notes.append(_breaks_off(path, count))


class _Elements(dict[str, str]):
    """Elements of the labels of a file, each resolved when it is met first."""

    def __init__(self, path: Path, species_map: Mapping[str, str]) -> None:
        super().__init__(species_map)
        self.path = path

    def __missing__(self, label: str) -> str:
        try:
            self[label] = symbol = element_of(label)
        except LabelError as error:
            raise TrajectoryError(
                f"{self.path}: {error}, or say which element it is: --species-map {label}=ELEMENT"
            ) from error
        return symbol


def _xyz_frames(
    file: IO[str], path: Path, notes: list[str], elements: _Elements
) -> Iterator[Frame]:
    from ase.io.extxyz import key_val_str_to_dict

    count, most = 0, most_lines(path)
    columns: tuple[str, slice] | None = None
    before = ""
    while True:
        try:
            head = file.readline()
            comment = file.readline() if head.strip() else ""
            lines = list(islice(file, atom_count(head, most))) if comment else []
        except EOFError:  # a truncated compressed file
            head, lines = "?", []
        if not head.strip():
            return
        if (
            head == "?"
            or len(lines) < atom_count(head, most)
            or is_cut_off(lines[-1], [before, *lines][-2])
        ):
            notes.append(_breaks_off(path, count))
            return
        before = lines[-1]
        info: dict[str, Any] = key_val_str_to_dict(comment)  # type: ignore[no-untyped-call]
        declared = info.get("Properties", "")
        if columns is None or columns[0] != declared:
            if count and columns is not None:
                raise ValueError(f"Properties change from {columns[0]} to {declared}")
            columns = (declared, _position_columns(declared))
        words = [line.split() for line in lines]
        cell = np.asarray(info.get("Lattice", np.zeros((3, 3))), dtype=float)
        yield Frame(
            tuple([elements[row[0]] for row in words]),
            np.array([row[columns[1]] for row in words], dtype=float),
            cell.T,  # ASE's parser gives the vectors in columns
            periodic=bool(np.all(info.get("pbc", "Lattice" in info))),
            time=float(info.get("time", NAN)),
            temperature=float(info.get("temperature", NAN)),
            energy=float(info.get("energy", info.get("potential_energy", NAN))),
            stage=str(info.get("stage", "")),
        )
        count += 1


def _position_columns(declared: str) -> slice:
    """Return the columns of x, y and z, or leave the file to ASE."""
    match = _PROPERTIES.fullmatch(declared)
    if match is None:
        raise _NotThisReader
    column = 1
    fields = match[1].split(":")[1:]
    for name, width in zip(fields[::3], fields[2::3], strict=True):
        if name == "pos":
            return slice(column, column + 3)
        column += int(width)
    raise _NotThisReader


def _read_xdatcar(path: Path, notes: list[str]) -> Iterator[Frame]:
    """Yield the frames of an XDATCAR, with one lattice for all or one per frame (NpT)."""
    count = 0
    with open_text(path) as file:
        try:
            for frame in xdatcar_frames(file, most_lines(path)):
                yield Frame(*frame)
                count += 1
        except EOFError:
            notes.append(_breaks_off(path, count))


def _breaks_off(path: Path, count: int) -> str:
    return f"{path} breaks off within frame {count + 1}: {count} whole frames are taken"


def _read_vasprun(path: Path, notes: list[str]) -> Iterator[Frame]:
    """Yield the frames of a vasprun.xml, without keeping earlier ones in memory."""
    count = 0
    with open_bytes(path) as file:
        steps = IonicSteps(file)
        try:
            for step in steps:
                count = step.number
                yield _vasprun_frame(step, steps)
        except (ET.ParseError, EOFError):
            if not count:
                raise
            notes.append(f"{path} breaks off: its {count} whole frames are taken")


def _vasprun_frame(step: IonicStep, steps: IonicSteps) -> Frame:
    cell, fractional = step.cell, step.positions
    if not fractional.size:
        raise ValueError("a calculation without a structure")
    dynamics = int(steps.tags.get("IBRION", -1)) == 0
    temperature = NAN
    if step.kinetic is not None:
        temperature = 2 * step.kinetic / (steps.degrees_of_freedom * BOLTZMANN)
    return Frame(
        steps.symbols,
        fractional @ cell,
        cell,
        time=step.number * float(steps.tags.get("POTIM", NAN)) / FS_PER_PS if dynamics else NAN,
        temperature=temperature,
        energy=NAN if step.energy is None else step.energy,
    )
