"""Energy scales, and the corrections that are applied exactly once.

DFT has errors in oxides and nitrides, and PBE+U and PBE energies do not mix: the Materials
Project's scheme of 2020 corrects both. A potential trained on corrected energies already includes
the corrections; adding them again would shift every oxide by 0.7 eV per O.
"""

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Literal

from pymatgen.core.structure import Structure

from liponflow.analysis.energy_scale import MP2020, OWN, PBE_OR_PBE_U, UNCORRECTED
from liponflow.analysis.method import Block, Method
from liponflow.analysis.result import EngineInfo
from liponflow.formulas import reduced_formula

Corrections = Literal["auto", "none", "mp2020"]

PBE = "PBE"
"""Functional that the corrections are for."""

SURROGATE = "machine-learned potential"
"""Words in the name of a scale whose energies no DFT code computed."""


def resolve(
    corrections: Corrections, engine: EngineInfo, method: Method | None = None
) -> Literal["none", "mp2020"]:
    """Return the corrections that energies need.

    Parameters
    ----------
    corrections
        Corrections that the user requested.
    engine
        Engine that computed the energies, or will.
    method
        Method of the energies; by default what is known of the engine.

    Returns
    -------
    str
        ``none`` or ``mp2020``.

    Raises
    ------
    ValueError
        If they would be corrected twice, are of another functional than PBE, or their scale is
        unknown.

    Examples
    --------
    >>> resolve("auto", EngineInfo(name="vasp", version="6", surrogate=False))
    'mp2020'
    >>> resolve("auto", EngineInfo(name="vasp", version="6", functional="LDA", surrogate=False))
    'none'
    >>> sevennet = EngineInfo(
    ...     name="sevennet-0", version="0.13.0", energy_scale=UNCORRECTED, surrogate=True
    ... )
    >>> resolve("auto", sevennet)
    'mp2020'
    """
    method = method or engine.as_method
    included = MP2020 in f"{engine.functional} {engine.energy_scale}"
    if included and corrections == "mp2020":
        raise ValueError(
            f"the energies of {engine.label} already include the Materials Project's "
            "corrections: adding them again would count them twice; use corrections=auto"
        )
    if corrections == "mp2020" and not is_pbe(method):
        raise ValueError(
            f"the Materials Project's corrections of 2020 are for PBE and PBE+U, these energies "
            f"are {method.label}: use corrections=auto or none"
        )
    if corrections == "mp2020" and engine.energy_scale == OWN:
        raise ValueError(
            f"the Materials Project's corrections were fitted to energies of VASP, these are of "
            f"{engine.label}: use corrections=auto or none"
        )
    if corrections != "auto":
        return corrections
    if included or engine.energy_scale == OWN:
        return "none"
    if not is_pbe(method):
        return "none"
    if engine.surrogate and engine.energy_scale != UNCORRECTED:
        raise ValueError(
            f"whether the energies of {engine.name} hold the Materials Project's corrections is "
            "unknown: set corrections=none if its training data had them, corrections=mp2020 "
            "if they were plain PBE/PBE+U; a stability run without glass decides it from its "
            "energies, and says so"
        )
    return "mp2020"


def is_pbe(method: Method) -> bool:
    """Return whether a method is PBE or PBE+U, for which the corrections of 2020 are.

    An unknown functional counts as PBE, and so does a potential whose data were PBE and PBE+U.

    Examples
    --------
    >>> is_pbe(Method(code="chgnet 0.3.0", functional="PBE/PBE+U (MPtrj)"))
    True
    >>> is_pbe(Method(code="vasp", functional="PBE", dispersion="D3(BJ)"))
    False
    """
    words = re.split(r"[^\w]", method.functional or PBE)
    return words[0] == PBE and not (method.dispersion or method.exact_exchange)


def scale_name(
    corrections: Literal["none", "mp2020"], engine: EngineInfo, methods: Sequence[Method] = ()
) -> str:
    """Return the name of the scale of energies.

    Parameters
    ----------
    corrections
        Corrections that were added.
    engine
        Engine that computed the energies.
    methods
        Methods of the energies, comparable ones; by default what is known of the engine.

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
    functional = engine.functional or "functional unknown"
    if methods:
        blocks = [block for method in methods for block in method.blocks]
        functional = methods[0].model_copy(update={"blocks": blocks}).label
    return f"{name}: {functional}, total energies"


def corrected_energy(
    energy: float, structure: Structure, method: Method, corrections: Literal["none", "mp2020"]
) -> float:
    """Return the energy of a cell with its corrections (eV).

    Parameters
    ----------
    energy
        Energy as computed (eV).
    structure
        Computed structure.
    method
        Method of the energy.
    corrections
        Corrections to add.

    Raises
    ------
    ValueError
        If an element has several U, or :func:`mp2020_correction` refuses the calculation.
    """
    if corrections == "none":
        return energy
    if (method.functional or "").startswith(PBE_OR_PBE_U):
        return energy + mp2020_correction(structure, materials_project_u(structure))
    hubbard_u = method.hubbard_u
    for element, values in hubbard_u.items():
        if len(values) > 1:
            raise ValueError(
                f"{reduced_formula(structure.composition)}: U of {element} is "
                f"{' and '.join(f'{u:g}' for u in values)} eV in different blocks; the "
                "Materials Project's corrections are for one U per element"
            )
    return energy + mp2020_correction(structure, {el: u for el, [u] in hubbard_u.items()})


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
    from pymatgen.entries.compatibility import (
        CompatibilityError,
        MaterialsProject2020Compatibility,
    )
    from pymatgen.entries.computed_entries import ComputedStructureEntry

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
                f"{reduced_formula(structure.composition)}: {reason}; the corrections fit the "
                "settings of the Materials Project only, as `liponflow inputs stability` writes "
                "them"
            ) from None
    return sum(float(adjustment.value) for adjustment in adjustments)


def unfitted_potentials(methods: Iterable[Method]) -> str | None:
    """Return a remark on POTCARs other than those that the corrections were fitted with.

    Parameters
    ----------
    methods
        Methods of energies; only the POTCARs of PBE calculations are looked at.

    Returns
    -------
    str or None
        The elements with both symbols; None if all are those of the Materials Project (pymatgen's
        MPRelaxSet), or unknown.

    Examples
    --------
    >>> small = Block(element="Li", potential="PAW_PBE Li 17Jan2003")
    >>> unfitted_potentials([Method(code="vasp", functional="PBE", blocks=[small])])
    "the Materials Project's corrections were fitted with other POTCARs: Li_sv, not Li"
    """
    used = {
        (block.element, block.potential.split()[:2][-1])
        for method in methods
        if is_pbe(method)
        for block in method.blocks
        if block.potential
    }
    if not used:
        return None
    from pymatgen.io.vasp.sets import MPRelaxSet  # noqa: TID251 - settings, and no files of VASP

    fitted: Mapping[str, str] = MPRelaxSet.CONFIG["POTCAR"]
    others = [
        f"{fitted[element]}, not {symbol}"
        for element, symbol in sorted(used)
        if fitted.get(element, symbol) != symbol
    ]
    if not others:
        return None
    return "the Materials Project's corrections were fitted with other POTCARs: " + "; ".join(
        others
    )


def materials_project_u(structure: Structure) -> dict[str, float]:
    """Return the U (eV) with which the Materials Project computes a crystal.

    Oxides and fluorides of some metals have one: those in which O or F is the most electronegative
    element.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> cell = Lattice.cubic(4.2)
    >>> materials_project_u(Structure(cell, ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    {'Ni': 6.2}
    >>> materials_project_u(Structure(cell, ["Ni", "N"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    {}
    """
    from pymatgen.entries.compatibility import MaterialsProject2020Compatibility

    elements = sorted(structure.composition.elements, key=lambda element: float(element.X))
    known = MaterialsProject2020Compatibility(check_potcar=False).u_settings
    values = known.get(elements[-1].symbol, {})
    return {e.symbol: float(values[e.symbol]) for e in elements if e.symbol in values}


def blocks_of_incar(incar: Mapping[str, object], symbols: Sequence[str]) -> list[Block]:
    """Return the blocks with U of an INCAR, of calculations without a record of their method.

    Parameters
    ----------
    incar
        Its keys; LDAUU and LDAUJ have one value per species of POSCAR.
    symbols
        Symbol of every atom, in order.

    Examples
    --------
    >>> incar = {"LDAU": True, "LDAUU": [0, 6.2], "LDAUJ": [0, 0]}
    >>> Method(code="vasp", blocks=blocks_of_incar(incar, ["Li", "Ni", "Ni"])).hubbard_u
    {'Ni': [6.2]}
    """
    if not incar.get("LDAU"):
        return [Block(element=symbol) for symbol in dict.fromkeys(symbols)]
    u, j = (
        list(value) if isinstance(value := incar.get(tag), list | tuple) else []
        for tag in ("LDAUU", "LDAUJ")
    )
    runs = [symbol for symbol, _ in groupby(symbols)]
    elements = runs if len(runs) == len(u) else list(dict.fromkeys(symbols))
    return [
        Block(element=symbol, u=float(value or 0), j=float(exchange or 0))
        for symbol, value, exchange in zip_longest(elements, u, j)
        if symbol is not None
    ]
