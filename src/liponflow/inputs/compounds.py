"""Which structures are compounds or metals, and their U, for the settings of every DFT code."""

from pymatgen.core.structure import Structure

from liponflow.crystals.anions import anions
from liponflow.inputs.presets import load_data
from liponflow.inputs.stability import TOPIC

ANION_SHARE = 0.1
"""Share of anions among the atoms from which a host is a compound, our choice: a dopant in a metal
has 0.02, Li3N 0.25."""


def is_compound(structure: Structure | None) -> bool:
    """Return whether a structure is of a compound, by its share of anions.

    Parameters
    ----------
    structure
        A host, or a cell with a dopant or a vacancy; None for the built-in Li metal.
    """
    if structure is None:
        return False
    negative = sum(structure.composition[symbol] for symbol in anions(structure))
    return bool(negative >= ANION_SHARE * len(structure))


def is_metal(structure: Structure) -> bool:
    """Return whether all elements of a crystal are metals.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> [is_metal(phase(name).primitive()) for name in ("Li_bcc", "Li3P", "P_black")]
    [True, False, False]
    """
    return all(element.is_metal for element in structure.composition.elements)


def hubbard_u(structure: Structure) -> dict[str, float]:
    """Return the U (eV) of the elements of a structure, as the Materials Project has it.

    Its values are for oxides and fluorides (those of the stability campaign).

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> hubbard_u(phase("LiCoO2").primitive()), hubbard_u(phase("Li2S").primitive())
    ({'Co': 3.32}, {})
    """
    elements = {element.symbol for element in structure.composition.elements}
    by_anion = load_data(TOPIC)["vasp"]["incar"]["LDAUU"]["value"]
    return {
        metal: u
        for anion, by_metal in by_anion.items()
        if anion in elements
        for metal, u in by_metal.items()
        if metal in elements
    }
