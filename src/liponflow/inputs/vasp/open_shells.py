"""Spins, starting moments and U of a structure that holds a cathode.

They are the published ones of the lithiation campaign, so that a cathode beside an electrolyte is
the same material as alone.
"""

from collections.abc import Mapping

from pymatgen.core.structure import Structure

from liponflow.inputs.lithiation import TOPIC as OF_THE_CATHODE
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.vasp.lithiation import hubbard

_PRESET = "paper"
_ALGO = Cited(
    value="Normal", source="our choice: RMM-DIIS alone may not converge with open d shells"
)


def open_shells(structure: Structure | None) -> dict[str, Cited]:
    """Return the INCAR values of the transition metals of a structure.

    Parameters
    ----------
    structure
        Any structure, or None.

    Returns
    -------
    dict
        Spin polarisation, a starting moment for every element, and U; empty if the structure has
        no metal for which these are known.
    """
    moments, corrected = _known()
    elements = [] if structure is None else [e.symbol for e in structure.composition.elements]
    if not corrected["value"].keys() & set(elements):
        return {}
    by_element = {symbol: moments["value"].get(symbol, 0.0) for symbol in elements}
    data: Mapping[str, Mapping[str, Cited]] = load_data(OF_THE_CATHODE)["vasp"]
    taken = {
        **data["magnetic"],
        "LASPH": data["incar"]["LASPH"],
        "MAGMOM": Cited(value=by_element, source=f"{moments['source']}; 0 for others"),
        **hubbard(corrected["value"], corrected["source"]),
    }
    return {
        key: Cited(value=entry["value"], source=f"as the lithiation campaign: {entry['source']}")
        for key, entry in taken.items()
    } | {"ALGO": _ALGO}


def without_values(structure: Structure) -> list[str]:
    """Return the transition metals of a structure for which moment and U are not known."""
    known = _known()[1]["value"]
    elements = structure.composition.elements
    return sorted(e.symbol for e in elements if e.is_transition_metal and e.symbol not in known)


def with_hubbard_u(symbol: str) -> bool:
    """Return whether the Materials Project computes a metal with U: its d electrons are localised.

    Examples
    --------
    >>> with_hubbard_u("Co"), with_hubbard_u("Ti")
    (True, False)
    """
    return symbol in load_data(OF_THE_CATHODE)["hubbard_u"]["materials_project"]["value"]


def refuse(metals: list[str], what: str) -> None:
    """Refuse metals without a moment and U.

    Raises
    ------
    ValueError
        If there is one; the known ones and the remedy are named.
    """
    if metals:
        known = " and ".join(sorted(_known()[1]["value"]))
        raise ValueError(
            f"VASP's sets of {what} have a starting moment and U for {known}, and none for "
            f"{', '.join(metals)}: take a potential such as chgnet, whose training data have both"
        )


def _known() -> tuple[Cited, Cited]:
    """Return starting moments (µB) and U (eV) by element."""
    data = load_data(OF_THE_CATHODE)
    chosen = data["presets"][_PRESET]
    return chosen["magmoms"], data["hubbard_u"][chosen["hubbard_u"]["value"]]
