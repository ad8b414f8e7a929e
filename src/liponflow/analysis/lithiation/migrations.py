"""Results of lithiations from earlier schemas as those of the present one."""

from typing import Any

from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.host_facts import host_facts


def before_other_hosts(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document from before other hosts than LNMO were described.

    Its x counts Li per Li of the pristine crystal, and every cell has a unique axis; its volume
    change is that from x = 0 to x = 2.
    """
    volumes = {state["x"]: state["volume_per_formula"] for state in document["states"]}
    low, high = min(volumes), max(volumes)
    structures = [_structure(state["structure"]) for state in document["states"]]
    nearest = min(range(len(structures)), key=lambda n: abs(document["states"][n]["x"] - 1))
    structure = structures[nearest]
    repeats = document["provenance"]["parameters"].get("supercell", (1, 1, 1))
    facts = host_facts(structure, structure.lattice, document["formula_units"], repeats=repeats)
    kept = {k: v for k, v in document.items() if k != "volume_change_x0_to_x2_percent"}
    return kept | {
        "host": facts.model_dump(),
        "volume_change_percent": 100 * (volumes[high] / volumes[low] - 1),
    }


def _structure(stored: Any) -> Structure:
    return stored if isinstance(stored, Structure) else Structure.from_dict(stored)
