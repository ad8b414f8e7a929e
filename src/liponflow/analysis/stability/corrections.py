"""Energy scales, and the corrections that are applied exactly once.

DFT has errors in oxides and nitrides, and PBE+U and PBE energies do not mix: the Materials
Project's scheme of 2020 corrects both. A potential trained on corrected energies already includes
the corrections; adding them again would shift every oxide by 0.7 eV per O.
"""

import warnings
from collections.abc import Mapping
from typing import Literal

from pymatgen.core.structure import Structure
from pymatgen.entries.compatibility import CompatibilityError, MaterialsProject2020Compatibility
from pymatgen.entries.computed_entries import ComputedStructureEntry

from liponflow.analysis.result import EngineInfo

Corrections = Literal["auto", "none", "mp2020"]

MP2020 = "Materials Project 2020 corrections"
"""Words in the scale or functional of an engine whose energies include the corrections."""

SURROGATE = "machine-learned potential"
"""Words in the name of a scale whose energies no DFT code computed."""


def resolve(corrections: Corrections, engine: EngineInfo) -> Literal["none", "mp2020"]:
    """Return the corrections that an engine's energies need.

    Parameters
    ----------
    corrections
        Corrections that the user requested.
    engine
        Engine that computed the energies, or will.

    Returns
    -------
    str
        ``none`` or ``mp2020``.

    Raises
    ------
    ValueError
        If they would be corrected twice, or the scale of the engine's energies is unknown.

    Examples
    --------
    >>> resolve("auto", EngineInfo(name="vasp", version="6", surrogate=False))
    'mp2020'
    """
    included = MP2020 in f"{engine.functional} {engine.energy_scale}"
    if included and corrections == "mp2020":
        raise ValueError(
            f"the energies of {engine.label} already include the Materials Project's "
            "corrections: adding them again would count them twice; use corrections=auto"
        )
    if corrections != "auto":
        return corrections
    if included:
        return "none"
    if engine.surrogate:
        raise ValueError(
            f"whether the energies of {engine.name} hold the Materials Project's corrections is "
            "unknown: set corrections=none if its training data had them, corrections=mp2020 "
            "if they were plain PBE/PBE+U"
        )
    return "mp2020"


def scale_name(corrections: Literal["none", "mp2020"], engine: EngineInfo) -> str:
    """Return the name of the scale of an engine's energies.

    Examples
    --------
    >>> scale_name("mp2020", EngineInfo(name="vasp", version="6.4", surrogate=False))
    'vasp: PBE/PBE+U with Materials Project 2020 corrections, total energies'
    """
    # A version of VASP does not change the scale, weights of a potential do.
    name = f"{engine.name} {engine.weights}" if engine.weights else engine.name
    if engine.surrogate:
        name += f" ({SURROGATE})"
    if corrections == "mp2020":
        return f"{name}: PBE/PBE+U with {MP2020}, total energies"
    return f"{name}: {engine.functional or 'functional unknown'}, total energies"


def mp2020_correction(structure: Structure, hubbard_u: Mapping[str, float]) -> float:
    """Return the sum of the Materials Project's corrections of 2020.

    Parameters
    ----------
    structure
        Computed structure, which distinguishes peroxides from oxides.
    hubbard_u
        U_eff (eV) of the elements that had one; empty for plain PBE.

    Returns
    -------
    float
        Correction to add to the energy of the cell (eV).

    Raises
    ------
    ValueError
        If the scheme has no correction for the calculation, e.g. because of another U.
    """
    parameters = {"run_type": "GGA+U" if hubbard_u else "GGA", "hubbards": dict(hubbard_u)}
    entry = ComputedStructureEntry(structure, 0.0, parameters=parameters)
    scheme = MaterialsProject2020Compatibility(check_potcar=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # metals, whose oxidation states it cannot guess
        try:
            adjustments = scheme.get_adjustments(entry)
        except CompatibilityError as error:
            reason = str(error).split(" for {")[0].split(" for Entry")[0]
            raise ValueError(
                f"{structure.composition.reduced_formula}: {reason}; the corrections fit the "
                "settings of the Materials Project only, as `liponflow inputs stability` writes "
                "them"
            ) from None
    return sum(float(adjustment.value) for adjustment in adjustments)


def hubbard_of_incar(incar: Mapping[str, object], symbols: list[str]) -> dict[str, float]:
    """Return U_eff of an INCAR.

    Parameters
    ----------
    incar
        Its keys; LDAUU and LDAUJ have one value per species of POSCAR.
    symbols
        Species in that order.

    Examples
    --------
    >>> hubbard_of_incar({"LDAU": True, "LDAUU": [0, 6.2], "LDAUJ": [0, 0]}, ["Li", "Ni"])
    {'Ni': 6.2}
    """
    if not incar.get("LDAU"):
        return {}
    u, j = incar.get("LDAUU"), incar.get("LDAUJ")
    values = list(u) if isinstance(u, list | tuple) else [0.0] * len(symbols)
    exchange = list(j) if isinstance(j, list | tuple) else [0.0] * len(symbols)
    return {
        symbol: float(value) - float(other)
        for symbol, value, other in zip(symbols, values, exchange, strict=False)
        if float(value) - float(other)
    }
