"""vasprun.xml that are large, or have numbers that are too long for their columns."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run as Files

from liponflow.engines.vasp.reading import vasprun
from liponflow.engines.vasp.reading.files import find_runs
from liponflow.engines.vasp.reading.runs import Run, read_run
from liponflow.engines.vasp.reading.vasprun import LenientVasprun, VasprunHead

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def read(folder: Path, extra: str) -> Run:
    path = Files([CELL], [-10.0]).write(folder) / "vasprun.xml"
    path.write_text(path.read_text().replace("</parameters>", f"{extra}</parameters>", 1))
    [files] = find_runs([folder])
    return read_run(files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "parameter"),
    [
        ("NGXF", '<i type="int" name="NGXF">  ********</i>'),
        ("APACO", '<i name="APACO">******</i>'),
        ("KPUSE", '<separator name="k"><v type="int" name="KPUSE"> 1**** </v></separator>'),
    ],
)
def test_asterisks_in_a_parameter_that_nobody_needs_are_none(
    tmp_path: Path, tag: str, parameter: str
) -> None:
    run = read(tmp_path, parameter)
    assert run.header.parameters[tag] is None
    assert run.calculation().energy == pytest.approx(-10)


def test_a_list_with_asterisks_is_that_of_the_incar(tmp_path: Path) -> None:
    path = Files([CELL], [-10.0]).write(tmp_path) / "INCAR"
    path.write_text(path.read_text() + "LDAUL = 2 -1\n")
    path = tmp_path / "vasprun.xml"
    extra = '<v type="int" name="LDAUL"> 2****</v></parameters>'
    path.write_text(path.read_text().replace("</parameters>", extra, 1))
    [files] = find_runs([tmp_path])
    assert read_run(files).header.parameters["LDAUL"] == [2, -1]  # type: ignore[arg-type]


def test_a_text_may_have_asterisks(tmp_path: Path) -> None:
    run = read(tmp_path, '<i type="string" name="SYSTEM"> *** NiO *** </i>')
    assert run.header.parameters["SYSTEM"] == "*** NiO ***"


def dynamics(folder: Path, learned: list[bool]) -> Path:
    steps = [CELL]
    for _ in range(6):
        steps.append(steps[-1].copy().perturb(0.05))
    incar = {"NSW": 6, "IBRION": 0, "POTIM": 1.0, "ML_LMLFF": any(learned), "ISPIN": 2}
    files = Files(steps[:-1], [-1.0] * 6, incar, kinetic=[0.1] * 6, learned=learned, end=steps[-1])
    return files.write(folder) / "vasprun.xml"


@pytest.mark.parametrize("chunk", [7, 1 << 20])
@pytest.mark.parametrize(
    "learned", [[False] * 6, [True] * 6, [True, True, False] * 2, [False, True, True] * 2]
)
def test_head_is_that_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learned: list[bool], chunk: int
) -> None:
    monkeypatch.setattr(vasprun, "_CHUNK", chunk)
    path = dynamics(tmp_path, learned)
    whole = LenientVasprun(path, parse_dos=False, parse_eigen=False, parse_potcar_file=False)
    head = VasprunHead(path)
    for name in (
        "incar",
        "parameters",
        "vasp_version",
        "potcar_symbols",
        "atomic_symbols",
        "initial_structure",
        "final_structure",
    ):
        assert getattr(head, name) == getattr(whole, name)
    assert head.kpoints.as_dict() == whole.kpoints.as_dict()
    # Of a step by DFT, the force field being on, pymatgen makes an item of both lists.
    assert max(len(head.ionic_steps), len(head.md_data)) == 1


@pytest.mark.filterwarnings("ignore:XML is malformed")
def test_head_of_a_file_that_breaks_off_has_its_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vasprun, "_CHUNK", 100)
    path = dynamics(tmp_path, [True] * 6)
    text = path.read_bytes()
    path.write_bytes(text[: len(text) * 3 // 4])
    with pytest.raises(SyntaxError):
        VasprunHead(path)
    head = VasprunHead(path, truncated=True)
    assert head.parameters["NSW"] == 6
    packed = path.with_name("vasprun.xml.gz")
    padding = f"<!--{np.random.default_rng(0).bytes(1_000_000).hex()}--></modeling>".encode()
    packed.write_bytes(gzip.compress(text.replace(b"</modeling>", padding))[:-30])
    with pytest.raises(EOFError):
        VasprunHead(packed)
    assert VasprunHead(packed, truncated=True).parameters == head.parameters
