"""Planned calculations of a flow."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker
from atomate2.forcefields.md import ForceFieldMDMaker
from atomate2.forcefields.neb import ForceFieldNebFromImagesMaker
from atomate2.vasp.jobs.core import RelaxMaker
from jobflow import Flow, Job, Maker, job
from pymatgen.core import Lattice, Structure

from liponflow.analysis.result import EngineInfo
from liponflow.cost.flow import planned
from liponflow.engines.chgnet.engine import ChgnetEngine
from liponflow.engines.engine import EngineOptions
from liponflow.engines.planned import PlannedCalculation, announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.engines.vasp.md.segments import SegmentedMDMaker
from liponflow.engines.vasp.neb import VaspNEBMaker

CHGNET = "chgnet"


@pytest.fixture
def salt() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


@job
def later(*_: Any) -> None:
    """Return nothing, in place of a job that adds others at run time."""


@dataclass
class Displacements(Maker):
    """A Maker of plain jobs that declares their calculations."""

    name: str = "displacements"

    def make(self, structure: Structure) -> Job:
        added: Job = later(structure)
        announce(added, self.planned(structure))
        return added

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        return [PlannedCalculation("displacement", CHGNET, len(structure), 1)] * 3


def test_force_field_jobs_are_planned(salt: Structure) -> None:
    jobs = [
        ForceFieldRelaxMaker(force_field_name="CHGNet").make(salt),
        ForceFieldStaticMaker(force_field_name="CHGNet").make(salt),
        ForceFieldMDMaker(force_field_name="CHGNet", n_steps=70).make(salt),
        ForceFieldNebFromImagesMaker(force_field_name="CHGNet").make([salt] * 5),
    ]
    assert list(planned(Flow(jobs))) == [
        PlannedCalculation("relax", CHGNET, 8, None),
        PlannedCalculation("static", CHGNET, 8, 1),
        PlannedCalculation("md", CHGNET, 8, 70),
        PlannedCalculation("neb", CHGNET, 8, None, images=3),
    ]


def test_engines_are_named_as_by_the_user(salt: Structure) -> None:
    makers = {
        "chgnet": ForceFieldStaticMaker(force_field_name="CHGNet"),
        "chgnet-r2scan": get_engine("chgnet-r2scan", EngineOptions(0.05, 100)).static(),
        "MACE-MP-0": ForceFieldStaticMaker(force_field_name="MACE-MP-0"),
    }
    for name, maker in makers.items():
        [one] = planned_by(maker, salt)
        assert one.engine == name


def test_segments_are_counted_inside_and_outside_of_jobs(salt: Structure) -> None:
    maker = SegmentedMDMaker(250, 100, 1.0, 300, 300, user_incar_settings={"ISPIN": 1})
    wired = list(planned(maker.make(salt)))
    assert [(item.kind, item.ionic_steps) for item in wired] == [
        ("md", 100),
        ("md", 100),
        ("md", 50),
    ]
    # Dynamics use no symmetry (ISYM = 0): half of atomate2's mesh of 5 x 5 x 5.
    assert {(item.atoms, item.kpoints, item.spins) for item in wired} == {(8, (5**3 + 1) // 2, 1)}
    relaxed = RelaxMaker().make(salt)
    dynamic = later(relaxed.output.structure, maker)
    assert list(planned(Flow([relaxed, dynamic])))[1:] == wired


def test_band_and_its_end_points_are_planned(salt: Structure) -> None:
    images = [salt.copy() for _ in range(5)]
    maker = VaspNEBMaker()
    wired = list(planned(maker.make(images)))
    kinds = [(item.kind, item.ionic_steps, item.images) for item in wired]
    assert kinds == [("static", 1, 1), ("static", 1, 1), ("neb", None, 3)]
    assert maker.planned(images) == wired
    assert list(planned(Flow([later(images, maker)]))) == wired


def test_engine_adds_what_its_cost_depends_on(
    salt: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sized(
        calculation: PlannedCalculation, info: EngineInfo, structure: Structure
    ) -> PlannedCalculation:
        effort = structure.volume if info.name == CHGNET else None
        return replace(calculation, spins=2, effort=effort)

    monkeypatch.setattr(ChgnetEngine, "sized", sized)
    maker = get_engine(CHGNET, EngineOptions(force_limit=0.05, max_steps=50)).static()
    assert list(planned_by(maker, salt)) == [
        PlannedCalculation("static", CHGNET, 8, 1, spins=2, effort=salt.volume)
    ]


def test_announced_calculations_replace_those_of_the_maker(salt: Structure) -> None:
    maker = Displacements()
    expected = [PlannedCalculation("displacement", CHGNET, 8, 1)] * 3
    assert list(planned(Flow([maker.make(salt)]))) == expected
    relaxed = ForceFieldRelaxMaker(force_field_name="CHGNet").make(salt)
    adds = later(relaxed.output.structure, ForceFieldStaticMaker(force_field_name="CHGNet"))
    announce(adds, expected)
    assert list(planned(Flow([relaxed, adds])))[1:] == expected


def test_future_structures_keep_the_size_of_their_source(salt: Structure) -> None:
    relaxed = ForceFieldRelaxMaker(force_field_name="CHGNet").make(salt)
    between = later(relaxed.output.structure)
    static = ForceFieldStaticMaker(force_field_name="CHGNet").make(between.output)
    assert [item.atoms for item in planned(Flow([relaxed, between, static]))] == [8, 8]
