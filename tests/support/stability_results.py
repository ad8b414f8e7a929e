"""Stability results whose entries are the quoted formation energies."""

from functools import cache

from stability_entries import quoted_entries

from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal, glass
from liponflow.analysis.stability.result import StabilityResult
from liponflow.analysis.stability.summary import Question, summarise
from liponflow.analysis.stability.thermal import with_free_energies


def made_by() -> Provenance:
    """Return the provenance of a result from given entries."""
    return Provenance(
        engine=EngineInfo(
            name="entries of the Materials Project", version="2019", surrogate=False
        ),
        packages={"liponflow": "0.1.0"},
        preset="quick",
        parameters={},
        input_fingerprint="0" * 64,
        source_structure="formation energies",
        parent_uuids=[],
    )


@cache
def stability_result(formula: str = "Li2PO2N", *, samples: int = 4) -> StabilityResult:
    """Return a complete result of a crystal, or of a glass 30 meV/atom above the hull."""
    entries = quoted_entries()
    hull = Hull.of(entries)
    if formula == "Li2PO2N":
        material = crystal(formula, entries, hull)
    else:
        material = glass(formula, hull, above_hull=0.03, energy_source="assumed")
    return summarise(
        entries,
        material,
        Question(
            compare=[crystal(name, entries, hull) for name in ("Li3PO4", "Li3N", "P3N5")],
            electrode="LixNi0.5Mn1.5O4",
            contents=(0.0, 0.5, 1.0),
            voltages=(0.0, 2.5, 5.0),
            unseen=("Li3P",),
            samples=samples,
            error_independent=0.024,
            error_shared={"N": 0.01},
        ),
        provenance=made_by(),
        warm=with_free_energies(entries, {"O2": -0.27, "N2": -0.25}, 300, missing="neglect"),
    )
