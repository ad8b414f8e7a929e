"""The lowest states of a lithiation with a better engine: jobs, and a small run."""

from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.runners.local import start
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.lithiation.flow import LithiationMaker

pytestmark = pytest.mark.usefixtures("warm_workers")

SMALL = {"x": [0, 1], "force_limit": 0.5, "magmoms": {"Mn": 4.0}, "hubbard_u": {"Mn": 4.5}}
"""Parameters with which a cell of 4 atoms is relaxed in seconds."""


def limno2() -> Structure:
    """Return orthorhombic LiMnO2, Pmmn, with 2 formula units."""
    places = [[0, 0.5, 0.126], [0, 0, 0.635], [0, 0, 0.144], [0, 0.5, 0.602]]
    turned = [[0.5, 0.5 - y, -z] for _, y, z in places]
    pairs = [place for both in zip(places, turned, strict=True) for place in both]
    symbols = ["Li"] * 2 + ["Mn"] * 2 + ["O"] * 4
    return Structure(Lattice.orthorhombic(2.81, 4.57, 5.76), symbols, pairs)


def parameters(**overrides: object) -> LithiationParameters:
    return load_parameters(LithiationParameters, TOPIC, "quick", SMALL | overrides)


def test_rungs_add_their_jobs_and_are_planned() -> None:
    flow = LithiationMaker(parameters(refine="chgnet-0.2.0,vasp"), "chgnet").make(limno2())
    names = [job.name for job in flow.jobs]
    assert names[-7:] == [
        "relax Li metal with chgnet-0.2.0",
        "refine x=1 with chgnet-0.2.0",
        "refine x=0 with chgnet-0.2.0",
        "relax Li metal with vasp",
        "refine x=1 with vasp",
        "refine x=0 with vasp",
        "result",
    ]
    kinds = [(one.engine, one.kind) for one in planned(flow)]
    # A potential relaxes the states, DFT computes single points: each of two, and Li metal.
    assert kinds.count(("chgnet-0.2.0", "relax")) == 3
    assert kinds.count(("vasp", "static")) == 2
    assert kinds.count(("vasp", "relax")) == 1


def test_every_engine_of_the_ladder_is_listed_and_checked() -> None:
    lithiation = get_campaign("lithiation")
    overrides = {"refine": "chgnet-0.2.0,vasp"}
    request = lithiation.request(preset="quick", engine="chgnet", overrides=overrides)
    assert lithiation.engines(request) == ["chgnet", "chgnet-0.2.0", "vasp"]
    with pytest.raises(EngineError, match="did you mean 'chgnet'"):
        LithiationMaker(parameters(refine="chgnett"), "chgnet").make(limno2())


def test_lowest_states_are_relaxed_with_the_better_engine(tmp_path: Path) -> None:
    """A whole ladder, which takes half a minute."""
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = LithiationMaker(parameters(refine="chgnet-0.2.0"), "chgnet").make(limno2())
    report = start(flow, store, tmp_path, workers=2, console=Console(quiet=True))
    assert report.failures == ()
    result: LithiationResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    assert [state.x for state in result.refined_states] == [0, 1]
    for state in result.refined_states:
        assert (state.model, state.geometry_of) == ("chgnet-0.2.0", "chgnet 0.3.0")
        assert (state.states, state.reason) == ("relaxed", None)
        assert (state.ionic_steps or 0) > 0
    [own], [step] = result.voltages, result.refined_voltages
    assert step.voltage_before == pytest.approx(own.voltage)
    assert step.voltage == pytest.approx(own.voltage, abs=1.0)
    assert step.voltage != pytest.approx(own.voltage, abs=1e-4)
