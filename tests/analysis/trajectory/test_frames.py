import gzip
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import iread, write
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.analysis.trajectory.frames import Frames, frames_of_structures, read_frames
from liponflow.analysis.trajectory.readers import TrajectoryError

WRITTEN = 1e-7
"""Å: precision of XDATCAR and extended XYZ."""
SYMBOLS = ["Li", "Li", "O", "P"]


def images(number: int = 7, symbols: list[str] | None = None, *, cell: bool = True) -> list[Atoms]:
    """Return random frames 2 ps apart in a skewed cell that expands by 1 % per frame."""
    chance = np.random.default_rng(0)
    names = symbols or SYMBOLS
    found = []
    for index in range(number):
        box = (1 + 0.01 * index) * np.array([[6.0, 0, 0], [1.0, 7.0, 0], [0.5, -0.4, 8.0]])
        atoms = Atoms(names, chance.random((len(names), 3)) @ box)
        if cell:
            atoms.cell, atoms.pbc = box, True
        atoms.set_momenta(chance.standard_normal((len(names), 3)))
        atoms.info = {"time": 2.0 * index, "temperature": 300.0 + index, "stage": "melt and hold"}
        atoms.calc = SinglePointCalculator(atoms, energy=-10.0 - index)
        found.append(atoms)
    return found


def joined(blocks: list[Frames]) -> np.ndarray:
    return np.concatenate([block.positions for block in blocks])


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("run.extxyz", "extxyz"),
        ("run.extxyz.gz", "extxyz"),
        ("XDATCAR", "vasp-xdatcar"),
        ("run.traj", "traj"),
    ],
)
def test_every_format_is_read_as_by_ase(tmp_path: Path, name: str, format_: str) -> None:
    path = tmp_path / name
    write(path, images(), format=format_)
    expected = list(iread(path, index=":", format=format_))
    blocks = list(read_frames(path, block=3))
    assert [len(block) for block in blocks] == [3, 3, 1]
    assert blocks[0].symbols == tuple(expected[0].get_chemical_symbols())
    assert joined(blocks) == pytest.approx(np.array([a.positions for a in expected]), abs=WRITTEN)
    cells = np.concatenate([block.cells for block in blocks])
    assert cells == pytest.approx(np.array([a.cell[:] for a in expected]), abs=WRITTEN)


def test_unknown_element_of_any_reader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    write(path, images(1), format="vasp-xdatcar")
    path.write_text(path.read_text().replace("Li", "Lx", 2))
    with pytest.raises(TrajectoryError, match=r"XDATCAR.*'Lx' (is no|names no) element"):
        list(read_frames(path))


def test_two_atoms_on_one_place_are_refused_in_frames_that_are_taken(tmp_path: Path) -> None:
    frames = images(2)
    frames[0].positions[1] = frames[0].positions[0] + [0.3, 0, 0]
    path = tmp_path / "a.extxyz"
    write(path, frames)
    with pytest.raises(TrajectoryError, match=r"frame 1: atoms 1 \(Li\) and 2 .* 0\.300 Å apart"):
        list(read_frames(path))
    assert len(list(read_frames(path, skip=1))) == 1


def test_atoms_far_outside_of_the_cell_are_wrapped(tmp_path: Path) -> None:
    near, far = images(2)
    far.positions[0] += 1000 * far.cell[1]
    path = tmp_path / "a.traj"
    write(path, [near, far])
    [found] = read_frames(path)
    assert found.positions[0] == pytest.approx(near.positions, abs=1e-12)
    inside = found.structure(1).frac_coords[0]
    assert inside == pytest.approx(far.get_scaled_positions()[0], abs=1e-9)
    far.positions[0] += 1e8 * far.cell[1]
    write(path, [far])
    with pytest.raises(TrajectoryError, match="cell lengths, more than 1e"):
        list(read_frames(path))


def test_cif_of_several_crystals_is_a_trajectory(tmp_path: Path) -> None:
    path = tmp_path / "run.gsd.cif"
    write(path, images(), format="cif")
    [found] = read_frames(path)
    assert len(found) == 7
    assert found.symbols == ("Li", "Li", "P", "O")  # sorted by electronegativity
    for index, atoms in enumerate(images()):
        theirs = atoms.get_scaled_positions()[[0, 1, 3, 2]]
        ours = found.structure(index).frac_coords
        assert np.abs(ours - theirs - np.round(ours - theirs)).max() < WRITTEN
        assert found.volumes[index] == pytest.approx(atoms.get_volume())


def test_extended_xyz_metadata_of_frames_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run.extxyz.gz"
    write(path, images(3))
    [block] = read_frames(path)
    assert block.times.tolist() == [0, 2, 4]
    assert block.temperatures.tolist() == [300, 301, 302]
    assert block.energies.tolist() == [-10, -11, -12]
    assert block.stages == ("melt and hold",) * 3
    assert block.volumes == pytest.approx([6 * 7 * 8 * (1 + 0.01 * i) ** 3 for i in range(3)])


def test_columns_of_extended_xyz_are_read_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "run.extxyz"
    write(path, images(2), columns=["symbols", "momenta", "positions"])
    assert joined(list(read_frames(path))) == pytest.approx(
        np.array([a.positions for a in images(2)]), abs=WRITTEN
    )


def test_several_files_form_one_trajectory(tmp_path: Path) -> None:
    frames = images(6)
    write(tmp_path / "a.extxyz", frames[:4])
    write(tmp_path / "b.traj", frames[4:])
    blocks = list(read_frames([tmp_path / "a.extxyz", tmp_path / "b.traj"], block=5))
    assert [len(block) for block in blocks] == [5, 1]
    assert joined(blocks) == pytest.approx(np.array([a.positions for a in frames]), abs=WRITTEN)


def test_concatenated_gzip_members_are_read_as_one_file(tmp_path: Path) -> None:
    path = tmp_path / "run.extxyz.gz"
    for index, part in enumerate((images(4)[:2], images(4)[2:])):
        write(tmp_path / f"{index}.extxyz", part)
        with path.open("ab") as file:
            file.write(gzip.compress((tmp_path / f"{index}.extxyz").read_bytes()))
    assert sum(map(len, read_frames(path))) == 4


def test_frames_are_selected_by_skip_every_and_stage(tmp_path: Path) -> None:
    path = tmp_path / "run.extxyz"
    frames = images(10)
    for index, atoms in enumerate(frames):
        atoms.info["stage"] = "melt" if index < 6 else "hold"
    write(path, frames)
    [block] = read_frames(path, skip=1, every=3)
    assert block.times.tolist() == [2, 8, 14]
    [block] = read_frames(path, stage="hold", skip=1)
    assert block.times.tolist() == [14, 16, 18]


def test_temperature_is_computed_from_momenta_if_not_given(tmp_path: Path) -> None:
    atoms = images(1)[0]
    del atoms.info["temperature"]
    write(tmp_path / "run.traj", atoms)
    [block] = read_frames(tmp_path / "run.traj")
    assert block.temperatures[0] == pytest.approx(atoms.get_temperature())


@pytest.mark.parametrize("compressed", [False, True])
def test_truncated_file_gives_its_complete_frames(tmp_path: Path, compressed: bool) -> None:  # noqa: FBT001
    path = tmp_path / ("run.extxyz.gz" if compressed else "run.extxyz")
    write(path, images(40))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    notes: list[str] = []
    taken = sum(map(len, read_frames(path, notes=notes)))
    assert 10 < taken < 30
    assert notes == [f"{path} breaks off within frame {taken + 1}: {taken} whole frames are taken"]


def test_truncated_xdatcar_gives_its_complete_frames(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    write(path, images(3), format="vasp-xdatcar")
    path.write_text(path.read_text()[:-30])
    notes: list[str] = []
    assert sum(map(len, read_frames(path, notes=notes))) == 2
    assert "breaks off within frame 3" in notes[0]


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (
            [*images(2), *images(1, [*SYMBOLS, "O"])],
            r"run.extxyz, frame 3: has 5 atoms, the frames before it 4; one trajectory has",
        ),
        (
            [*images(2), *images(1, ["Li", "O", "Li", "P"])],
            r"frame 3: atom 2 is O, in the frames before it Li; bring the atoms into one order",
        ),
        (images(1, cell=False), r"frame 1: has no cell that repeats in three directions"),
    ],
)
def test_changing_atoms_and_missing_cells_are_refused(
    tmp_path: Path, frames: list[Atoms], message: str
) -> None:
    path = tmp_path / "run.extxyz"
    write(path, frames)
    with pytest.raises(TrajectoryError, match=message):
        list(read_frames(path))


def test_different_atoms_in_another_file_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.extxyz", images(1))
    write(tmp_path / "b.extxyz", images(1, ["Li"]))
    with pytest.raises(TrajectoryError, match=r"b.extxyz, frame 1: has 1 atoms"):
        list(read_frames([tmp_path / "a.extxyz", tmp_path / "b.extxyz"]))


def test_positions_of_other_atoms_than_named_are_refused(tmp_path: Path) -> None:
    cell = Structure(Lattice.cubic(6.0), ["Li", "P"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    text = Run([cell] * 3, [-5.0] * 3, {"IBRION": 0, "POTIM": 1.0, "NSW": 3}).vasprun()
    row = "<v>0.500000000000 0.500000000000 0.500000000000</v>"
    for name, damaged in (("last", "".join(text.rsplit(row, 2))), ("all", text.replace(row, ""))):
        path = tmp_path / name / "vasprun.xml"
        path.parent.mkdir()
        path.write_text(damaged)
        with pytest.raises(TrajectoryError, match=r"vasprun\.xml, frame \d: 2 atoms, but"):
            list(read_frames(path))


def test_nonfinite_coordinates_are_refused(tmp_path: Path) -> None:
    frames = images(2)
    frames[1].positions[0, 0] = np.nan
    write(tmp_path / "run.extxyz", frames)
    with pytest.raises(TrajectoryError, match="frame 2: a coordinate or lattice vector is not"):
        list(read_frames(tmp_path / "run.extxyz"))


def test_cell_in_wrong_unit_is_refused(tmp_path: Path) -> None:
    atoms = images(1)[0]
    atoms.set_cell(atoms.cell / 10)
    write(tmp_path / "run.extxyz", atoms)
    with pytest.raises(TrajectoryError, match=r"a cell of 0.336 Å³ for 4 atoms; check the latt"):
        list(read_frames(tmp_path / "run.extxyz"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.extxyz", None, "no such file"),
        ("text.txt", "no trajectory at all", "ASE does not know the format"),
        ("run.extxyz", "3\nLattice\nLi 0 0\n", "cannot be read as|breaks off|holds no frame"),
        (
            "XDATCAR",
            "title\n1.0\n1 0 0\n0 x 0\n",
            "XDATCAR, after frame 0: cannot be read as vasp-",
        ),
        ("run.xml", "<modeling><calculation>", "run.xml"),
        ("run.extxyz", "99999999999\nPbc\nLi 0 0 0\n", r"run\.extxyz.*1e.11 atoms"),
        ("XDATCAR", "t\n1\n1 0 0\n0 1 0\n0 0 1\nLi\n99999999999\n", "XDATCAR.*1e.11 atoms"),
        ("XDATCAR", "t\n1\n1 0 0\n0 1 0\n0 0 1\nLi\n-3\n", "XDATCAR.*its header, line 7 .'-3'"),
        ("XDATCAR.xz", "plain", r"XDATCAR\.xz.*cannot be read"),
        (
            "run.lammpstrj",
            "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n99999999999\n",
            r"run\.lammpstrj.*1e.11 atoms",
        ),
    ],
)
def test_unreadable_files_are_refused(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(TrajectoryError, match=message):
        list(read_frames(path))


def test_selection_without_frames_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "run.extxyz", images(3))
    with pytest.raises(TrajectoryError, match="no frame is left of skip = 5"):
        list(read_frames(tmp_path / "run.extxyz", skip=5))
    with pytest.raises(TrajectoryError, match="no frame of stage 'quench' is left"):
        list(read_frames(tmp_path / "run.extxyz", stage="quench"))
    with pytest.raises(ValueError, match="every = 0"):
        list(read_frames(tmp_path / "run.extxyz", every=0))


def test_disordered_structures_are_refused() -> None:
    half = Structure(Lattice.cubic(3), [{"Li": 0.5}], [[0, 0, 0]])
    with pytest.raises(TrajectoryError, match="partially occupied"):
        frames_of_structures(half)
    with pytest.raises(TrajectoryError, match="no structure"):
        frames_of_structures([])


def test_frame_is_converted_back_to_a_structure() -> None:
    structure = Structure(Lattice.cubic(4), ["Li", "O"], [[0.1, 0.2, 0.3], [1.2, 0.5, 0.5]])
    again = frames_of_structures(structure).structure(0)
    assert again.cart_coords == pytest.approx(structure.cart_coords)
    assert again.species == structure.species


@pytest.mark.parametrize("file", ["Si64_md/vasprun.md", "LiFePO4_spin_U/vasprun.lifepo4"])
def test_vasprun_is_read_as_by_ase(reference_data: Path, file: str) -> None:
    path = reference_data / "vasp" / f"{file}.xml.gz"
    expected = list(iread(path, index=":", format="vasp-xml"))
    blocks = list(read_frames(path))
    assert joined(blocks) == pytest.approx(np.array([a.positions for a in expected]), abs=WRITTEN)
    energies = np.concatenate([block.energies for block in blocks])
    assert energies == pytest.approx([a.get_potential_energy() for a in expected], abs=1e-5)


def test_xdatcar_with_elements_after_coordinates_is_read(reference_data: Path) -> None:
    # ASE 3.29 cannot parse them, and pymatgen's reader leaves the file open.
    path = reference_data / "vasp" / "LiSi_trajectory" / "XDATCAR"
    lines = path.read_text().splitlines()[7:]
    rows = [line.split()[:3] for line in lines if not line.startswith("Direct")]
    expected = np.array(rows, dtype=float).reshape(100, 76, 3) * 10.805799
    assert joined(list(read_frames(path))) == pytest.approx(expected, abs=WRITTEN)
