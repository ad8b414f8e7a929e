"""The LNMO campaign with ``--engine vasp``: atomate2, custodian, emmet and the stand-in.

The files are those of VASP 5.4.4; tests/workflows/test_rehearsals.py compares both layouts.

Structures, families, start cells and input sets are those of the quick preset. The two ends of
its Li contents have every family and start cell; a looser force limit saves steps.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from atomate2.forcefields.utils import ase_calculator
from emmet.core.tasks import TaskDoc
from jobflow import JobStore
from pymatgen.io.vasp import Incar

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.settings import Settings
from liponflow.store.results import find_results, open_store
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("lithiation").plan

MILLIELECTRONVOLT = 1e-3
"""Largest difference of energies (eV/atom) between the direct engine and the stand-in."""

OVERRIDES = {"x": [0, 2], "force_limit": 0.5, "max_steps": 15}
FAMILIES = {
    0: {"vacancy cubic"},
    2: {
        f"{family} {cell}"
        for family in ("all-octahedral", "octahedral-added", "tetrahedral-added")
        for cell in ("cubic", "tetragonal")
    },
}


class Rehearsal(NamedTuple):
    """Result and files of a rehearsed campaign."""

    result: LithiationResult
    store: JobStore
    jobs: Path

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Return the task document of every VASP run by job name."""
        found = self.store.query(
            {"output.calcs_reversed": {"$exists": True}}, properties=["name", "output"], load=True
        )
        return {document["name"]: document["output"] for document in found}


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory, standin: str) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("rehearsal")
    settings = Settings(
        store=folder / "store.db",
        runs_dir=folder / "runs",
        workers=2,
        vasp_cmd=f"{standin} --layout 5.4.4",
    )
    flow = plan(preset="quick", engine="vasp", overrides=OVERRIDES)
    outcome = campaigns.run(flow, settings, {})
    assert outcome.report.failures == ()
    assert outcome.result is not None
    assert isinstance(outcome.result.result, LithiationResult)
    store = open_store(settings.store, read_only=True)
    [run_dir] = settings.runs_dir.iterdir()
    yield Rehearsal(outcome.result.result, store, run_dir / "jobs")
    store.close()


def test_result_has_the_fields_of_any_engine(rehearsal: Rehearsal) -> None:
    result = rehearsal.result
    assert result.converged
    assert result.refused == []
    assert [state.x for state in result.states] == [0, 2]
    assert [len(state.family_energies) for state in result.states] == [1, 3]
    # Loosely relaxed, near the mean of the 4.5 and 2.8 V of the direct engine.
    assert [step.voltage for step in result.voltages] == pytest.approx([3.65], abs=0.15)


def test_every_candidate_is_computed(rehearsal: Rehearsal) -> None:
    names = set(rehearsal.tasks())
    relaxed = {
        f"relax x={x} {name.replace(' ', ' 0 ')}"
        for x, every in FAMILIES.items()
        for name in every
    }
    assert names == {"relax Li metal", *relaxed, *(f"static x={x}" for x in FAMILIES)}


def test_result_is_not_labelled_vasp(rehearsal: Rehearsal) -> None:
    assert rehearsal.result.provenance.engine.label == (
        "vasp (stand-in: chgnet 0.3.0) (machine-learned potential, not DFT)"
    )
    assert find_results(rehearsal.store, engine="vasp") == []
    assert len(find_results(rehearsal.store, engine="vasp (stand-in: chgnet 0.3.0)")) == 1


def test_energies_and_moments_agree_with_the_direct_engine(rehearsal: Rehearsal) -> None:
    calculator = ase_calculator("CHGNet", stress_unit="eV/A3")
    energies = {}
    for name, document in rehearsal.tasks().items():
        task = TaskDoc.model_validate(document)
        structure = task.output.structure
        atoms = structure.copy(site_properties={}).to_ase_atoms()
        atoms.calc = calculator
        energies[name] = atoms.get_potential_energy() / len(atoms)
        assert task.output.energy_per_atom == pytest.approx(energies[name], abs=MILLIELECTRONVOLT)
        if name.startswith("static"):
            moments = np.abs(structure.site_properties["magmom"])
            np.testing.assert_allclose(moments, atoms.get_magnetic_moments(), atol=0.02)
    for state in rehearsal.result.states:
        expected = energies[f"static x={state.x:g}"]
        assert state.energy_per_atom == pytest.approx(expected, abs=MILLIELECTRONVOLT)
    assert rehearsal.result.li_energy_per_atom == pytest.approx(
        energies["relax Li metal"], abs=MILLIELECTRONVOLT
    )


@pytest.mark.parametrize("x", FAMILIES)
def test_static_calculation_starts_from_signed_relaxed_moments(
    rehearsal: Rehearsal, x: int
) -> None:
    """They differ from the initial 4 and -2 µB, with Ni still antiparallel to Mn."""
    [static] = rehearsal.jobs.glob(f"static_x_{x}-*")
    written = Incar.from_file(next(static.glob("INCAR*")))["MAGMOM"]
    tasks = rehearsal.tasks()
    static_task = TaskDoc.model_validate(tasks[f"static x={x}"])
    elements = [site.specie.symbol for site in static_task.input.structure]
    assert len(written) == len(elements)
    moments = {
        symbol: [m for m, other in zip(written, elements, strict=True) if other == symbol]
        for symbol in ("Mn", "Ni")
    }
    assert all(m > 2.5 and m != 4 for m in moments["Mn"])
    assert all(m < 0 and m != -2 for m in moments["Ni"])
