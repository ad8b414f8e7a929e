"""A small packed glass with a made-up transition, as a result of run glass."""

import numpy as np

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.models import summarise_glass
from liponflow.analysis.glass.result import GlassModel, GlassResult
from liponflow.analysis.glass.transition import fit_glass_transition
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.structures.glass.build import build

PROVENANCE = Provenance(
    engine=EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True),
    packages={},
    preset="quick",
    parameters={},
    input_fingerprint="0" * 64,
    source_structure="built",
    parent_uuids=[],
)


def small_glass() -> GlassResult:
    """Return a glass of 61 atoms, cooled at 100 K/ps, with a Tg of 800 K."""
    structure = build("Li23P8O27.5N2.5", n_atoms=61, seed=0).structure
    model = GlassModel(
        seed=0,
        start="unit-packed",
        structure=structure,
        density=float(structure.density),
        energy_per_atom=-6.0,
        max_force=0.04,
        converged=True,
        criterion="made up",
        fingerprint=fingerprint_structure([structure]),
        series=[],
    )
    x = np.linspace(300, 1500, 25)
    y = 11.5 + np.where(x < 800, 3e-4, 9e-4) * (x - 800)
    y += 0.005 * np.random.default_rng(0).standard_normal(25)
    tg = fit_glass_transition(x, y, quantity="volume", cooling_rate=100)
    return summarise_glass([model], protocol=["melt"], provenance=PROVENANCE, tg=tg)
