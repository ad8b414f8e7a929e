"""Kinds of jobs, of which the resources of a cluster depend."""

from typing import Any

import pytest
from ase.build import bulk
from jobflow import Flow, Response, job
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.cost.demand import Demand, demand, demands
from liponflow.engines.engine import EngineOptions
from liponflow.engines.planned import (
    DISPLACEMENT,
    MD,
    NEB,
    RELAX,
    SPECTRUM,
    PlannedCalculation,
)
from liponflow.engines.registry import get_engine
from liponflow.settings import JobKind
from liponflow.workflows.campaign import get_campaign

OPTIONS = EngineOptions(force_limit=0.05, max_steps=50)
LITHIUM = AseAtomsAdaptor.get_structure(bulk("Li", cubic=True))


def kinds(flow: Any, device: str = "cpu") -> dict[str, Demand]:
    found = demands(flow, device)
    return {item.name: found[item.uuid] for item in getattr(flow, "jobs", [flow])}


@job
def add_more(structure: Any, maker: Any) -> Response[Any]:
    """Add a calculation."""
    return Response(replace=maker.make(structure))


@pytest.fixture(scope="module")
def phonons() -> Flow:
    return get_campaign("phonons").plan(preset="quick", engine="vasp")


def test_vasp_job_computes_and_the_job_that_adds_further_ones_is_light(phonons: Flow) -> None:
    found = kinds(phonons)
    assert found.pop("relax Li3PO4_beta for phonons") == Demand(JobKind.RELAX)
    assert found == {
        "displace Li3PO4_beta": Demand(JobKind.LIGHT),
        "result": Demand(JobKind.LIGHT),
    }


@pytest.mark.parametrize(("device", "kind"), [("cpu", "potential"), ("cuda", "gpu")])
def test_potential_computes_on_the_device(device: str, kind: str) -> None:
    engine = get_engine("ase.calculators.emt:EMT", OPTIONS)
    made = [engine.relax().make(LITHIUM), engine.static().make(LITHIUM)]
    made.append(engine.vibrations().make(LITHIUM))
    made.append(add_more(LITHIUM, engine.relax()))
    found = demands(Flow(made), device)
    assert [found[item.uuid].kind.value for item in made] == [kind, kind, kind, "light"]


def test_band_counts_the_images_between_its_ends() -> None:
    images = [LITHIUM.copy() for _ in range(7)]
    for number, image in enumerate(images):
        image.translate_sites([0], [0.02 * number, 0, 0])
    band = get_engine("ase.calculators.emt:EMT", OPTIONS).neb().make(images)
    assert demands(band, "cpu") == {band.uuid: Demand(JobKind.POTENTIAL, images=5)}


@pytest.mark.parametrize(
    ("engine", "calculation", "kind"),
    [
        ("feff", SPECTRUM, "feff"),
        ("vasp", MD, "md"),
        ("vasp", NEB, "neb"),
        ("vasp", DISPLACEMENT, "static"),
        ("gpaw", RELAX, "relax"),
        ("chgnet", MD, "potential"),
    ],
)
def test_kind_follows_from_engine_and_calculation(
    engine: str, calculation: str, kind: str
) -> None:
    found = demand(job(abs)(-1), [PlannedCalculation(calculation, engine, 8, images=3)], "cpu")
    assert found == Demand(JobKind(kind), images=3)
