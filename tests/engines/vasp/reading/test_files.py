import bz2
import gzip
import shutil
from pathlib import Path

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.engines.vasp.reading.files import Band, IngestError, RunFiles, find_runs
from liponflow.engines.vasp.reading.runs import read_run

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def write(folder: Path, energy: float = -10.0, **incar) -> Path:
    return Run([CELL], [energy], incar=incar).write(folder)


def found(*paths: Path) -> list[RunFiles]:
    return [run for run in find_runs(paths) if isinstance(run, RunFiles)]


def test_runs_are_found_at_any_depth_in_order_of_names(tmp_path: Path) -> None:
    folders = [write(tmp_path / name) for name in ("b", "a/deep/er", "c")]
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("no run")
    runs = found(tmp_path)
    assert [run.directory for run in runs] == [folders[1], folders[0], folders[2]]
    assert [path.name for path in runs[0].others] == ["CONTCAR", "INCAR", "OUTCAR", "POSCAR"]


def test_run_given_twice_is_found_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "a")
    assert len(found(tmp_path, folder, folder / "vasprun.xml")) == 1


def test_images_may_be_asked_for_anywhere_in_the_incar(tmp_path: Path) -> None:
    for image in ("00", "01", "02"):
        write(tmp_path / image)
    (tmp_path / "INCAR").write_text("SYSTEM = band ; NSW = 9; images=1 ! of 3 folders\n")
    assert [type(run) for run in find_runs([tmp_path])] == [Band]
    (tmp_path / "INCAR").write_text("# IMAGES = 1\nNSW = 9\n")
    assert Band not in [type(run) for run in find_runs([tmp_path])]


def test_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such file"):
        list(find_runs([tmp_path / "nowhere"]))


def test_last_part_of_a_double_relaxation_is_used(tmp_path: Path) -> None:
    folder = write(tmp_path)
    for part in ("relax1", "relax2"):
        for name in ("vasprun.xml", "OUTCAR"):
            shutil.copy(folder / name, folder / f"{name}.{part}")
    for name in ("vasprun.xml", "OUTCAR"):
        (folder / name).unlink()
    [run] = found(tmp_path)
    assert run.vasprun == folder / "vasprun.xml.relax2"
    assert run.find("OUTCAR") == folder / "OUTCAR.relax2"


def parts(folder: Path, **endings: int) -> Path:
    """Write a vasprun.xml and an OUTCAR for each ending, with a number of ionic steps."""
    for ending, steps in endings.items():
        write(folder, NSW=steps, IBRION=2 if steps else -1)
        for name in ("vasprun.xml", "OUTCAR"):
            (folder / name).rename(folder / f"{name}.{ending}")
    return folder


def test_parts_are_ordered_by_their_numbers(tmp_path: Path) -> None:
    folder = parts(tmp_path, relax1=9, relax2=9, relax10=9, precondition=9)
    [run] = found(folder)
    assert run.place.name == "vasprun.xml.relax10"
    assert run.find("OUTCAR") == folder / "OUTCAR.relax10"
    assert [path.name for path in run.passed_over] == [
        "vasprun.xml.precondition",
        "vasprun.xml.relax1",
        "vasprun.xml.relax2",
    ]


def test_static_calculation_beside_a_relaxation_is_a_run(tmp_path: Path) -> None:
    folder = parts(tmp_path, relax1=9, relax2=9, static=0)
    static, relaxed = found(folder)
    assert (static.place.name, relaxed.place.name) == ("vasprun.xml.static", "vasprun.xml.relax2")
    assert static.find("OUTCAR") == folder / "OUTCAR.static"
    assert [path.name for path in relaxed.passed_over] == ["vasprun.xml.relax1"]


@pytest.mark.parametrize(
    ("steps", "names"), [(0, ["vasprun.xml", "vasprun.xml.relax2"]), (9, ["vasprun.xml"])]
)
def test_plain_name_beside_parts_is_static_or_the_last(
    tmp_path: Path, steps: int, names: list[str]
) -> None:
    write(parts(tmp_path, relax1=9, relax2=9), NSW=steps, IBRION=2 if steps else -1)
    assert [run.place.name for run in found(tmp_path)] == names


def test_renamed_file_beside_a_run_is_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path)
    shutil.copy(folder / "vasprun.xml", folder / "vasprun.old.xml")
    (folder / "vasprun.xml.gz").write_bytes(gzip.compress((folder / "vasprun.xml").read_bytes()))
    [run] = found(folder)
    assert run.vasprun == folder / "vasprun.xml"
    assert [path.name for path in run.passed_over] == ["vasprun.old.xml", "vasprun.xml.gz"]
    assert [item.vasprun for item in found(folder, folder / "vasprun.old.xml")] == [
        folder / "vasprun.xml",
        folder / "vasprun.old.xml",
    ]


def test_packed_and_renamed_outputs_are_named(tmp_path: Path) -> None:
    for name in ("error.1.tar.gz", "OUTCAR.orig", "data.zip", "INCAR"):
        (tmp_path / "killed" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "killed" / name).write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "data.zip").write_text("")
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "vasprun.tar.xz").write_text("")
    killed, packed = find_runs([tmp_path])
    assert isinstance(killed, RunFiles)
    assert isinstance(packed, RunFiles)
    assert [path.name for path in killed.passed_over] == ["OUTCAR.orig", "error.1.tar.gz"]
    with pytest.raises(IngestError, match=r"packed or renamed \(vasprun\.tar\.xz\): unpack them"):
        read_run(packed)


def test_renamed_files_are_separate_runs(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "vasprun.xml").rename(folder / "vasprun.first.xml")
    shutil.copy(folder / "vasprun.first.xml", folder / "vasprun.second.xml")
    names = [run.vasprun.name for run in found(tmp_path) if run.vasprun]
    assert names == ["vasprun.first.xml", "vasprun.second.xml"]


def test_fingerprint_depends_on_contents_only(tmp_path: Path) -> None:
    [first] = found(write(tmp_path / "a"))
    [moved] = found(write(tmp_path / "b"))
    [other] = found(write(tmp_path / "c", energy=-11.0))
    assert first.fingerprint() == moved.fingerprint() != other.fingerprint()
    for path, suffix, pack in (
        (first.vasprun, ".gz", gzip.compress),
        (first.find("OUTCAR"), ".bz2", bz2.compress),
    ):
        assert path is not None
        path.with_name(path.name + suffix).write_bytes(pack(path.read_bytes()))
        path.unlink()
    [compressed] = found(first.directory)
    assert compressed.fingerprint() == moved.fingerprint()
    assert compressed.find("OUTCAR") == first.directory / "OUTCAR.bz2"


def test_damaged_archive_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path)
    packed = gzip.compress((folder / "OUTCAR").read_bytes())
    (folder / "OUTCAR").unlink()
    (folder / "OUTCAR.gz").write_bytes(packed[: len(packed) // 2])
    [run] = found(folder)
    with pytest.raises(IngestError, match=r"OUTCAR\.gz: cannot be read"):
        run.fingerprint()


@pytest.mark.parametrize("keep_incar", [True, False])
def test_images_are_distinguished_from_numbered_segments(
    tmp_path: Path, *, keep_incar: bool
) -> None:
    for number in range(3):
        write(tmp_path / "neb" / f"0{number}", IMAGES=1)
        write(tmp_path / "md" / f"0{number}", IBRION=0)
    if keep_incar:
        (tmp_path / "neb" / "INCAR").write_text("IMAGES = 1\n")
        for number in range(3):
            (tmp_path / "neb" / f"0{number}" / "INCAR").unlink()
    runs = list(find_runs([tmp_path]))
    assert [isinstance(run, Band) for run in runs] == [False, False, False, True]
    [band] = [run for run in runs if isinstance(run, Band)]
    assert [image.directory.name for image in band.images] == ["00", "01", "02"]
