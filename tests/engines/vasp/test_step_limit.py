"""Makers of VASP with another number of steps are those that a campaign with it makes."""

import pytest
from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Job
from pymatgen.core.structure import Structure

from liponflow.engines.engine import Engine
from liponflow.engines.step_limit import with_max_steps
from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.runners.documents import all_jobs
from liponflow.structures.lithium import bcc_lithium
from liponflow.workflows.migration.flow import MigrationMaker

FEW, MORE = 20, 70


def engine(max_steps: int) -> Engine:
    overrides = {"max_steps": max_steps}
    parameters = load_parameters(MigrationParameters, "migration", "quick", overrides)
    campaign = MigrationMaker(parameters, preset="quick", engine_name="vasp")
    return campaign.engine("vasp", bcc_lithium())


def incar(maker: object, structure: Structure) -> dict[str, object]:
    assert isinstance(maker, BaseVaspMaker)
    return dict(maker.input_set_generator.get_input_set(structure, potcar_spec=True).incar)


def band_job(maker: object) -> Job:
    assert isinstance(maker, VaspNEBMaker)
    start = bcc_lithium() * (2, 2, 2)
    start.remove_sites([0])
    images = [start.copy().translate_sites([0], [0, 0, x], frac_coords=False) for x in (0, 1, 2)]
    [found] = [job for job in all_jobs(maker.make(images)) if job.name == maker.name]
    return found


def test_relaxation_takes_the_steps_and_keeps_all_else() -> None:
    changed = with_max_steps(engine(FEW).relax(), MORE)
    found = incar(changed, bcc_lithium())
    assert found == incar(engine(MORE).relax(), bcc_lithium())
    assert found["NSW"] == MORE


def test_band_made_before_and_after_is_the_same() -> None:
    """A band that a repeated job makes again is found by its Maker."""
    maker = engine(FEW).neb(climbing=False)
    before, after = band_job(maker), band_job(with_max_steps(maker, MORE))
    assert before.maker is not None
    assert after.maker is not None
    changed = with_max_steps(before.maker, MORE)
    assert changed is not None
    assert changed.as_dict() == after.maker.as_dict()
    back = with_max_steps(changed, FEW)
    assert back is not None
    again = with_max_steps(maker, MORE)
    assert again is not None
    assert back.as_dict() == band_job(with_max_steps(again, FEW)).maker.as_dict()
    assert incar(changed, bcc_lithium())["NSW"] == MORE


@pytest.mark.parametrize("kind", ["static", "vibrations"])
def test_calculations_without_steps_have_no_limit(kind: str) -> None:
    assert with_max_steps(getattr(engine(FEW), kind)(), MORE) is None
