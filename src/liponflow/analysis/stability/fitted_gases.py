"""Energies of gases for a code whose own scale has no reference energies.

PBE binds O2 and N2 wrongly, whichever code computes it. The usual remedy gives the element of a
gas the energy with which a compound has its measured enthalpy of formation (L. Wang, T. Maxisch,
G. Ceder, Phys. Rev. B 73, 195107 (2006)). Here these are Li2O and Li3N.
"""

from collections.abc import Sequence

from pymatgen.core.composition import Composition

from liponflow.analysis.stability.entries import Entry
from liponflow.analysis.stability.gases import GASES
from liponflow.analysis.stability.unknown_scale import MEASURED

COMPOUNDS = {"O": "Li2O", "N": "Li3N"}
"""Compound whose measured enthalpy of formation sets the energy of an element."""

METAL = "Li"
"""The other element of these compounds."""


def check_fitted(elements: Sequence[str], engine: str) -> None:
    """Refuse a chemical system with a gas for which there is no compound.

    Parameters
    ----------
    elements
        Symbols of the system.
    engine
        Name of the engine.

    Raises
    ------
    ValueError
        If a gas is among them and Li is not.
    """
    gases = [element for element in elements if element in GASES]
    if gases and METAL not in elements:
        compounds = " and ".join(COMPOUNDS[element] for element in gases)
        raise ValueError(
            f"{engine} has no energy of {' and '.join(GASES[e].formula for e in gases)} but that "
            f"from {compounds}, and {METAL} is not among the elements: add it, or use a potential"
        )


def fitted_gases(elements: Sequence[str], phases: Sequence[Entry]) -> list[Entry]:
    """Return the gases of a chemical system, with energies from measured enthalpies.

    Parameters
    ----------
    elements
        Symbols of the system.
    phases
        Crystals on one scale, among them Li and the compounds of :data:`COMPOUNDS`.

    Raises
    ------
    ValueError
        If one of these is missing.
    """
    found = []
    for element in elements:
        if element not in GASES:
            continue
        formula = COMPOUNDS[element]
        metal, compound = (_lowest(phases, name, element) for name in (METAL, formula))
        composition = Composition(formula)
        energy = composition.num_atoms * (compound.energy_per_atom - MEASURED[formula])
        energy -= composition[METAL] * metal.energy_per_atom
        found.append(
            Entry(
                name=GASES[element].formula,
                composition={element: 2},
                energy=2 * energy / composition[element],
                source=f"gas by reference: {formula} has its measured enthalpy of formation, "
                f"{MEASURED[formula]:.3f} eV/atom",
            )
        )
    return found


def _lowest(phases: Sequence[Entry], formula: str, element: str) -> Entry:
    usable = [
        entry for entry in phases if entry.formula == formula and entry.reason_refused is None
    ]
    if not usable:
        raise ValueError(
            f"the energy of {GASES[element].formula} is set by {COMPOUNDS[element]} and {METAL}, "
            f"and there is no usable {formula}: its relaxation has failed, or it was left out"
        )
    return min(usable, key=lambda entry: entry.energy_per_atom)
