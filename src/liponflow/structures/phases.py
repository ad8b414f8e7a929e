"""Reference crystals, built from crystallographic facts.

The data are in the folder ``phase_families`` beside this module, one file per family; its first,
``lipon.yaml``, also explains how reliable coordinates are rated. They are starting points for a
relaxation, not refinements. Only the entries that are asked for are parsed.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np
import yaml
from pydantic import ConfigDict, Field
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.symmetry.groups import SpaceGroup

from liponflow.arrays import FloatArray
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.names import did_you_mean
from liponflow.periodic import wrapped

CoordinateStatus = Literal["dft", "experiment", "prototype", "unverified", "derived"]

FAMILIES = {
    "lipon": "Li-P-O-N and Ni-Mn-O",
    "elements": "Further elements",
    "electrolytes": "Solid electrolytes",
    "electrodes": "Electrodes and Li alloys",
    "oxides": "Oxides and salts of oxygen acids",
    "sulfides": "Sulfides",
    "halides": "Halides",
    "nitrides_carbides": "Nitrides, phosphides, carbides, borides, silicides and alloys",
    "sodium_potassium": "Oxygen compounds of Na and K",
}
"""Families of crystals: the name of the file and its title."""

ENTRY = re.compile(r"^- name: (\S+)\n  formula: (\S+)\n(?:  .*\n)+", re.MULTILINE)
"""One crystal in a file; its name and formula are its first lines."""

ELEMENT = re.compile(r"[A-Z][a-z]?")

POSITION_TOLERANCE = 1e-3
"""Distance (fractional) below which images of a site are one atom; the data have five digits."""


SITE_TOLERANCE = 0.01
"""Distance (Å) within which a translation maps sites onto each other; pymatgen's 0.25 Å takes a
slight distortion (Mn2O3, Pbca) for a smaller cell."""


class PhaseError(ValueError):
    """An unknown reference crystal."""

    page = "docs/phases.md"


class Phase(Document):
    """Crystallographic data of one crystal.

    Examples
    --------
    >>> phase("Li2O").structure().formula
    'Li8 O4'
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Unique name: formula and, for polymorphs, a suffix.")
    formula: str = Field(description="Formula, as the unit of the literature has it.")
    spacegroup: str = Field(description="Hermann-Mauguin symbol, standard setting.")
    lattice: tuple[float, float, float, float, float, float] = Field(
        description="a, b, c (Å) and alpha, beta, gamma (degrees) of the conventional cell."
    )
    sites: tuple[tuple[str, float, float, float], ...] = Field(
        min_length=1, description="Element and fractional coordinates of the asymmetric unit."
    )
    coordinate_status: CoordinateStatus = Field(
        description="Reliability of the coordinates; see lipon.yaml."
    )
    source: str = Field(description="Source of the data.")

    @property
    def reduced_formula(self) -> str:
        """Reduced formula; see :func:`liponflow.formulas.reduced_formula`."""
        return reduced_formula(self.formula)

    @property
    def elements(self) -> frozenset[str]:
        """Symbols of the elements."""
        return frozenset(site[0] for site in self.sites)

    def structure(self) -> Structure:
        """Build the conventional cell."""
        return _conventional(self).copy()

    def primitive(self) -> Structure:
        """Build the primitive cell, the cheapest to compute, its sites sorted by element.

        Examples
        --------
        >>> len(phase("Li2O").primitive())
        3
        """
        return _primitive(self).copy()


@cache
def _space_group(symbol: str) -> SpaceGroup:
    # pymatgen takes most of a second for the operations of a centred cubic group, and shares them
    # with later crystals of the group only while someone holds it.
    return SpaceGroup(symbol)


@cache
def _conventional(entry: Phase) -> Structure:
    operations = [
        operation.affine_matrix for operation in _space_group(entry.spacegroup).symmetry_ops
    ]
    return Structure.from_spacegroup(
        entry.spacegroup,
        Lattice.from_parameters(*entry.lattice),
        [site[0] for site in entry.sites],
        [_on_its_site(np.array(site[1:]), np.array(operations)) for site in entry.sites],
        tol=POSITION_TOLERANCE,
    )


def _on_its_site(position: FloatArray, operations: FloatArray) -> FloatArray:
    """Return a position moved onto the special position that it is meant to be on.

    The data have 0.33333 for a third, and DFT codes, to which symmetry is what holds to 1e-5 Å or
    less, would find none. The mean of the images within the tolerance lies on it exactly.
    """
    images = operations[:, :3, :3] @ position + operations[:, :3, 3]
    shifts = wrapped(images - position)
    near = np.abs(shifts).max(axis=1) < POSITION_TOLERANCE
    mean: FloatArray = position + shifts[near].mean(axis=0)
    return mean


@cache
def _primitive(entry: Phase) -> Structure:
    primitive = _conventional(entry).get_primitive_structure(tolerance=SITE_TOLERANCE)
    return primitive.get_sorted_structure()


class _Located(NamedTuple):
    """An entry that was found in the files, not parsed yet."""

    family: str
    name: str
    elements: frozenset[str]
    text: str


@cache
def _located() -> tuple[_Located, ...]:
    # Parsing all of the YAML takes half a second, finding the entries in it a few milliseconds.
    return tuple(
        _Located(family, match[1], frozenset(ELEMENT.findall(match[2])), match[0])
        for family in FAMILIES
        for match in ENTRY.finditer(_text(family))
    )


def _text(family: str) -> str:
    path = files(__package__).joinpath("phase_families", f"{family}.yaml")
    return path.read_text(encoding="utf-8")


@cache
def _parsed(text: str) -> Phase:
    [facts] = yaml.safe_load(text)
    return Phase.model_validate(facts)


def phases(family: str | None = None) -> tuple[Phase, ...]:
    """Return the crystals of the library, in the order of its files.

    Parameters
    ----------
    family
        One of FAMILIES; None for all.
    """
    return tuple(_parsed(item.text) for item in _located() if family in (None, item.family))


def phase(name: str) -> Phase:
    """Return a crystal by its name.

    Raises
    ------
    PhaseError
        If the name is unknown; similar names are suggested.

    Examples
    --------
    >>> phase("Li3P04_beta")
    Traceback (most recent call last):
    ...
    liponflow.structures.phases.PhaseError: no reference crystal 'Li3P04_beta'; did you mean ...
    """
    for item in _located():
        if item.name == name:
            return _parsed(item.text)
    hint = did_you_mean(name, [item.name for item in _located()], at_most=3)
    raise PhaseError(f"no reference crystal {name!r}{hint}")


def phases_of(elements: Collection[str]) -> tuple[Phase, ...]:
    """List the crystals made only of given elements.

    Parameters
    ----------
    elements
        Symbols of a chemical system.

    Examples
    --------
    >>> [entry.name for entry in phases_of({"Li", "N"})]
    ['Li_bcc', 'N2_alpha', 'Li3N_alpha', 'Li3N_beta', 'LiN3', 'LiN3_rhombohedral']
    """
    allowed = frozenset(elements)
    return tuple(_parsed(item.text) for item in _located() if item.elements <= allowed)


def crystal_of(formula: str, source: str, names: Sequence[str] = ()) -> Phase | None:
    """Return the reference crystal of an entry of a phase diagram.

    Parameters
    ----------
    formula
        Reduced formula.
    source
        Source of the entry, which names the crystal if it was relaxed by one of our engines.
    names
        Crystals to choose from; all of the library if empty.

    Returns
    -------
    Phase or None
        The one that the source names, or else the first of the formula.
    """
    elements = frozenset(ELEMENT.findall(formula))
    same = [item for item in phases_of(elements) if item.reduced_formula == formula]
    chosen = [item for item in same if not names or item.name in names]
    named = [item for item in chosen if source.startswith(f"{item.name} relaxed by")]
    return next(iter([*named, *chosen]), None)
