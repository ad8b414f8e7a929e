"""The method of a VASP calculation, from its tags, its POTCARs and its mesh."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import isclose
from typing import Any

from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.periodic_table import Element
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.analysis.method import Block, Method
from liponflow.inputs.vasp.electrons import valence_electrons

VASP = "vasp"
"""Name of the code."""

HOST_SETTINGS = ("PREC", "ISPIN", "LASPH", "ISMEAR", "SIGMA")
"""Tags that agree in calculations of one host, beside the mesh."""

_FUNCTIONALS = {
    "91": "PW91",
    "AM": "AM05",
    "B3": "B3LYP",
    "B5": "B3LYP",
    "BF": "BEEF",
    "BO": "optB88",
    "CA": "LDA",
    "CX": "vdW-DF-cx",
    "HL": "LDA (Hedin-Lundqvist)",
    "MK": "optB86b",
    "ML": "rPW86",
    "OR": "optPBE",
    "PE": "PBE",
    "PS": "PBEsol",
    "PZ": "LDA",
    "RE": "revPBE",
    "RP": "RPBE",
    "WI": "LDA (Wigner)",
}
"""Functional by the tag GGA or by LEXCH of the POTCAR (VASP wiki, "GGA")."""

_META = {"R2SCAN": "r2SCAN", "RSCAN": "rSCAN", "MBJ": "modified Becke-Johnson"}
"""Names of meta-GGAs that are not those of the tag METAGGA."""

_NONE = {"", "--", "NONE"}

_LEXCH = {"PAW_PBE": "PE", "PAW_GGA": "91", "PAW": "CA", "PAW_LDA": "CA"}
"""LEXCH by the first word of TITEL; one of ultrasoft potentials does not tell it."""

_DISPERSION = {
    1: "D2", 10: "D2", 11: "D3", 12: "D3(BJ)", 13: "D4", 2: "TS", 20: "TS", 21: "TS/HI",
    202: "MBD", 263: "MBD/FI", 3: "ULG", 4: "dDsC",
}  # fmt: skip
"""Dispersion correction by IVDW (VASP wiki, "IVDW")."""

_HYBRIDS = {("PBE", 0.0): "PBE0", ("PBE", 0.2): "HSE06", ("PBE", 0.3): "HSE03",
            ("PBEsol", 0.2): "HSEsol"}  # fmt: skip
"""Hybrid by its semilocal part and HFSCREEN (1/Å)."""

_SAME_SCREENING = 0.01
"""HSE06 has been run with 0.2 and with 0.207 1/Å (0.11 1/bohr)."""


def vasp_method(
    tags: Mapping[str, Any],
    *,
    titles: Sequence[str],
    symbols: Iterable[str],
    lattice: Lattice,
    kpoints: Kpoints | None,
    lexch: str | None = None,
    charge: float | None = None,
) -> Method:
    """Return the method of a calculation.

    Parameters
    ----------
    tags
        Tags as VASP used them: the parameters of a vasprun.xml, or the INCAR where there are none.
    titles
        TITEL of the POTCAR of every block, or the symbol of a POTCAR.spec.
    symbols
        Symbol of every atom, in order.
    lattice
        The cell.
    kpoints
        The mesh; None if unknown.
    lexch
        LEXCH of the POTCARs; that which their titles imply by default.
    charge
        Charge of the cell (e); None if unknown.

    Returns
    -------
    Method

    Examples
    --------
    >>> vasp_method(
    ...     {"LDAU": True, "LDAUU": [6.2, 0], "ENMAX": 520.0},
    ...     titles=["PAW_PBE Ni_pv 06Sep2000", "PAW_PBE O 08Apr2002"],
    ...     symbols=["Ni", "O"],
    ...     lattice=Lattice.cubic(2.95),
    ...     kpoints=None,
    ... ).label
    'PBE+U (Ni 6.2 eV)'
    """
    blocks = _blocks(tags, titles, list(symbols))
    if lexch is None:
        words = {title.split()[0] for title in titles if title.strip()}
        lexch = " and ".join(sorted({_LEXCH[word] for word in words if word in _LEXCH})) or None
    hybrid = bool(tags.get("LHFCALC"))
    exchange = float(tags.get("AEXX", 0.25)) if hybrid else 0.0
    screening = float(tags.get("HFSCREEN") or 0.0) if hybrid else None
    moving = tags.get("ICHARG")
    # VASP 5 writes LDAUTYPE as an array with one value.
    kinds = _list(tags.get("LDAUTYPE")) or [tags.get("LDAUTYPE", 2)]
    return Method(
        code=VASP,
        functional=_functional(tags, lexch, exchange, screening),
        lexch=lexch,
        exact_exchange=exchange,
        screening=screening,
        dispersion=_dispersion(tags),
        spin_orbit=bool(tags.get("LSORBIT")),
        hubbard_type=int(kinds[0]) if any(b.u or b.j for b in blocks) else None,
        blocks=blocks,
        cutoff=tags.get("ENMAX") or tags.get("ENCUT"),
        kpoint_spacing=_spacing(lattice, kpoints),
        icharg=None if moving is None else int(moving),
        charge=charge,
        settings=_settings(tags, kpoints),
    )


def charge_of(
    incar: Mapping[str, Any], titles: Sequence[str], symbols: Sequence[str]
) -> float | None:
    """Return the charge of a cell, by the valence electrons in pymatgen's list of POTCARs.

    Parameters
    ----------
    incar
        INCAR as written; VASP's own parameters have NELECT whether or not it was asked for.
    titles
        TITEL of the POTCARs, or the symbols of a POTCAR.spec.
    symbols
        Symbol of every atom.

    Returns
    -------
    float or None
        0 without NELECT; None if a POTCAR is unknown (e).

    Examples
    --------
    >>> charge_of({"NELECT": 8}, ["PAW_PBE Li_sv 10Sep2004", "PAW_PBE O 08Apr2002"], ["Li", "O"])
    1.0
    """
    if "NELECT" not in incar:
        return 0.0
    names = [title.split()[:2][-1] for title in titles if title.strip()]
    neutral = valence_electrons(Composition(Counter(symbols)), {}, names)
    return None if neutral is None else neutral - float(incar["NELECT"])


def _blocks(tags: Mapping[str, Any], titles: Sequence[str], symbols: Sequence[str]) -> list[Block]:
    runs = [symbol for symbol, _ in groupby(symbols)]
    elements = [_element(title) for title in titles]
    if not titles or None in elements:
        elements, titles = list(runs), [*titles, *[""] * len(runs)]
    used = _list(tags.get("LDAUU")) if tags.get("LDAU") else []
    exchange, orbitals = _list(tags.get("LDAUJ")), _list(tags.get("LDAUL"))
    found = []
    for index, element in enumerate(elements):
        # LDAUL = -1 switches U off, whatever LDAUU is.
        off = index >= len(used) or (index < len(orbitals) and orbitals[index] < 0)
        found.append(
            Block(
                element=str(element),
                potential=titles[index].strip() or None,
                u=0.0 if off else used[index],
                j=0.0 if off or index >= len(exchange) else exchange[index],
            )
        )
    return found


def _element(title: str) -> str | None:
    """Return the element of a TITEL or of a symbol such as Ni_pv or H1.25."""
    word = (title.split() or [""])[:2][-1]
    match = re.match(r"[A-Z][a-z]?", word)
    return match[0] if match and Element.is_valid_symbol(match[0]) else None


def _list(value: Any) -> list[float]:
    return [float(item) for item in value] if isinstance(value, list | tuple) else []


def _functional(
    tags: Mapping[str, Any], lexch: str | None, exchange: float, screening: float | None
) -> str | None:
    gga = str(tags.get("GGA") or "").strip().upper()
    meta = str(tags.get("METAGGA") or "").strip().upper()
    tag = lexch or "" if gga in _NONE else gga
    name = _FUNCTIONALS.get(tag, tag or None)
    if meta not in _NONE:
        name = _META.get(meta, meta)
    if screening is None:
        return name
    if isclose(exchange, 1.0):
        return "HF"
    if name == "B3LYP":
        return name
    known = [
        hybrid
        for (part, length), hybrid in _HYBRIDS.items()
        if part == name and abs(length - screening) <= _SAME_SCREENING
    ]
    return known[0] if known else f"{name} hybrid"


def _dispersion(tags: Mapping[str, Any]) -> str | None:
    if tags.get("LUSE_VDW"):
        meta = str(tags.get("METAGGA") or "").strip().upper()
        return "vdW-DF" if meta in _NONE else "rVV10"
    kind = int(tags.get("IVDW") or 0)
    return _DISPERSION.get(kind, f"IVDW = {kind}") if kind else None


def _spacing(lattice: Lattice, kpoints: Kpoints | None) -> float | None:
    divisions = _divisions(kpoints)
    if divisions is None:
        return None
    lengths = lattice.reciprocal_lattice.abc
    return float(max(b / n for b, n in zip(lengths, divisions, strict=True)))


def _divisions(kpoints: Kpoints | None) -> tuple[int, int, int] | None:
    """Return the divisions of a regular mesh; None of a list of points."""
    if kpoints is None or kpoints.num_kpts or len(kpoints.kpts) != 1:
        return None
    match [int(number) for number in kpoints.kpts[0]]:
        case [a, b, c] if min(a, b, c) > 0:
            return a, b, c
    return None


def _settings(tags: Mapping[str, Any], kpoints: Kpoints | None) -> dict[str, str]:
    found = {tag: str(tags[tag]).strip() for tag in HOST_SETTINGS if tags.get(tag) is not None}
    divisions = _divisions(kpoints)
    if divisions is not None:
        found["k-points"] = "x".join(map(str, divisions))
    return found
