"""VASP directories of the migration campaign, run by the stand-in to the same barrier."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from job_inputs import (
    ANY_FORCE,
    Files,
    assert_same_atoms,
    document_of,
    files_of,
    jobs_by_name,
    pair_potential,
    settings_of,
    vasp_jobs,
    written_by,
)
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar, Kpoints

from liponflow import safejson
from liponflow.analysis.runs import NEBResult
from liponflow.engines.engine import EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.engines.standin.run import run as run_vasp
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.files import Band, find_runs
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp import potcar
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.migration.survey import explore, route

compare = get_campaign("migration").compare
plan, write = get_campaign("migration").plan, get_campaign("migration").write

TINY: dict[str, Any] = {
    "dopant": "N",
    "supercell": [2, 2, 2],
    "force_limit": 0.02,
    "nudge": 0.0,
    "images": 3,
    "climbing": False,
}
SAME_BARRIER = 5e-3
"""eV, between a directory that the stand-in ran and the engine's band."""
HOP = "octahedral-tetrahedral-octahedral"
FILES = {"INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"}


@pytest.fixture(autouse=True, scope="module")
def _no_potcars() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
        yield


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inputs") / "vasp"
    assert write(out, preset="paper", overrides=TINY).summary == "4 bands"
    return out


@pytest.fixture(scope="module")
def relaxed(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return directories written again from end points relaxed by the stand-in."""
    for site in ("tetrahedral", "octahedral"):
        run_vasp(written / "N" / site / "relax")
    out = tmp_path_factory.mktemp("inputs") / "relaxed"
    write(out, preset="paper", overrides=TINY | {"relaxed": str(written)})
    return out


def test_directories_are_complete(written: Path) -> None:
    assert {path.name for path in (written / "host" / "relax").iterdir()} == FILES
    for site in ("tetrahedral", "octahedral"):
        assert {path.name for path in (written / "N" / site / "relax").iterdir()} == FILES
    band = written / "N" / HOP / "band"
    folders = {"00", "01", "02", "03", "04"}
    assert {path.name for path in band.iterdir()} == FILES | folders
    assert {path.name for path in (band / "00").iterdir()} == FILES
    assert {path.name for path in (band / "04").iterdir()} == FILES
    assert {path.name for path in (band / "02").iterdir()} == {"POSCAR", "KPOINTS"}
    assert Incar.from_file(band / "INCAR")["IMAGES"] == 3
    assert Incar.from_file(band / "00" / "INCAR")["NSW"] == 0
    assert Kpoints.from_file(band / "KPOINTS").kpts == [(5, 5, 5)]
    images = [Structure.from_file(band / name / "POSCAR") for name in sorted(folders)]
    assert {image.formula for image in images} == {"Li16 N1"}


def test_five_images_are_folders_00_to_06(tmp_path: Path) -> None:
    write(tmp_path / "vasp", preset="paper", overrides={"dopant": "O", "max_distance": 0.9})
    [band] = (tmp_path / "vasp" / "O").glob("*/band")
    assert sorted(path.name for path in band.iterdir() if path.is_dir()) == [
        f"{number:02d}" for number in range(7)
    ]
    assert len(Structure.from_file(band / "03" / "POSCAR")) == 129


def test_provenance_file_names_the_source_of_every_value(written: Path) -> None:
    record = yaml.safe_load((written / "provenance.yaml").read_text())
    assert record["end_points"] == "not relaxed"
    assert record["parameters"]["dopant"] == {"value": ["N"], "source": "given by the user"}
    for kind, directory in {
        "host": written / "host" / "relax",
        "relax": written / "N" / "octahedral" / "relax",
        "band": written / "N" / HOP / "band",
        "end point": written / "N" / HOP / "band" / "00",
    }.items():
        incar = Incar.from_file(directory / "INCAR")
        assert record[kind].keys() == incar.keys() | {"KPOINTS", "POTCAR"}
        assert all(entry["source"] for entry in record[kind].values())
    assert record["band"]["ENCUT"]["source"] == "published: section 4.2.10"


@pytest.mark.parametrize(
    ("preset", "climbing"),
    [pytest.param("quick", False, marks=pytest.mark.exhaustive), ("paper", True)],
)
def test_directories_are_those_that_a_run_makes(
    preset: str,
    climbing: bool,  # noqa: FBT001 - a parameter
    tmp_path: Path,
) -> None:
    """Byte by byte, or to the last decimals of coordinates that pass through a CONTCAR."""
    overrides = TINY | {"max_distance": 1.6, "climbing": climbing}
    root = write(tmp_path / "in", preset=preset, overrides=overrides).directory
    single = {"models": [], "refine": [], "larger_supercell": None}
    jobs = jobs_by_name(plan(preset=preset, engine="vasp", overrides=overrides | single))
    host = written_by(jobs["relax host"], tmp_path / "host")
    assert host == files_of(root / "host" / "relax")

    survey, potential = jobs["sites and hops"], pair_potential(2.94)
    given = survey.function_kwargs
    lenient = given["parameters"].model_copy(update={"force_limit": ANY_FORCE})
    start = jobs["relax host"].function_args[0]
    sites = explore.original(
        document_of(potential, start, tmp_path),
        **given | {"parameters": lenient, "engine": potential.describe()},
    ).replace
    documents = {}
    for job in vasp_jobs(sites):
        label, start = job.name.rpartition(" ")[2], job.function_args[0]
        directory = root / "N" / label / "relax"
        assert_same_inputs(written_by(job, tmp_path / label), files_of(directory))
        documents[label] = document_of(potential, start, tmp_path)
        shutil.copy(directory / "POSCAR", directory / "CONTCAR")
    assert len(documents) == 2

    relaxed = overrides | {"relaxed": str(root)}
    again = write(tmp_path / "again", preset=preset, overrides=relaxed).directory
    [hops] = [job for job in sites if job.name == "hops of N"]
    dopant, host, starts, _ = hops.function_args
    made = route.original(dopant, host, starts, documents, **hops.function_kwargs).replace
    bands = [flow for flow in made if flow.name.startswith("band")]
    assert len(bands) == 2
    for flow in bands:
        path = again / "N" / flow.name.rpartition(" ")[2] / "band"
        first, last, band = (
            written_by(job, tmp_path / path.parent.name / str(number))
            for number, job in enumerate(vasp_jobs(flow))
        )
        # Each end point has a directory of its own in a run, and is in the band's here.
        for image, end in (("00", first), ("04", last)):
            band |= {f"{image}/{name}": text for name, text in end.items()}
        assert_same_inputs(band, files_of(path))


def assert_same_inputs(first: Files, second: Files) -> None:
    assert first.keys() == second.keys()
    assert settings_of(first) == settings_of(second)
    for name in first.keys() - settings_of(first).keys():
        assert_same_atoms(first[name], second[name])


def test_readme_states_whether_the_bands_may_be_run(written: Path, relaxed: Path) -> None:
    first, second = ((path / "README.md").read_text() for path in (written, relaxed))
    assert "not to be run yet" in first
    assert "start from relaxed end points" in second
    assert f"`N/{HOP}/band` | 1.72 | yes" in first


def test_stand_in_barrier_agrees_with_the_direct_engine(relaxed: Path, tmp_path: Path) -> None:
    directory = relaxed / "N" / HOP / "band"
    for folder in (directory / "00", directory / "04", directory):
        run_vasp(folder)
    [band] = find_runs([directory])
    assert isinstance(band, Band)
    found = band_unit(band).build()
    assert found.converged
    assert found.steps is not None
    assert found.provenance.engine.label.startswith("vasp (stand-in")

    images = [Structure.from_file(directory / f"{n:02d}" / "POSCAR") for n in range(5)]
    engine = get_engine("chgnet", EngineOptions(TINY["force_limit"], max_steps=300))
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    job = engine.neb(climbing=False).make(unwrapped(images))
    run_locally(job, store=store, root_dir=tmp_path, ensure_success=True, log=False)
    expected: NEBResult = safejson.decode(store.get_output(job.uuid, load=True))
    assert found.barrier == pytest.approx(expected.barrier, abs=SAME_BARRIER)
    assert found.reverse_barrier == pytest.approx(expected.reverse_barrier, abs=SAME_BARRIER)


def unwrapped(images: list[Structure]) -> list[Structure]:
    """Return images whose atoms are at the periodic images nearest to the previous ones."""
    path = [images[0]]
    for image in images[1:]:
        shift = image.frac_coords - path[-1].frac_coords
        coords = path[-1].frac_coords + shift - shift.round()
        path.append(Structure(image.lattice, image.species, coords))
    return path


@pytest.mark.parametrize(
    "directory",
    [
        "host/relax",
        "N/octahedral/relax",
        f"N/{HOP}/band",
        f"N/{HOP}/band/00",
    ],
)
def test_written_directories_have_no_differences(written: Path, directory: str) -> None:
    assert compare(written / directory, preset="paper", overrides=TINY) == []


def test_changes_of_a_band_are_found(written: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "band"
    shutil.copytree(written / "N" / HOP / "band", theirs)
    (theirs / "POSCAR").unlink()
    incar = Incar.from_file(theirs / "INCAR")
    del incar["SPRING"]  # -5 by default
    Incar(incar | {"ENCUT": 520, "ISYM": 2}).write_file(theirs / "INCAR")
    Kpoints.gamma_automatic((3, 3, 3)).write_file(theirs / "KPOINTS")
    found = compare(theirs, preset="paper", overrides=TINY)
    assert {(item.key, item.theirs, item.ours) for item in found} == {
        ("ENCUT", 520, 450),
        ("ISYM", 2, 0),
        ("mesh", "Gamma 3x3x3", "Gamma 5x5x5"),
    }
    shutil.rmtree(theirs / "00")
    with pytest.raises(ParameterError, match="no folder 00 with a POSCAR"):
        compare(theirs, preset="paper", overrides=TINY)


def test_unrelaxed_end_points_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    with pytest.raises(FileNotFoundError, match=r"N/tetrahedral/relax/CONTCAR: the end point was"):
        write(
            tmp_path / "new",
            preset="paper",
            overrides=TINY | {"relaxed": str(tmp_path / "earlier")},
        )
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"supercell": [3, 3, 3]}, r"CONTCAR holds Li16 N1, the campaign has Li54 N1"),
        ({"dopant": "O"}, r"O/tetrahedral/relax/CONTCAR: the end point was not relaxed"),
    ],
)
def test_end_points_of_another_campaign_are_refused(
    relaxed: Path, written: Path, tmp_path: Path, settings: dict[str, Any], complaint: str
) -> None:
    assert relaxed.is_dir()
    with pytest.raises((ParameterError, FileNotFoundError), match=complaint):
        write(
            tmp_path / "new",
            preset="paper",
            overrides=TINY | settings | {"relaxed": str(written)},
        )


def test_directory_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="not empty"):
        write(tmp_path, preset="paper")


def test_directories_of_a_vacancy_have_one_atom_fewer(tmp_path: Path) -> None:
    overrides = TINY | {"dopant": "Li", "mechanism": "vacancy"}
    out = tmp_path / "vasp"
    assert write(out, preset="paper", overrides=overrides).summary == "1 band"
    relax = Structure.from_file(out / "Li-vacancy" / "Li" / "relax" / "POSCAR")
    assert len(relax) == 15
    band = out / "Li-vacancy" / "Li-Li" / "band"
    ends = [Structure.from_file(band / name / "POSCAR") for name in ("00", "04")]
    apart = ends[0].lattice.get_all_distances(ends[0].frac_coords, ends[1].frac_coords)
    # One atom has moved to the nearest site, the others are where they were.
    moved = apart.min(axis=1) > 1
    assert moved.sum() == 1
    assert "Li vacancy" in (out / "README.md").read_text(encoding="utf-8")
