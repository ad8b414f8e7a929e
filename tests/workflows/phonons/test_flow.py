"""The phonon campaign on lithium metal, which needs a single displacement."""

from pathlib import Path
from typing import Any

import pytest
from jobflow import Flow
from pymatgen.core import Lattice, Structure

from liponflow.analysis.phonons import PhononResult
from liponflow.cost.estimate import estimate
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.generator import input_set
from liponflow.settings import Settings
from liponflow.structures.magnetic_orders import magnetic_orders
from liponflow.structures.phases import PhaseError, phase
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.cells import ReplacedCellWarning
from liponflow.workflows.phonons.flow import phonon_engine

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("phonons").plan

LITHIUM = {"phase": "Li_bcc"}

ENTROPY = 29.12
"""J/K/mol at 298.15 K, CODATA key values (Cox, Wagman, Medvedev, 1989)."""

SOFT = 3.0
"""J/K/mol: the potential's softness and 1.85 K of temperature."""


def names(flow: Flow) -> list[str]:
    return [job.name for job, _ in flow.iterflow()]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> campaigns.Outcome:
    folder = tmp_path_factory.mktemp("phonons")
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=1)
    flow = plan(preset="quick", engine="chgnet", overrides=LITHIUM)
    return campaigns.run(flow, settings, {"command": ["pytest"]})


def test_phonons_of_lithium_agree_with_experiment(outcome: campaigns.Outcome) -> None:
    assert not outcome.report.failures
    assert outcome.result is not None
    result = outcome.result.result
    assert isinstance(result, PhononResult)
    assert result.converged
    assert result.imaginary_share == 0
    assert result.n_displacements == 1
    assert result.spacegroup == "Im-3m"
    assert result.entropy_300 == pytest.approx(ENTROPY, abs=SOFT)
    assert result.provenance.engine.surrogate
    assert result.phonons.residual_force < 1e-4


def test_an_ase_calculator_runs_the_campaign(tmp_path: Path) -> None:
    copper = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.62), ["Cu"], [[0, 0, 0]])
    path = tmp_path / "Cu.cif"
    copper.to(str(path))
    name = "ase.calculators.emt:EMT"
    with pytest.warns(ReplacedCellWarning, match="with 1 of the 4 atoms of the given cell"):
        flow = plan(
            preset="quick",
            engine=name,
            engine_arguments={"asap_cutoff": True},
            overrides={"min_length": 7},
            structure_file=path,
        )
    settings = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs", workers=1)
    done = campaigns.run(flow, settings, {"command": ["pytest"]}, [name])
    assert done.result is not None
    result = done.result.result
    assert isinstance(result, PhononResult)
    assert result.provenance.engine.name == name
    assert result.provenance.source_structure.startswith(f"{path}: the primitive cell is taken")
    assert result.warnings[0].startswith("the primitive cell is taken")
    assert result.provenance.engine.arguments == {"asap_cutoff": True}
    assert result.imaginary_share == 0
    # 33.2 J/K/mol at 298 K by CODATA; EMT's phonons of Cu are somewhat too stiff.
    assert result.entropy_300 == pytest.approx(33.2, abs=4)


def test_number_of_displacements_is_estimated() -> None:
    flow = plan(preset="quick", engine="chgnet", overrides={"phase": "Li2O"})
    displaced = [item for item in planned(flow) if item.kind == "displacement"]
    assert len(displaced) == 3  # Li, O, and the undisplaced cell
    assert {item.atoms for item in displaced} == {81}
    assert estimate(flow).core_hours > 0


def test_any_engine_and_structure_is_planned(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    phase("Li2O").structure().to_file(str(path))
    with pytest.warns(ReplacedCellWarning, match="with 3 of the 12 atoms"):
        flow = plan(preset="quick", engine="vasp", structure_file=path)
    assert names(flow) == ["relax Li2O for phonons", "displace Li2O", "result"]
    by_name = {job.name: job for job, _ in flow.iterflow()}
    assert len(by_name["relax Li2O for phonons"].function_args[0]) == 3
    kept = plan(
        preset="quick", engine="vasp", overrides={"supercell": [1, 1, 1]}, structure_file=path
    )
    assert len(next(job for job, _ in kept.iterflow()).function_args[0]) == 12
    static = by_name["displace Li2O"].function_args[1]
    incar = static.input_set_generator.get_input_set(phase("Li2O").primitive()).incar
    assert (incar["NSW"], incar["EDIFF"], incar["LREAL"]) == (0, 1e-8, False)


@pytest.mark.parametrize(
    ("name", "smearing", "width", "divisions"),
    [("Li_bcc", (1, "methfessel-paxton"), 0.2, 13), ("Li3P", (0, "fermi-dirac"), 0.05, 6)],
)
def test_metals_have_settings_of_their_own(
    name: str, smearing: tuple[int, str], width: float, divisions: int
) -> None:
    cell = phase(name).primitive()
    parameters = get_campaign("phonons").load_parameters("quick", {})
    vasp, gpaw = (phonon_engine(code, cell, parameters, {}, "quick") for code in ("vasp", "gpaw"))
    for maker in (vasp.relax(), vasp.static()):
        files = input_set(maker).get_input_set(cell)
        assert (files.incar["ISMEAR"], files.incar["SIGMA"]) == (smearing[0], width)
        assert max(files.kpoints.kpts[0]) == divisions
    settings = gpaw.input_settings()["gpaw"]
    assert (settings["smearing"], settings["width"]) == (smearing[1], width)


def test_magnetic_order_of_a_given_crystal_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "NiO.json"
    order = magnetic_orders(phase("NiO").primitive(), {"Ni": 5.0}, 2)[1].structure
    (order * (2, 1, 1)).to_file(str(path))
    with pytest.warns(ReplacedCellWarning, match="with 4 of the 8 atoms"):
        flow = plan(preset="quick", engine="vasp", structure_file=path)
    by_name = {job.name: job for job, _ in flow.iterflow()}
    start = by_name["relax NiO for phonons"].function_args[0]
    assert sorted(start.site_properties["magmom"]) == [-5, 0, 0, 5]
    assert len(by_name["result"].function_kwargs["remarks"]) == 1


@pytest.mark.parametrize(
    ("engine", "name", "said"),
    [("vasp", "NiO", True), ("vasp", "Li2O", False), ("chgnet", "NiO", False)],
)
def test_parallel_moments_are_said(engine: str, name: str, *, said: bool) -> None:
    flow = plan(preset="quick", engine=engine, overrides={"phase": name})
    [result] = [job for job, _ in flow.iterflow() if job.name == "result"]
    remarks = result.function_kwargs.get("remarks", [])
    assert ["the moments of Ni start parallel" in text for text in remarks] == [True] * said


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"overrides": {"phase": "Li20"}}, PhaseError, "no reference crystal 'Li20'"),
        ({"overrides": {"distance": -1}}, ParameterError, "distance=-1"),
        ({"engine": "nonsense"}, EngineError, "unknown engine 'nonsense'"),
    ],
)
def test_invalid_input_is_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        plan(**{"preset": "quick", "engine": "chgnet"} | options)
