"""A scan of made-up results: three reliable compositions, one too short, and one that failed."""

from dataclasses import replace
from typing import Any

from pymatgen.core.structure import Structure
from several_engines import with_engines
from stability_results import made_by, stability_result

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.models import glass_model, summarise_glass
from liponflow.analysis.glass.observables import observables
from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.result import Calculation
from liponflow.analysis.scan.result import RankBy, ScanResult
from liponflow.analysis.scan.summary import Composition, summarise_scan
from liponflow.analysis.spread import Observable
from liponflow.analysis.transport.result import ArrheniusLine, TransportPoint, TransportResult
from liponflow.structures.phases import phase


def glass() -> GlassResult:
    """Return a glass of one model, which is crystalline Li3PO4."""
    structure: Structure = phase("Li3PO4_gamma").structure()
    engine = made_by().engine
    relaxed = Calculation(
        engine=engine,
        structure=structure,
        energy=-6.6 * len(structure),
        max_force=0.05,
        force_limit=0.1,
        converged=True,
        ionic_steps=10,
    )
    model = glass_model(
        seed=0,
        start="packed units",
        notes=[],
        fingerprint=fingerprint_structure(structure),
        structure=structure,
        dynamics=None,
        relaxation=relaxed,
    )
    return summarise_glass([model], protocol=[], provenance=made_by(), warnings=[])


def transport(sigma: float, spread: float = 2.0, reliable: int = 3) -> TransportResult:
    """Return transport with a conductivity, a factor for its limits, and reliable points."""
    line = ArrheniusLine(
        activation_energy=0.5,
        activation_energy_low=0.45,
        activation_energy_high=0.55,
        prefactor=1e-3,
        room_conductivity=sigma,
        room_conductivity_low=sigma / spread,
        room_conductivity_high=sigma * spread,
    )
    points = [TransportPoint.model_construct(fitted=number < reliable) for number in range(3)]
    return TransportResult.model_construct(
        points=points, arrhenius=line if reliable > 1 else None, converged=True
    )


def facts(printed: str, modelled: str = "", method: str = "units") -> dict[str, Any]:
    """Return what is known of a composition before the run."""
    return {
        "printed": printed,
        "modelled": modelled or printed,
        "change": "none",
        "cell": printed,
        "atoms": 32,
        "method": method,
    }


def compositions() -> list[Composition]:
    """Return good, better by too little, certainly worse, too short, and failed."""
    asked = {"glass": "g" * 8, "transport": "t" * 8, "stability": "s" * 8}
    window = stability_result("Li2PO2N", samples=4)
    return [
        Composition(facts("Li2PO2N"), asked, glass(), transport(2e-6), window),
        Composition(facts("Li3SO3N", method="random"), asked, glass(), transport(3e-6), window),
        Composition(facts("Li3PO4"), asked, glass(), transport(1e-9), window),
        Composition(facts("Li4P2O7"), asked, glass(), transport(1e-3, reliable=2), None),
        Composition(facts("LiPO3"), asked, None),
    ]


def scan_result_of_engines() -> ScanResult:
    """Return the first composition with further engines, for its glass and for its transport."""
    first = compositions()[0]
    assert first.glass is not None
    assert first.transport is not None
    limits = {"density": 0.05, "activation energy": 0.1}
    sigma = Observable("log10 of the conductivity in S/cm", "300 K", "", -5.7)
    item = replace(
        first,
        glass=with_engines(first.glass, observables(first.glass, density=True), limits),
        transport=with_engines(
            first.transport.model_copy(update={"provenance": made_by()}), [sigma], limits
        ),
    )
    return summarise_scan([item], rank_by="window", provenance=made_by())


def scan_result(rank_by: RankBy = "conductivity") -> ScanResult:
    """Return the result of these compositions."""
    return summarise_scan(compositions(), rank_by=rank_by, provenance=made_by())
