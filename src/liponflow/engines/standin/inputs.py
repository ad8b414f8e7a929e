"""Read the inputs of a VASP directory and check them against each other."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.constraints import FixAtoms, FixScaled
from ase.data import atomic_masses, atomic_numbers

from liponflow.arrays import BoolArray, FloatArray
from liponflow.boundary import file_boundary
from liponflow.crystals.checked import StructureError, check_distances, in_cell
from liponflow.crystals.poscar import Poscar, read_poscar
from liponflow.decompression import read_text
from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.incar import (
    Ensemble,
    Settings,
    Tags,
    not_computed,
    numbers_of,
    read_incar,
    settings_from,
)
from liponflow.engines.standin.kpoints import Mesh, read_kpoints
from liponflow.engines.standin.step import ThermostatState
from liponflow.freeformat.incar import shown
from liponflow.freeformat.numbers import numbers


@dataclass(frozen=True)
class Species:
    """One block of ions and its potential.

    Attributes
    ----------
    symbol
        Element.
    count
        Number of ions.
    titel
        Title of the potential; from a POTCAR.spec, its symbol and a remark.
    valence
        Valence electrons per ion; None from a POTCAR.spec.
    mass
        Atomic mass units: POMASS of the INCAR, else of the POTCAR, else the standard weight.
    """

    symbol: str
    count: int
    titel: str
    valence: float | None
    mass: float


@dataclass(frozen=True)
class Inputs:
    """The inputs of one run.

    Attributes
    ----------
    incar
        Tags as the user gave them.
    remarks
        What VASP or the stand-in ignores in the INCAR.
    settings
        Settings that the stand-in uses.
    atoms
        Ions with masses, velocities (ASE units) and constraints.
    movable
        Degrees of freedom that may move, shape (n_atoms, 3); None without selective dynamics.
    has_velocities
        Whether the POSCAR gave velocities that are not all zero.
    thermostat
        State of a Nosé thermostat from the POSCAR, where it follows the velocities.
    lattice_velocities
        Velocities of the lattice vectors as rows, Å/fs, if the cell moves and the POSCAR has them.
    comment
        First line of the POSCAR.
    species
        Blocks of ions, in order.
    mesh
        k-points: echoed, not used.
    """

    incar: Tags
    remarks: tuple[str, ...]
    settings: Settings
    atoms: Atoms
    movable: BoolArray | None
    has_velocities: bool
    thermostat: ThermostatState | None
    lattice_velocities: FloatArray | None
    comment: str
    species: tuple[Species, ...]
    mesh: Mesh

    @property
    def computed(self) -> Tags:
        """Tags without those that the stand-in does not follow, for the outputs."""
        absent = not_computed(self.incar)
        return {tag: value for tag, value in self.incar.items() if tag not in absent}

    @property
    def electrons(self) -> float | None:
        """Valence electrons of the neutral cell; None without a POTCAR."""
        total = 0.0
        for species in self.species:
            if species.valence is None:
                return None
            total += species.count * species.valence
        return total


def read_inputs(directory: Path, image: Path | None = None) -> Inputs:
    """Read and check the inputs of a VASP directory.

    Parameters
    ----------
    directory
        Directory with INCAR, POSCAR, POTCAR or POTCAR.spec. Without KPOINTS, KSPACING or its
        default makes the mesh.
    image
        Folder with the POSCAR instead, of an image of a band.

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        If an input cannot be used; the file, the tag or the species is named.
    """
    with file_boundary(
        directory, InputError, what="a VASP directory", remedy="correct INCAR, POSCAR or KPOINTS"
    ):
        return _read_inputs(directory, image)


def _read_inputs(directory: Path, image: Path | None) -> Inputs:
    incar_file = read_incar(directory / "INCAR")
    incar = incar_file.tags
    poscar = _read_poscar((image or directory) / "POSCAR")
    symbols, counts = (tuple(column) for column in zip(*poscar.blocks, strict=True))
    potentials = _read_potentials(directory)
    _check_order(symbols, tuple(potential.symbol for potential in potentials))
    settings = settings_from(incar, symbols, sum(counts))
    masses = _masses(incar, potentials)
    species = tuple(
        Species(symbol, count, potential.titel, potential.valence, mass)
        for symbol, count, potential, mass in zip(symbols, counts, potentials, masses, strict=True)
    )
    atoms = Atoms(
        poscar.symbols,
        cell=poscar.lattice,
        scaled_positions=in_cell(poscar.frac_coords),
        masses=[block.mass for block in species for _ in range(block.count)],
        constraint=_constraints(poscar.movable, poscar.lattice),
        pbc=True,
    )
    velocities = np.zeros(3) if poscar.velocities is None else poscar.velocities
    if poscar.per_step and settings.potim > 0:
        velocities = velocities / settings.potim
    moving = bool(velocities.any())
    if moving:
        atoms.set_velocities(velocities / units.fs)
    return Inputs(
        incar=incar,
        remarks=(*incar_file.notes, *_left_out(incar)),
        settings=settings,
        atoms=atoms,
        movable=poscar.movable,
        has_velocities=moving,
        thermostat=_thermostat(poscar) if settings.ensemble is Ensemble.NOSE else None,
        lattice_velocities=(
            poscar.lattice_velocities if settings.ensemble is Ensemble.LANGEVIN_NPT else None
        ),
        comment=poscar.comment,
        species=species,
        mesh=read_kpoints(directory / "KPOINTS", atoms.cell.array, settings),
    )


def _left_out(incar: Tags) -> list[str]:
    absent = not_computed(incar)
    named = ", ".join(f"{tag} = {shown(incar[tag])}" for tag in absent)
    return [f"INCAR: not computed by the stand-in, and left out: {named}"] if absent else []


@dataclass(frozen=True)
class _Potential:
    symbol: str
    titel: str
    valence: float | None
    mass: float | None


def _thermostat(poscar: Poscar) -> ThermostatState | None:
    """Read the thermostat from the third line of the predictor-corrector block."""
    if not poscar.predictor:
        return None
    try:
        position, velocity, *_ = map(float, numbers(poscar.predictor[2]))
    except (ValueError, IndexError):
        raise InputError(
            "POSCAR: the predictor-corrector block after the velocities cannot be read; remove it"
        ) from None
    return ThermostatState(position, velocity)


def _read_poscar(path: Path) -> Poscar:
    if not path.is_file():
        raise InputError(f"POSCAR is missing in {path.parent}")
    try:
        poscar = read_poscar(path, motion=True)
        check_distances(poscar.symbols, in_cell(poscar.frac_coords), poscar.lattice)
    except StructureError as error:
        raise InputError(f"POSCAR cannot be used: {error}") from error
    return poscar


def _read_potentials(directory: Path) -> list[_Potential]:
    potcar, spec = directory / "POTCAR", directory / "POTCAR.spec"
    if potcar.is_file():
        text = read_text(potcar, errors="replace")
        titles = re.findall(r"TITEL\s*=\s*(\S.*\S)", text)
        valences = re.findall(r"ZVAL\s*=\s*([\d.]+)", text)
        masses = re.findall(r"POMASS\s*=\s*([\d.]+)", text)
        if not titles or not len(titles) == len(valences) == len(masses):
            raise InputError(
                f"POTCAR has {len(titles)} TITEL, {len(valences)} ZVAL and {len(masses)} POMASS "
                "entries; it is not a POTCAR, or is truncated"
            )
        return [
            _Potential(_element(title.split()[1]), title, float(valence), float(mass))
            for title, valence, mass in zip(titles, valences, masses, strict=True)
        ]
    if spec.is_file():
        with file_boundary(spec, InputError, what="a list of potentials", remedy="correct it"):
            return [
                # Three words like a TITEL, which has functional, symbol and date.
                _Potential(_element(symbol), f"unread {symbol} POTCAR.spec", None, None)
                for symbol in read_text(spec).split()
            ]
    raise InputError(f"neither POTCAR nor POTCAR.spec is in {directory}")


def _element(potential: str) -> str:
    """Return the element of a potential's name: Ni of Ni_pv, H of H1.25."""
    match = re.match(r"[A-Z][a-z]?", potential)
    if match is None or match[0] not in atomic_numbers:
        raise InputError(f"POTCAR: the potential {potential!r} names no element")
    return match[0]


def _check_order(symbols: tuple[str, ...], potentials: tuple[str, ...]) -> None:
    if symbols != potentials:
        raise InputError(
            f"POSCAR has the species {' '.join(symbols)}, POTCAR has {' '.join(potentials)}: "
            "they must be the same in the same order"
        )


def _masses(incar: Tags, potentials: list[_Potential]) -> list[float]:
    values = numbers_of(incar, "POMASS")
    if values is None:
        return [
            potential.mass or float(atomic_masses[atomic_numbers[potential.symbol]])
            for potential in potentials
        ]
    if len(values) != len(potentials):
        raise InputError(f"INCAR: POMASS has {len(values)} values for {len(potentials)} species")
    return list(values)


def _constraints(movable: BoolArray | None, cell: FloatArray) -> list[FixAtoms | FixScaled]:
    """Return ASE's constraints for selective dynamics, which fixes fractional coordinates."""
    if movable is None:
        return []
    fixed = np.flatnonzero(~movable.any(axis=1))
    partly = np.flatnonzero(movable.any(axis=1) & ~movable.all(axis=1))
    constraints: list[FixAtoms | FixScaled] = [
        FixScaled(int(index), ~movable[index], cell) for index in partly
    ]
    return [*constraints, FixAtoms(fixed)] if len(fixed) else constraints
