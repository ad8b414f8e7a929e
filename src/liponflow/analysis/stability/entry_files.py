"""Read entries from a JSON file: pymatgen's PDEntry and ComputedEntry, or an entry set of ours."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pymatgen.analysis.phase_diagram import PDEntry
from pymatgen.entries.computed_entries import ComputedEntry

from liponflow import datajson
from liponflow.analysis.method import Block, Method
from liponflow.analysis.stability.entries import SAME_ENERGY, Entry, EntrySet
from liponflow.analysis.stability.one_scale import ScaleError, check_one_scale, unusable_method
from liponflow.boundary import FileError, Place, file_boundary, reason_of
from liponflow.datajson import DocumentType
from liponflow.decompression import open_bytes
from liponflow.finite import not_finite
from liponflow.formulas import conventional, reduced_formula
from liponflow.safejson import UntrustedClassError

EXPECTED = (
    "a list of pymatgen entries (PDEntry, ComputedEntry or ComputedStructureEntry), as "
    "monty.serialization.dumpfn writes it, or an entry set of liponflow"
)

MATERIALS_PROJECT, MIT = "MaterialsProject", "MIT"
"""In the names of correction schemes. U of the former is one per element, that of the latter
depends on the anion."""

_ENTRY_CLASSES = frozenset(
    {
        ("pymatgen.analysis.phase_diagram", "PDEntry"),
        # pymatgen has moved its entries; files name the one or the other module.
        *product(
            ("pymatgen.core.entries", "pymatgen.entries.computed_entries"),
            ("ComputedEntry", "ComputedStructureEntry"),
        ),
    }
)
"""What an item of a file may be."""

ENTRIES = DocumentType(
    "a file of entries",
    _ENTRY_CLASSES
    | datajson.STRUCTURE.decoded
    | {
        ("datetime", "datetime"),
        *product(
            ("pymatgen.core.entries", "pymatgen.entries.computed_entries"),
            (
                "CompositionEnergyAdjustment",
                "ConstantEnergyAdjustment",
                "ManualEnergyAdjustment",
                "TemperatureEnergyAdjustment",
            ),
        ),
    },
    # Adjustments say which scheme made them. To decode one would let the file name another file
    # that the scheme reads.
    labels=frozenset(
        {
            ("emmet.core.mpid", "MPID"),
            *product(("emmet.core.vasp.calc_types.enums",), ("CalcType", "RunType", "TaskType")),
            *product(
                ("pymatgen.analysis.compatibility", "pymatgen.entries.compatibility"),
                (
                    "MITAqueousCompatibility",
                    "MITCompatibility",
                    "MaterialsProject2020Compatibility",
                    "MaterialsProjectAqueousCompatibility",
                    "MaterialsProjectCompatibility",
                ),
            ),
            *product(
                (
                    "pymatgen.analysis.compatibility.mixing_scheme",
                    "pymatgen.entries.mixing_scheme",
                ),
                ("MaterialsProjectDFTMixingScheme",),
            ),
        }
    ),
)
"""What a file of entries may name."""


class EntryFileError(FileError):
    """Error of a file without entries, or with entries that cannot be used together."""

    page = "docs/stability.md"


def read_entries(path: Path, *, scale: str | None = None) -> EntrySet:
    """Read a file of entries.

    Parameters
    ----------
    path
        ``.json`` or ``.json.gz``.
    scale
        What the energies are; if not given, the file's name and what it says about itself.

    Returns
    -------
    EntrySet
        Formation energies if every element that it holds has 0, total energies otherwise.

    Raises
    ------
    EntryFileError
        If the file cannot be read, holds something else, is empty, or mixes schemes of correction,
        functionals, POTCARs or values of U.
    ValueError
        See :meth:`EntrySet.build`.
    liponflow.safejson.UntrustedClassError
        If it names a function, or a class that a file of entries does not hold; nothing of it has
        been decoded then.
    """
    remedy = f"expected {EXPECTED}"
    with file_boundary(path, EntryFileError, what="a file of entries", remedy=remedy) as place:
        document = _load(path)
        datajson.check(document, ENTRIES, str(path))
        if isinstance(document, dict) and "scale" in document:
            return _entry_set(document, path)
        return _entries_of_pymatgen(document, path, scale, place)


def _entry_set(document: dict[str, Any], path: Path) -> EntrySet:
    if isinstance(items := document.get("entries"), list):
        for number, item in enumerate(items):
            _check_numbers(item, number, path)
    try:
        ours = EntrySet.model_validate(document)
    except ValidationError as error:
        raise EntryFileError(f"{path} is not an entry set: {reason_of(error)}") from error
    # It may be written by hand: resolve duplicates as in any other file.
    return EntrySet.build(
        ours.entries, scale=ours.scale, kind=ours.kind, temperature=ours.temperature
    ).model_copy(update={"excluded": ours.excluded})


def _entries_of_pymatgen(document: Any, path: Path, scale: str | None, place: Place) -> EntrySet:
    items = document.get("entries") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise EntryFileError(f"{path} holds no entries: expected {EXPECTED}")
    if not items:
        raise EntryFileError(f"{path} holds an empty list: expected {EXPECTED}")
    for number, item in enumerate(items):
        named = datajson.class_name(item)
        if named not in _ENTRY_CLASSES:
            what = named[1] if named else type(item).__name__
            raise EntryFileError(f"item {number} of {path} is a {what}: expected {EXPECTED}")
        _check_numbers(item, number, path)
    try:
        found = datajson.decode(items, ENTRIES, str(path))
    except UntrustedClassError:
        raise
    # Whatever pymatgen trips over in an entry that lacks or distorts something.
    except Exception as error:
        raise EntryFileError(
            f"{path} holds an entry that pymatgen cannot read ({reason_of(error)}): expected "
            f"{EXPECTED}"
        ) from error
    scheme = _scheme(found, path)
    entries = []
    for number, item in enumerate(found):
        place.text = f"entry {number + 1} ({reduced_formula(item.composition)})"
        entries.append(_entry(item, path.name, scheme))
    place.text = ""
    remarks = _compare_methods(entries, path, scheme)
    pure = [entry for entry in entries if len(entry.composition) == 1]
    lowest: dict[str, float] = {}
    for entry in pure:
        lowest[entry.formula] = min(entry.energy_per_atom, lowest.get(entry.formula, math.inf))
    # Other polymorphs of an element lie above it.
    formation = bool(lowest) and all(abs(energy) < SAME_ENERGY for energy in lowest.values())
    built = EntrySet.build(
        entries,
        scale=scale or f"{path.name}, {'formation' if formation else 'total'} energies{scheme}",
        kind="formation" if formation else "total",
    )
    return built.model_copy(update={"remarks": (*built.remarks, *remarks)})


def _compare_methods(entries: Sequence[Entry], path: Path, scheme: str) -> list[str]:
    """Return remarks on the POTCARs and U of entries, which have to compare."""
    try:
        return check_one_scale(entries, mixed_u=MATERIALS_PROJECT in scheme)
    except ScaleError as error:
        raise EntryFileError(
            f"{path} mixes energies on different scales: {error}; keep one of them"
        ) from error


def _load(path: Path) -> Any:
    try:
        with open_bytes(path) as file:
            return json.loads(file.read())
    except FileError:
        raise
    except OSError as error:
        raise EntryFileError(f"cannot read the entries in {path}: {reason_of(error)}") from error
    except (EOFError, RecursionError, ValueError) as error:
        raise EntryFileError(
            f"{path} is not valid JSON: {reason_of(error)}; expected {EXPECTED}"
        ) from error


def _check_numbers(item: Any, number: int, path: Path) -> None:
    """Refuse an entry whose energy or composition is not finite, by the name of its phase.

    Structures in it, which make most of a file, are not read and not searched.
    """
    if not isinstance(item, dict):
        return
    composition = item.get("composition")
    amounts = composition if isinstance(composition, dict) else {}
    label = item.get("name") or item.get("entry_id") or "".join(map(str, amounts)) or "no name"
    named = f"{path}, entry {number + 1} ({label})"
    remedy = "correct the file, or leave the phase out"
    energy = item.get("energy", 0.0)
    if isinstance(energy, bool) or not isinstance(energy, int | float):
        raise EntryFileError(f"{named}: the energy is {energy!r}, which is not a number: {remedy}")
    for place, value in not_finite({"energy": energy, "composition": composition}):
        raise EntryFileError(f"{named}: {place} is {value}, which is not finite: {remedy}")


def _entry(item: PDEntry | ComputedEntry, file: str, scheme: str) -> Entry:
    label = getattr(item, "name", None) or str(getattr(item, "entry_id", None) or "")
    formula = reduced_formula(item.composition)
    if len(item.composition) == 1 and label == str(item.composition.elements[0]):
        label = formula  # a gas is O2 or N2 wherever it is named
    method = _method(item, scheme)
    return Entry(
        name=conventional(label) or formula,
        composition=item.composition.get_el_amt_dict(),
        energy=float(item.energy),
        source=f"{file}: {getattr(item, 'entry_id', None) or label or formula}",
        problem=None if method is None else unusable_method(method),
        method=method,
    )


def _method(item: PDEntry | ComputedEntry, scheme: str) -> Method | None:
    """Return what an entry tells of POTCARs, U and the charge of the cell; None if nothing.

    Without ``hubbards`` there is no U, as for pymatgen's corrections.
    """
    parameters = getattr(item, "parameters", None) or {}
    given = {} if MIT in scheme else parameters.get("hubbards") or {}
    used = {str(element): float(u) for element, u in given.items() if u}
    titles = _potentials(parameters)
    blocks = [
        Block(element=element, potential=titles.get(element), u=used.get(element, 0.0))
        for element in sorted({*used, *titles})
    ]
    charge = _charge(item)
    return Method(code="vasp", blocks=blocks, charge=charge) if blocks or charge else None


def _charge(item: PDEntry | ComputedEntry) -> float | None:
    """Return the charge of the cell (e) where its structure, data or parameters give one."""
    structure = getattr(item, "structure", None)
    places = [getattr(item, name, None) or {} for name in ("data", "parameters")]
    given = [
        getattr(structure, "_charge", None),  # `charge` sums the oxidation states
        *(place.get("charge") for place in places),
    ]
    found = [value for value in given if isinstance(value, int | float)]
    return float(found[0]) if found else None


def _potentials(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the TITEL by element, or the symbol where there is no more."""
    titles = [
        str(spec["titel"])
        for spec in parameters.get("potcar_spec") or []
        if isinstance(spec, dict) and spec.get("titel")
    ]
    # "PBE Li_sv": the release and the symbol.
    titles = titles or [str(name).split()[-1] for name in parameters.get("potcar_symbols") or []]
    found = {}
    for title in titles:
        element = re.match(r"[A-Z][a-z]?", title.split()[:2][-1])
        if element is not None:
            found[element[0]] = title
    return found


def _scheme(items: Sequence[PDEntry | ComputedEntry], path: Path) -> str:
    """Correction scheme that the entries share, as the end of a scale; refuse several."""
    schemes: dict[str, str] = {}
    runs: dict[str, str] = {}
    uncorrected: list[str] = []
    for item in items:
        if not isinstance(item, ComputedEntry):
            continue
        formula = reduced_formula(item.composition)
        for adjustment in item.energy_adjustments:
            schemes.setdefault(str(adjustment.cls.get("@class", "unnamed")), formula)
        # Every scheme corrects the O of an oxide: an oxide without corrections is uncorrected.
        if not item.energy_adjustments and "O" in item.composition and len(item.composition) > 1:
            uncorrected.append(formula)
        if run := str(item.parameters.get("run_type") or ""):
            # PBE with and without U are one scale by the Materials Project's construction.
            runs.setdefault(run.replace("+U", ""), formula)
    if schemes and uncorrected:
        schemes["no correction"] = uncorrected[0]
    for kinds, what in ((schemes, "corrections"), (runs, "functionals")):
        if len(kinds) > 1:
            listed = ", ".join(f"{name} ({formula})" for name, formula in kinds.items())
            raise EntryFileError(
                f"{path} mixes energies on different scales: {what} {listed}; keep one of them"
            )
    return f", {next(iter(schemes))}" if schemes else ""
