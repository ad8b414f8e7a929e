"""VASP directories and jobs, checked before they run."""

from pathlib import Path

import pytest
from jobflow import Flow
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar

from liponflow.engines.engine import EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.engines.vasp.check import check_tree, ranks_of
from liponflow.ingest.inputs import check_inputs, fault_lines
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import write_inputs
from liponflow.inputs.vasp.lithiation import relax_set, static_set
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.preflight import input_faults

PARAMETERS = load_parameters(LithiationParameters, TOPIC, "quick")


@pytest.fixture
def structure() -> Structure:
    return with_magmoms(ordered_lnmo(), PARAMETERS.magmoms)


@pytest.fixture
def tree(tmp_path: Path, structure: Structure, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    write_inputs(structure, relax_set(PARAMETERS), tmp_path / "relax")
    write_inputs(structure, static_set(PARAMETERS), tmp_path / "static")
    return tmp_path


def change(directory: Path, **tags: object) -> None:
    incar = Incar.from_file(directory / "INCAR")
    Incar(incar | tags).write_file(directory / "INCAR")


def test_our_own_directories_have_no_fault(tree: Path) -> None:
    checked = check_inputs(tree)
    assert [item.directory.name for item in checked] == ["relax", "static"]
    assert fault_lines(checked) == []


def test_a_start_that_waits_for_another_run_is_checked_with_its_structure(tree: Path) -> None:
    write_earlier(tree / "static", ["../relax"], Taken.STRUCTURE)
    change(tree / "static", MAGMOM=[5.0])
    [line] = fault_lines(check_tree(tree))
    assert line == f"{tree / 'static'}: MAGMOM has 1 values for 56 atoms: give one per atom"


def test_a_broken_earlier_run_does_not_end_the_check(tree: Path) -> None:
    write_earlier(tree / "static", ["../relax"], Taken.STRUCTURE)
    (tree / "relax" / "INCAR").write_text("ENCUT = high\n")
    first, second = fault_lines(check_tree(tree))
    assert first.startswith(f"{tree / 'relax'}: ")
    assert second.startswith(f"{tree / 'static'}: ")
    assert "relax/INCAR: cannot be read as an INCAR (line 1: ENCUT = high is not" in second


def test_the_same_fault_of_several_directories_is_one_line(tree: Path) -> None:
    for name in ("relax", "static"):
        change(tree / name, ENCUT=400)
    lines = fault_lines(check_tree(tree))
    assert lines[0].startswith(f"{tree / 'relax'}: ENCUT = 400 eV is below the 499 eV of Li_sv;")
    change(tree / "relax", NSW=0)
    [line] = fault_lines(check_tree(tree))
    assert line.startswith(f"{tree / 'relax'} and 1 more: ENCUT = 400")


def test_the_cutoff_of_the_potcar_counts(tree: Path) -> None:
    text = "".join(
        f"  PAW_PBE {symbol} 01Jan2000\n   TITEL  = PAW_PBE {symbol} 01Jan2000\n"
        f"   ENMAX  =  {cutoff}; ENMIN  =  100.0 eV\n"
        for symbol, cutoff in (("Li_sv", 540.0), ("Mn_pv", 269.9), ("Ni_pv", 367.9), ("O", 400.0))
    )
    (tree / "relax" / "POTCAR").write_text(text)
    [line] = fault_lines(check_tree(tree / "relax"))
    assert "below the 540 eV of Li_sv" in line


def test_broken_inputs_are_named(tree: Path, tmp_path: Path) -> None:
    (tree / "relax" / "POSCAR").unlink()
    [line] = fault_lines(check_tree(tree))
    assert "relax has no POSCAR" in line
    (tree / "relax" / "POSCAR").symlink_to("CONTCAR")
    assert fault_lines(check_tree(tree)) == [line]
    with pytest.raises(ValueError, match="no INCAR there or below"):
        check_inputs(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("command", "ranks"),
    [
        ("mpirun -np 16 vasp_std", 16),
        ("srun -c 4 -n 8 vasp_gam", 8),
        ("srun -c 4 vasp_std", None),
        ("vasp_std", None),
        (None, None),
    ],
)
def test_ranks_are_those_of_the_command(
    command: str | None, ranks: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLURM_NTASKS", raising=False)
    assert ranks_of(command) == ranks
    monkeypatch.setenv("SLURM_NTASKS", "40")
    assert ranks_of(command) == (ranks or 40)


def test_jobs_are_checked_before_they_run(structure: Structure) -> None:
    sets = VaspSets(relax=relax_set(PARAMETERS), static=static_set(PARAMETERS))
    engine = get_engine("vasp", EngineOptions(0.05, 100, {FAMILY: sets}))
    plain = structure.copy()
    plain.remove_site_property("magmom")
    plain.add_site_property("magmom", [0.0] * len(plain))
    flow = Flow([engine.relax().make(structure), engine.static().make(plain)])
    [fault] = input_faults(flow, ["vasp"])
    assert fault == (
        "static: every moment in MAGMOM is 0, so that VASP stays without spin: give moments"
    )
    assert input_faults(flow, ["chgnet"]) == []


def test_ranks_of_the_command_of_bands_are_checked_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A band starts hours later, when its end points have been relaxed."""
    flow = get_campaign("migration").plan(
        preset="quick", engine="vasp", overrides={"images": 5, "climbing": False}
    )
    settings = tmp_path / "settings.yaml"
    monkeypatch.setenv("LIPONFLOW_CONFIG_FILE", str(settings))
    settings.write_text("vasp_cmd: {std: mpirun -np 64 vasp, neb: mpirun -np 60 vasp}\n")
    assert not [line for line in input_faults(flow, ["vasp"]) if "MPI ranks" in line]
    settings.write_text("vasp_cmd: mpirun -np 64 vasp\n")
    [fault] = [line for line in input_faults(flow, ["vasp"]) if "MPI ranks" in line]
    assert fault.endswith("64 MPI ranks are not a multiple of IMAGES = 5: VASP stops; start 65")
