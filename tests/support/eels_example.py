"""The result of an EELS campaign on recorded and made-up spectra, without an engine."""

import numpy as np
from recorded_spectra import recorded_spectrum

from liponflow.analysis.eels.broadening import Broadening
from liponflow.analysis.eels.combine import added
from liponflow.analysis.eels.comparison import Edge, compared
from liponflow.analysis.eels.result import (
    EdgeScan,
    EELSMaterial,
    EELSResult,
    RadiusScan,
    RadiusStep,
)
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.structures.phases import phase


def peaks_at(*peaks: tuple[float, float]) -> Spectrum:
    """Return an edge with peaks at these energies (eV), of these heights."""
    energy = np.arange(peaks[0][0] - 8, peaks[0][0] + 45, 0.05)
    heights = sum(high * np.exp(-(((energy - at) / 0.8) ** 2) / 2) for at, high in peaks)
    return Spectrum.from_arrays(energy, np.asarray(heights))


def example_edges() -> list[Edge]:
    """Return edges of Li2O, Li3PO4 and a glass."""
    phosphorus = added([recorded_spectrum(f"Li3PO4_P1_{edge}") for edge in ("L2", "L3")])
    return [
        Edge("Li2O", "Li2O", "Li K", recorded_spectrum("Li2O_Li1_K")),
        Edge("Li3PO4_gamma", "Li3PO4", "Li K", recorded_spectrum("Li3PO4_Li1_K")),
        Edge("LiPON", "Li3PO3N", "Li K", peaks_at((60.2, 1.0), (64.0, 0.6))),
        Edge("Li3PO4_gamma", "Li3PO4", "P L23", phosphorus),
        Edge("LiPON", "Li3PO3N", "P L23", peaks_at((136.0, 0.7), (143.0, 0.6))),
        Edge("LiPON", "Li3PO3N", "N K", peaks_at((401.6, 0.7), (408.0, 0.6))),
    ]


def example_scan() -> EdgeScan:
    """Return a scan whose radius of the potentials converges, and that of FMS does not."""

    def steps(*changes: tuple[float, float | None]) -> list[RadiusStep]:
        return [
            RadiusStep(radius=radius, change=change, shift=None if change is None else 0.1)
            for radius, change in changes
        ]

    return EdgeScan(
        material="Li2O",
        edge="Li K",
        site=0,
        scf=RadiusScan(
            what="SCF",
            other_radius=4.0,
            steps=steps((2.2, 0.2), (2.6, 0.03), (3.2, 0.01), (4.0, None)),
            limit=0.05,
            converged_radius=2.6,
        ),
        fms=RadiusScan(
            what="FMS",
            other_radius=2.6,
            steps=steps((4.0, 0.3), (5.0, 0.1), (6.0, None)),
            limit=0.05,
            converged_radius=None,
        ),
    )


def example_result(edges: list[Edge] | None = None) -> EELSResult:
    """Return the result of a campaign on these edges, by default the example's.

    Its averages are left out: only what is drawn is there.
    """
    chosen = example_edges() if edges is None else edges
    crystal = phase("Li2O").structure()
    comparison, left_out = compared(chosen, Broadening(instrument=1.0))
    assert comparison is not None, left_out
    formulas = {edge.material: edge.formula for edge in chosen}
    return EELSResult(
        formula="Li2O, Li3PO4",
        converged=True,
        criterion="self-consistent potentials",
        provenance=Provenance(
            engine=EngineInfo(name="feff", version="10", surrogate=False),
            packages={},
            preset="quick",
            parameters={},
            input_fingerprint="0" * 64,
            source_structure="library",
            parent_uuids=[],
        ),
        materials=[
            EELSMaterial(
                name=name,
                formula=formula,
                source="library",
                models=[crystal],
                glass=name == "LiPON",
            )
            for name, formula in formulas.items()
        ],
        edges=[],
        n_runs=8,
        scans=[example_scan()],
        energy_scale=comparison.in_words,
        comparison=comparison,
    )
