"""The interface campaign: what it plans, and what it refuses before anything runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pymatgen.io.vasp import Incar, Poscar

from liponflow.engines.vasp.check import check_tree
from liponflow.inputs.interface import InterfaceParameters
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp import potcar
from liponflow.runners.documents import all_jobs
from liponflow.structures.interface.slab import InterfaceError
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import PhaseError
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.interface.model import built_model, describe_model

CAMPAIGN = get_campaign("interface")
SMALL: dict[str, Any] = {
    "first_thickness": 7,
    "second_thickness": 8,
    "min_length": 8,
    "phases": False,
}


def parameters(**changes: Any) -> InterfaceParameters:
    found = CAMPAIGN.load_parameters("quick", {**SMALL, **changes})
    assert isinstance(found, InterfaceParameters)
    return found


def test_the_flow_relaxes_moves_and_measures() -> None:
    flow = CAMPAIGN.plan(preset="quick", engine="chgnet", overrides=SMALL)
    names = [job.name for job in all_jobs(flow)]
    assert names == ["relax interface", "relaxed interface", "dynamics", "result"]
    again = CAMPAIGN.plan(preset="quick", engine="chgnet", overrides={**SMALL, "relax": False})
    assert [job.name for job in all_jobs(again)] == ["dynamics", "result"]


def test_sides_are_crystals_files_or_glass(tmp_path: Path) -> None:
    file = tmp_path / "lithium.cif"
    bcc_lithium().to(filename=str(file))
    model = built_model(parameters(first=str(file)))
    assert describe_model(model).startswith("lithium (100) (Li")
    with pytest.raises(PhaseError, match="no reference crystal 'Li_bbc'"):
        built_model(parameters(first="Li_bbc"))
    with pytest.raises(InterfaceError, match="less than the cut-off of the potential, 20 Å"):
        built_model(parameters(cutoff=20))


def test_a_given_model_is_used_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "POSCAR"
    built_model(parameters()).structure.to(filename=str(file), fmt="poscar")
    given = {"phases": False, "relax": False}
    flow = CAMPAIGN.plan(preset="quick", engine="chgnet", overrides=given, structure_file=file)
    assert [job.name for job in all_jobs(flow)] == ["dynamics", "result"]
    with pytest.raises(ParameterError, match="gap: not applicable with --structure"):
        CAMPAIGN.plan(
            preset="quick",
            engine="chgnet",
            overrides={**given, "gap": 2.5},
            structure_file=file,
        )


def test_phases_without_dscribe_are_refused_before_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("liponflow.workflows.interface.flow.find_spec", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install 'liponflow\[interface\]'"):
        CAMPAIGN.plan(preset="quick", engine="chgnet", overrides={**SMALL, "phases": True})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_miller": [0, 0, 0]}, "three Miller indices that are not all 0"),
        ({"first_miller": [1, 0]}, "three Miller indices"),
        (
            {
                "protocol": [
                    {"name": "a", "ensemble": "npt", "temperature": 300, "duration": 1,
                     "time_step": 1}
                ]
            },
            "take nvt or nve",
        ),
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        parameters(**change)


@pytest.mark.parametrize("preset", ["quick", "paper", "crystal", "cathode"])
def test_presets_are_complete(preset: str) -> None:
    assert isinstance(CAMPAIGN.load_parameters(preset, {}), InterfaceParameters)


def test_vasp_directories_follow_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    written = CAMPAIGN.write(tmp_path / "vasp", preset="quick", overrides=SMALL)
    folder = written.directory
    assert (folder / "relax" / "POSCAR").is_file()
    first, *rest = sorted((folder / "dynamics").iterdir())
    assert (first / "POSCAR.from").read_text().count("relax") == 1
    assert rest
    assert all((path / "INCAR").is_file() for path in (first, *rest))
    assert "ISIF = 2" in (folder / "relax" / "INCAR").read_text()
    assert all(
        not item.role.matters
        for item in CAMPAIGN.compare(folder / "relax", preset="quick", overrides=SMALL)
    )


CATHODE = {
    **SMALL,
    "first": "LiNi0.5Mn1.5O4_ordered",
    "first_miller": [1, 0, 0],
    "segment_steps": 1000,
}


def test_vasp_inputs_of_a_cathode_have_the_spins_and_u_of_the_lithiation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    folder = CAMPAIGN.write(tmp_path / "vasp", preset="quick", overrides=CATHODE).directory
    moments = {"Li": 0.0, "Mn": 4.0, "Ni": -2.0, "P": 0.0, "N": 0.0, "O": 0.0}
    record = yaml.safe_load((folder / "provenance.yaml").read_text(encoding="utf-8"))
    poscar = Poscar.from_file(folder / "relax" / "POSCAR")
    start = folder / "dynamics" / "01-settle-1"
    for name in ("relax", "dynamics/01-settle-1", "dynamics/02-react-1"):
        incar = Incar.from_file(folder / name / "INCAR")
        order = poscar.site_symbols
        expected = [moments[symbol] for symbol in order]
        assert incar["MAGMOM"] == np.repeat(expected, poscar.natoms).tolist()
        assert incar["LDAUU"] == [{"Mn": 5.96, "Ni": 4.5}.get(symbol, 0) for symbol in order]
        assert (incar["ISPIN"], incar["LDAU"], incar["LMAXMIX"]) == (2, True, 4)
        assert (incar["LASPH"], incar["ALGO"]) == (True, "Normal")
    assert [item.faults for item in check_tree(folder) if item.faults] == []
    for part in ("relax", "dynamics, stage react"):
        assert record[part]["LDAUU"]["source"].startswith("as the lithiation campaign: published")
        assert record[part]["MAGMOM"]["value"] == moments
        assert record[part]["LDAUU"]["value"] == {"Mn": 5.96, "Ni": 4.5}
    (start / "POSCAR.from").unlink()
    poscar.write_file(str(start / "POSCAR"))
    for path in (folder / "relax", start):
        differences = CAMPAIGN.compare(path, preset="quick", overrides=CATHODE)
        assert [item for item in differences if item.role.matters] == []


def test_vasp_refuses_other_transition_metals(tmp_path: Path) -> None:
    file = tmp_path / "POSCAR"
    stack = built_model(parameters()).structure
    stack.replace(0, "Co")
    stack.to(filename=str(file), fmt="poscar")
    with pytest.raises(ValueError, match="for Mn and Ni, and none for Co: take a potential"):
        CAMPAIGN.plan(
            preset="quick", engine="vasp", overrides={"phases": False}, structure_file=file
        )
