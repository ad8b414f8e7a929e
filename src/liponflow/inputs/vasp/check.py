"""Find what VASP inputs ask for and should not, before a cluster runs them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import spglib
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow.freeformat.incar import Value
from liponflow.inputs.vasp.electrons import (
    POLARISED,
    has_metallic_smearing,
    is_non_collinear,
    is_odd,
    valence_electrons,
)
from liponflow.inputs.vasp.ionic import ionic_task
from liponflow.inputs.vasp.symmetry import SYMPREC, spglib_cell

ENMAX = {
    "Li": 140, "Li_sv": 499, "Na": 102, "Na_pv": 260, "K_sv": 259, "Rb_sv": 220, "Cs_sv": 220,
    "B": 319, "C": 400, "N": 400, "O": 400, "F": 400, "P": 255, "S": 259, "Cl": 262,
    "N_s": 280, "O_s": 283, "N_h": 700, "O_h": 700, "Ni": 270, "Ni_pv": 368, "Mn": 270,
    "Mn_pv": 270, "Fe": 268, "Fe_pv": 293, "Co": 268, "Cr_pv": 266, "V_pv": 264, "Ti_pv": 222,
}  # fmt: skip
"""Largest cut-off (whole eV) that a potential asks for, where no POTCAR says it: that of release
54. All were compared with the PBE potentials of potpaw.54 in the VASP wiki ("Available
pseudopotentials"). Release 64 has the same, but 756 for N_h and 766 for O_h; the first release,
whose Li_sv is another potential, is not in the wiki."""

LARGE = 100
"""Atoms from which projection in reciprocal space is slow."""

COARSEST = 0.9
"""Largest spacing of k-points (1/Å), our choice: nearly twice VASP's default of 0.5, and above the
0.63 of a glass of 10 Å with Γ alone."""

_MIXED = range(2, 7)
"""Oxidation states that a metal with U may have."""

_FIXED = {"O": -2, "F": -1, "S": -2, "Cl": -1, "N": -3, "P": 5}
_MAGNETIC = frozenset({"V", "Cr", "Mn", "Fe", "Co", "Ni"})
"""Transition metals that mostly have a moment in solids."""

_STATE = frozenset({0, 2})
"""MDALGO of a run that continues the state of a thermostat: Nosé's, or none (NVE)."""


@dataclass(frozen=True)
class Inputs:
    """What the rules look at.

    Attributes
    ----------
    tags
        INCAR.
    structure
        POSCAR; sites of one species are not necessarily in one block.
    blocks
        Element of every block of the POSCAR.
    symbols
        Symbols of the potentials, in the order of POTCAR; empty if unknown.
    cutoffs
        ENMAX (eV) by symbol, as in the POTCAR.
    mesh
        Divisions of the mesh; None for lists and lines of points.
    thermostat
        Whether the POSCAR has the state of a thermostat.
    before
        INCAR of the run whose CONTCAR the POSCAR is; None if it is of no other.
    ranks
        MPI ranks, None if unknown.
    """

    tags: Mapping[str, Value]
    structure: Structure
    blocks: Sequence[str]
    symbols: Sequence[str]
    cutoffs: Mapping[str, float]
    mesh: tuple[int, int, int] | None = None
    thermostat: bool = False
    before: Mapping[str, Value] | None = None
    ranks: int | None = None


def faults(inputs: Inputs) -> list[str]:
    """Return what is wrong with an input, each with the remedy.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> metal = bcc_lithium()
    >>> [fault] = faults(Inputs({"ENCUT": 450, "ISMEAR": 1}, metal, ["Li"], ["Li_sv"], {}))
    >>> fault
    'ENCUT = 450 eV is below the 499 eV of Li_sv: raise ENCUT, or take a softer potential'
    """
    return [text for rule in _RULES for text in rule(inputs)]


def rank_faults(images: int, ranks: int | None) -> list[str]:
    """Return what is wrong with the number of MPI ranks of a band.

    Parameters
    ----------
    images
        Images between the end points; 0 of any other calculation.
    ranks
        MPI ranks; None if unknown.

    Examples
    --------
    >>> rank_faults(5, 64)
    ['64 MPI ranks are not a multiple of IMAGES = 5: VASP stops; start 65']
    """
    if images < 1 or ranks is None or ranks % images == 0:
        return []
    near = images * max(1, round(ranks / images))
    return [f"{ranks} MPI ranks are not a multiple of IMAGES = {images}: VASP stops; start {near}"]


def _cutoff(inputs: Inputs) -> Iterator[str]:
    given = inputs.tags.get("ENCUT")
    known = {symbol: inputs.cutoffs.get(symbol, ENMAX.get(symbol)) for symbol in inputs.symbols}
    hardest, needed = max(
        ((symbol, value) for symbol, value in known.items() if value is not None),
        key=lambda item: item[1],
        default=("", 0.0),
    )
    if isinstance(given, int | float) and given < needed:
        moves = int(_number(inputs.tags, "ISIF", 2)) >= 3 and _task(inputs) != "static"  # noqa: PLR2004
        stress = "; the cell relaxes by a wrong stress" if moves else ""
        yield (
            f"ENCUT = {given:g} eV is below the {needed:g} eV of {hardest}{stress}: raise "
            "ENCUT, or take a softer potential"
        )


def _parity(inputs: Inputs) -> Iterator[str]:
    tags = inputs.tags
    electrons = valence_electrons(inputs.structure, tags, inputs.symbols)
    spin = tags.get("ISPIN", 1) == POLARISED or is_non_collinear(tags)
    if is_odd(electrons) and not spin and not has_metallic_smearing(tags):
        yield (
            f"{electrons:.0f} valence electrons are an odd number and ISPIN = 1: set ISPIN = 2, "
            "or NELECT for a charged cell, or take a composition with an even number"
        )


def _charge(inputs: Inputs) -> Iterator[str]:
    given = inputs.tags.get("NELECT")
    without = {key: value for key, value in inputs.tags.items() if key != "NELECT"}
    neutral = valence_electrons(inputs.structure, without, inputs.symbols)
    if isinstance(given, int | float) and neutral is not None and abs(given - neutral) > 1e-3:  # noqa: PLR2004
        yield (
            f"NELECT = {given:g} gives the cell a charge of {neutral - given:+g} e, whose energy "
            "compares with no other: remove NELECT unless that is meant"
        )


def _symmetry(inputs: Inputs) -> Iterator[str]:
    tags = inputs.tags
    if (
        _task(inputs) != "relaxation"
        or _number(tags, "ISYM", 2) <= 0
        or tags.get("LDAU") is not True
    ):
        return
    if _forbidden_by_symmetry(inputs.structure, _moments(tags, inputs.structure)):
        yield (
            "the symmetry of the start keeps metals on equivalent sites in one oxidation state, "
            "and no such states make the cell neutral: set ISYM = 0, or displace the atoms a "
            "little"
        )


def _forbidden_by_symmetry(structure: Structure, moments: Sequence[float] | None) -> bool:
    """Return whether one oxidation state per orbit of a metal cannot make the cell neutral."""
    charge, metals = 0.0, set()
    for element, count in structure.composition.items():
        symbol = element.symbol
        states = list(Element(symbol).common_oxidation_states)
        if Element(symbol).is_transition_metal and len(Element(symbol).icsd_oxidation_states) > 1:
            metals.add(symbol)
        elif symbol in _FIXED or len(states) == 1:
            charge += count * _FIXED.get(symbol, states[0] if states else 0)
        else:
            return False
    found = spglib.get_symmetry_dataset(spglib_cell(structure, moments), symprec=SYMPREC)
    if found is None or not metals:
        return False
    sizes: dict[int, int] = {}
    for index, orbit in enumerate(found.equivalent_atoms):
        if structure[index].specie.symbol in metals:
            sizes[int(orbit)] = sizes.get(int(orbit), 0) + 1
    reached = {charge}
    for orbit, size in sizes.items():
        symbol = structure[orbit].specie.symbol
        states = [s for s in Element(symbol).icsd_oxidation_states if s in _MIXED]
        reached = {total + size * state for total, state in product(reached, states)}
    return not any(abs(total) < 0.5 for total in reached)  # noqa: PLR2004 - charges are whole


def _ranks(inputs: Inputs) -> Iterator[str]:
    yield from rank_faults(int(_number(inputs.tags, "IMAGES", 0)), inputs.ranks)


def _optimiser(inputs: Inputs) -> Iterator[str]:
    tags = inputs.tags
    if _number(tags, "IMAGES", 0) > 0 and "LCLIMB" not in tags:
        yield "IMAGES without LCLIMB: VTST lets an image climb by default; give LCLIMB"


def _links(inputs: Inputs) -> Iterator[str]:
    tags, before = inputs.tags, inputs.before
    if not inputs.thermostat:
        return
    remedy = "remove all lines behind the velocities from POSCAR"
    if _task(inputs) != "md":
        yield f"POSCAR has the state of a thermostat, and this is not dynamics: {remedy}"
    elif int(_number(tags, "MDALGO", 0)) not in _STATE:
        yield (
            f"POSCAR has the state of a Nosé thermostat, and MDALGO = {tags['MDALGO']} is "
            f"another: {remedy}"
        )
    elif before is not None and _ensemble(before) != _ensemble(tags):
        yield f"POSCAR continues a run of another ensemble: {remedy}"


def _mesh(inputs: Inputs) -> Iterator[str]:
    if inputs.mesh is None:
        return
    lattice = inputs.structure.lattice
    spacing = [b / n for n, b in zip(inputs.mesh, lattice.reciprocal_lattice.abc, strict=True)]
    if max(spacing) > COARSEST:
        divisions = "x".join(map(str, inputs.mesh))
        axes = ", ".join(f"{a:.1f}" for a in lattice.abc)
        source = (
            f"KSPACING = {inputs.tags['KSPACING']:g}" if "KSPACING" in inputs.tags else "KPOINTS"
        )
        yield (
            f"{source} gives {divisions} k-points for axes of {axes} Å, a spacing of "
            f"{max(spacing):.2f} per Å: ask for {COARSEST:g} or less"
        )


def _projection(inputs: Inputs) -> Iterator[str]:
    real = inputs.tags.get("LREAL", False)
    atoms, steps = len(inputs.structure), _task(inputs) in {"relaxation", "md"}
    if real is False and atoms >= LARGE and steps:
        yield f"LREAL = .FALSE. is slow for {atoms} atoms: set LREAL = Auto"


def _order(inputs: Inputs) -> Iterator[str]:
    elements = [symbol.partition("_")[0] for symbol in inputs.symbols]
    if elements and elements != list(inputs.blocks):
        yield (
            f"POTCAR is of {' '.join(elements)}, and POSCAR has {' '.join(inputs.blocks)}: "
            "concatenate the potentials in the order of POSCAR"
        )


def _start(inputs: Inputs) -> Iterator[str]:
    tags, atoms = inputs.tags, len(inputs.structure)
    if is_non_collinear(tags):  # whatever ISPIN is, and with three moments per atom
        return
    open_shells = sorted(
        element.symbol
        for element in inputs.structure.composition.elements
        if element.symbol in _MAGNETIC or element.is_lanthanoid
    )
    polarised = tags.get("ISPIN", 1) == POLARISED
    moments = tags.get("MAGMOM")
    if not polarised:
        if open_shells and tags.get("LDAU") is True:
            yield f"ISPIN = 1 with U, and {', '.join(open_shells)} may have moments: set ISPIN = 2"
        return
    if not isinstance(moments, list):
        if open_shells:
            yield (
                f"ISPIN = 2 without MAGMOM starts {', '.join(open_shells)} with 1 µB: give moments"
            )
        return
    if len(moments) != atoms:
        yield f"MAGMOM has {len(moments)} values for {atoms} atoms: give one per atom"
    elif open_shells and not any(moments):
        yield "every moment in MAGMOM is 0, so that VASP stays without spin: give moments"


_RULES: tuple[Callable[[Inputs], Iterator[str]], ...] = (
    _cutoff,
    _parity,
    _charge,
    _symmetry,
    _ranks,
    _optimiser,
    _links,
    _mesh,
    _projection,
    _order,
    _start,
)


def _task(inputs: Inputs) -> str | None:
    return ionic_task(inputs.tags)


def _ensemble(tags: Mapping[str, Value]) -> tuple[float, ...]:
    return tuple(_number(tags, tag, 0) for tag in ("MDALGO", "ISIF", "SMASS"))


def _moments(tags: Mapping[str, Value], structure: Structure) -> list[float] | None:
    moments = tags.get("MAGMOM")
    if isinstance(moments, list) and len(moments) == len(structure):
        return [float(m) for m in moments]
    return None


def _number(tags: Mapping[str, Value], tag: str, default: float) -> float:
    value: Any = tags.get(tag, default)
    return float(value) if isinstance(value, int | float) else default
