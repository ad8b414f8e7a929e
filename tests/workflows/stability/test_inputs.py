"""VASP directories of the reference crystals: complete, with settings fit for corrections."""

import warnings
from pathlib import Path

import pytest
import yaml
from job_inputs import files_of, jobs_by_name, settings_of, written_by
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.io.vasp import Incar, Kpoints
from pymatgen.io.vasp.sets import MPRelaxSet

from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.earlier import EarlierRun, Taken, read_earlier
from liponflow.inputs.vasp.stability import static_set
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.input_directories import WrittenInputs

compare = get_campaign("stability").compare
plan, write = get_campaign("stability").plan, get_campaign("stability").write

SYSTEM = {"composition": "NiO", "compare": [], "unseen": [], "electrode": None}
CRYSTALS = {"Li_bcc", "Li2O", "Li2O2", "LiO2", "Ni", "NiO", "LiNiO2"}
ORDERS = {
    "Ni": ["ferromagnetic"],
    "NiO": ["ferromagnetic", "antiferromagnetic-1", "antiferromagnetic-2"],
    "LiNiO2": ["ferromagnetic", "antiferromagnetic-1", "antiferromagnetic-2"],
}
STARTS = sorted(str(Path(name, order)) for name in CRYSTALS for order in ORDERS.get(name, [""]))
FILES = {"INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenInputs:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
        out = tmp_path_factory.mktemp("inputs") / "vasp"
        return write(out, preset="quick", overrides=SYSTEM)


def test_every_crystal_has_relaxation_and_static_calculation(written: WrittenInputs) -> None:
    assert {path.name for path in written.directory.iterdir() if path.is_dir()} == CRYSTALS
    assert written.summary == f"{len(STARTS)} reference relaxations"
    for name in STARTS:
        for task in ("relax", "static"):
            poscar = "POSCAR" if task == "relax" else "POSCAR.from"
            names = {path.name for path in (written.directory / name / task).iterdir()}
            assert names == FILES - {"POSCAR"} | {poscar}
        earlier = read_earlier(written.directory / name / "static")
        assert earlier == EarlierRun(runs=["../relax"], take=Taken.STRUCTURE)
        start = Structure.from_file(written.directory / name / "relax" / "POSCAR")
        crystal = phase(Path(name).parts[0]).primitive()
        assert start.matches(crystal, scale=False, primitive_cell=True)


@pytest.mark.parametrize("preset", [pytest.param("quick", marks=pytest.mark.exhaustive), "paper"])
def test_directories_are_those_that_a_run_makes(preset: str, tmp_path: Path) -> None:
    """Byte by byte, but for the moments and positions that a static calculation takes over."""
    root = write(tmp_path / "in", preset=preset, overrides=SYSTEM).directory
    jobs = jobs_by_name(plan(preset=preset, engine="vasp", overrides=SYSTEM))
    for name in STARTS:
        label = name.replace("/", " ")
        relaxation = jobs[f"relax {label}"]
        relaxed = written_by(relaxation, tmp_path / name / "relax")
        assert relaxed == files_of(root / name / "relax")
        start = relaxation.function_args[:1]
        static = written_by(jobs[f"static {label}"], tmp_path / name / "static", start)
        assert settings_of(static) == settings_of(files_of(root / name / "static"))


@pytest.mark.parametrize("name", STARTS)
def test_settings_match_those_of_the_corrections(written: WrittenInputs, name: str) -> None:
    ours = Incar.from_file(written.directory / name / "static" / "INCAR")
    start = Structure.from_file(written.directory / name / "relax" / "POSCAR")
    project = MPRelaxSet(start, user_incar_settings={"NSW": 0})
    theirs = project.incar
    decisive = {"ENCUT", "ISPIN", "LDAUU", "LDAUL", "LDAUJ", "LDAUTYPE", "LASPH", "PREC", "ISMEAR"}
    for key in decisive & (ours.keys() | theirs.keys()):
        assert ours.get(key) == theirs.get(key), key
    if Path(name).parts[0] in ORDERS:
        sizes = [5 if site.specie.symbol == "Ni" else 0 for site in start]
        assert [abs(moment) for moment in ours["MAGMOM"]] == sizes
    else:
        assert ours["MAGMOM"] == theirs["MAGMOM"]
    mesh = Kpoints.from_file(written.directory / name / "relax" / "KPOINTS").kpts[0]
    assert list(mesh) == list(project.kpoints.kpts[0])
    symbols = (written.directory / name / "relax" / "POTCAR.spec").read_text().split()
    expected = {"Li": "Li_sv", "Ni": "Ni_pv", "O": "O"}
    assert set(symbols) == {expected[element.symbol] for element in start.composition}


def test_orders_have_their_moments(written: WrittenInputs) -> None:
    signs = {}
    for order in ORDERS["NiO"]:
        relax = written.directory / "NiO" / order / "relax"
        signs[order] = sum(Incar.from_file(relax / "INCAR")["MAGMOM"])
        assert compare(relax, preset="quick", overrides=SYSTEM) == []
    assert signs == {"ferromagnetic": 5, "antiferromagnetic-1": 0, "antiferromagnetic-2": 0}


def test_one_order_and_another_functional_can_be_asked_for(tmp_path: Path) -> None:
    alone = write(
        tmp_path / "one",
        preset="quick",
        overrides=SYSTEM | {"magnetic_orders": 1},
        engine_arguments={"functional": "r2SCAN"},
    )
    assert alone.count == len(CRYSTALS)
    assert [path.name for path in (alone.directory / "NiO").iterdir()] == ["ferromagnetic"]
    readme = (alone.directory / "README.md").read_text()
    assert "apart from your options" in readme
    assert "so that its corrections of 2020 apply" not in readme


def test_hubbard_u_is_used_for_oxides_only(written: WrittenInputs) -> None:
    incar = {
        name: Incar.from_file(written.directory / name / "relax" / "INCAR") for name in STARTS
    }
    with_u = {Path(name).parts[0] for name in STARTS if "LDAUU" in incar[name]}
    assert with_u == {"LiNiO2", "NiO"}


@pytest.mark.parametrize("formula", ["CoO", "FeF3", "VO2", "CrO2", "MoO3", "WO3", "FeCl2", "NiS"])
def test_u_and_moments_are_those_of_the_materials_project(formula: str) -> None:
    symbols = [s.symbol for s in Composition(formula) for _ in range(int(Composition(formula)[s]))]
    places = [[n / len(symbols), 0, 0] for n in range(len(symbols))]
    cell = Structure(Lattice.orthorhombic(8, 4, 4), symbols, places)
    ours = static_set().get_input_set(cell, potcar_spec=True)["INCAR"]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Co without an oxidation state")
        theirs = MPRelaxSet(cell).incar
    for key in ("LDAUU", "LDAUL", "LDAUJ", "MAGMOM"):
        assert ours.get(key) == theirs.get(key)


def test_provenance_file_names_the_source_of_every_value(written: WrittenInputs) -> None:
    record = yaml.safe_load((written.directory / "provenance.yaml").read_text())
    assert record["crystals"].keys() == CRYSTALS
    assert all(value["source"] for value in record["relax"].values())
    assert record["parameters"]["composition"]["source"] == "given by the user"
    readme = (written.directory / "README.md").read_text()
    assert "so that its corrections of 2020 apply" in readme
    assert f"{len(STARTS)} relaxations" in readme
    assert "`NiO/antiferromagnetic-1`" in readme
    assert "PMG_VASP_PSP_DIR" in readme


def test_changed_u_is_the_only_difference(written: WrittenInputs, tmp_path: Path) -> None:
    directory = written.directory / "NiO" / "ferromagnetic" / "relax"
    assert compare(directory, preset="quick", overrides=SYSTEM) == []
    for name in FILES:
        (tmp_path / name).write_text((directory / name).read_text())
    incar = Incar.from_file(tmp_path / "INCAR")
    incar["LDAUU"] = [4.0, 0.0]
    incar.write_file(tmp_path / "INCAR")
    [found] = compare(tmp_path, preset="quick", overrides=SYSTEM)
    assert (found.key, found.theirs, found.ours) == ("LDAUU", [4.0, 0.0], [6.2, 0])
    assert "corrections" in found.source


def test_full_directory_and_two_materials_are_refused(
    written: WrittenInputs, tmp_path: Path
) -> None:
    with pytest.raises(FileExistsError, match="not empty"):
        write(written.directory, preset="quick", overrides=SYSTEM)
    path = tmp_path / "Li2O.cif"
    phase("Li2O").primitive().to_file(str(path))
    with pytest.raises(ParameterError, match="two materials"):
        write(tmp_path / "out", preset="quick", overrides=SYSTEM, structure_file=path)
    assert not (tmp_path / "out").exists()
