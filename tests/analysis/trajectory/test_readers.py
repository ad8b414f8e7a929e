import re
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from ase.units import kB

from liponflow.analysis.trajectory.readers import TrajectoryError, frames_of_file
from liponflow.boundary import FileError

CALCULATION = """
 <calculation>
  <scstep><energy><i name="e_fr_energy"> -9.5 </i><i name="e_0_energy"> -9.4 </i></energy></scstep>
  <structure>
   <crystal><varray name="basis"><v>4 0 0</v><v>0 5 0</v><v>0 0 6</v></varray></crystal>
   <varray name="positions"><v>0 0 0</v><v>0.5 0.5 {z}</v></varray>
  </structure>
  <energy><i name="e_fr_energy"> -10.0 </i><i name="e_0_energy"> 0.001 </i>
   <i name="kinetic"> 0.1 </i></energy>
 </calculation>
"""


def vasprun(steps: int) -> str:
    body = "".join(CALCULATION.format(z=0.1 * (1 + step)) for step in range(steps))
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
 <incar><i type="int" name="IBRION"> 0</i><i name="POTIM"> 1.5</i></incar>
 <atominfo><array name="atoms"><set>
  <rc><c>Li</c><c>1</c></rc><rc><c>O </c><c>2</c></rc>
 </set></array></atominfo>{body}</modeling>
"""


def test_vasprun_has_times_positions_energies_and_temperatures(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(3))
    frames = list(frames_of_file(path))
    assert [frame.symbols for frame in frames] == [("Li", "O")] * 3
    assert [frame.time for frame in frames] == [0.0015, 0.003, 0.0045]  # POTIM is in fs
    assert [frame.positions[1, 2] for frame in frames] == pytest.approx([0.6, 1.2, 1.8])
    # Free energy of the ionic step plus the zero-smearing correction of the last electronic step.
    assert [frame.energy for frame in frames] == pytest.approx([-9.9] * 3)
    # Two atoms without centre-of-mass motion have three degrees of freedom.
    assert frames[0].temperature == pytest.approx(2 * 0.1 / (3 * kB))
    assert np.diag(frames[0].cell).tolist() == [4, 5, 6]


def test_langevin_and_held_atoms_change_the_degrees_of_freedom(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    text = vasprun(1)
    path.write_text(text.replace("</incar>", '<i name="MDALGO"> 3</i></incar>'))
    assert next(frames_of_file(path)).temperature == pytest.approx(2 * 0.1 / (6 * kB))
    held = (
        '<structure name="initialpos"><varray name="selective"><v>F F F</v><v>T T F</v></varray>'
    )
    path.write_text(text.replace("<calculation>", f"{held}</structure><calculation>", 1))
    assert next(frames_of_file(path)).temperature == pytest.approx(2 * 0.1 / (2 * kB))


def test_steps_of_the_force_field_of_vasp_are_frames(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    outside = re.sub(r"</?calculation>|<scstep>.*?</scstep>", "", CALCULATION.format(z=0.4))
    path.write_text(vasprun(3).replace("</modeling>", f"{outside}</modeling>"))
    frames = list(frames_of_file(path))
    assert [frame.time for frame in frames] == [0.0015, 0.003, 0.0045, 0.006]
    assert [frame.positions[1, 2] for frame in frames] == pytest.approx([0.6, 1.2, 1.8, 2.4])
    assert {frame.symbols for frame in frames} == {("Li", "O")}


def test_energies_that_are_asterisks_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(1).replace("-10.0", "******").replace(" 0.1 ", " *** "))
    [frame] = frames_of_file(path)
    assert np.isnan([frame.energy, frame.temperature]).all()


def test_truncated_vasprun_gives_its_complete_frames(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    text = vasprun(3)
    path.write_text(text[: text.rindex("<energy>")])
    notes: list[str] = []
    assert len(list(frames_of_file(path, notes))) == 2
    assert notes == [f"{path} breaks off: its 2 whole frames are taken"]


def test_vasprun_without_ionic_step_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(0))
    with pytest.raises(TrajectoryError, match="holds no frame; was the run killed before its fir"):
        list(frames_of_file(path))


XDATCAR = """title
1.0
{a} 0 0
0 {a} 0
0 0 {a}
Li O
1 2
Direct configuration= {n}
0.0 0.0 0.0
0.5 0.5 0.5
0.25 0.25 0.25
"""


def test_xdatcar_with_a_lattice_in_every_frame_is_read(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    path.write_text("".join(XDATCAR.format(a=4.0 + n, n=n) for n in range(3)))
    frames = list(frames_of_file(path))
    assert [frame.positions[1, 0] for frame in frames] == [2.0, 2.5, 3.0]
    assert [frame.cell[0, 0] for frame in frames] == [4, 5, 6]
    assert frames[0].symbols == ("Li", "O", "O")


def test_xdatcar_scale_may_be_a_factor_or_a_volume(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    path.write_text(XDATCAR.format(a=1.0, n=1).replace("\n1.0\n", "\n4.0\n", 1))
    assert next(frames_of_file(path)).cell[0, 0] == 4
    path.write_text(XDATCAR.format(a=1.0, n=1).replace("\n1.0\n", "\n-64.0\n", 1))
    assert next(frames_of_file(path)).cell[0, 0] == pytest.approx(4)


def test_xdatcar_of_vasp_4_without_elements_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    path.write_text(XDATCAR.format(a=4.0, n=1).replace("Li O\n1 2\n", "1 2\nSelective\n"))
    with pytest.raises(TrajectoryError, match=r"after frame 0: cannot be read .*names no"):
        list(frames_of_file(path))


def same_as_plain(tmp_path: Path, text: str, n_frames: int = 3) -> None:
    """Assert that an XDATCAR gives the frames of the plain one."""
    plain = "".join(XDATCAR.format(a=4.0, n=n) for n in range(n_frames))
    frames = []
    for name, content in (("XDATCAR_plain", plain), ("XDATCAR", text)):
        (tmp_path / name).write_text(content)
        notes: list[str] = []
        frames.append(list(frames_of_file(tmp_path / name, notes)))
        assert not notes
    assert len(frames[0]) == len(frames[1]) == n_frames
    for one, other in zip(*frames, strict=True):
        assert one.symbols == other.symbols
        assert one.cell == pytest.approx(other.cell)
        shifts = (one.positions - other.positions) @ np.linalg.inv(one.cell)
        assert shifts == pytest.approx(np.round(shifts), abs=1e-9)


@pytest.mark.parametrize("comment", ["", "   ", "title\n\n"])
def test_xdatcar_may_have_a_blank_comment(tmp_path: Path, comment: str) -> None:
    text = "".join(XDATCAR.format(a=4.0, n=n) for n in range(3))
    same_as_plain(tmp_path, text.replace("title", comment) if not comment.strip() else f"\n{text}")


def test_frames_of_an_xdatcar_may_be_titled_konfig(tmp_path: Path) -> None:
    """As VASP 5.2 does, with blank lines between the frames."""
    text = "".join("\n" + XDATCAR.format(a=4.0, n=n) for n in range(3))
    same_as_plain(tmp_path, text.replace("Direct configuration", "Konfig"))


def test_coordinates_of_an_xdatcar_may_have_grown_together(tmp_path: Path) -> None:
    text = XDATCAR.format(a=4.0, n=1) + XDATCAR.format(a=4.0, n=2).partition("1 2\n")[2]
    text += "\nDirect configuration=     3\n" + "-1.0-1.0-2.0\n -0.5-0.5-0.5\n-0.75-0.75 0.25 O\n"
    same_as_plain(tmp_path, text)


def test_elements_of_an_xdatcar_may_take_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    header = " Li_sv" * 20 + "\n O/3a5 H.5\n" + "   1" * 20 + "\n   1   1\n"
    text = XDATCAR.format(a=4.0, n=1).partition("Li O")[0] + header
    path.write_text(text + "Direct configuration=     1\n" + "0.0 0.0 0.5\n" * 22)
    assert next(frames_of_file(path)).symbols == ("Li",) * 20 + ("O", "H")


@pytest.mark.parametrize(("cut", "complete"), [(1, 3), (2, 2), (5, 2), (16, 2)])
def test_the_last_line_of_an_xdatcar_may_lack_its_end(
    tmp_path: Path, cut: int, complete: int
) -> None:
    path = tmp_path / "XDATCAR"
    text = "".join(XDATCAR.format(a=4.0, n=n) for n in range(3))
    path.write_text(text.replace("0.5 0.5 0.5", "0.50 0.50 0.50")[:-cut])
    notes: list[str] = []
    assert len(list(frames_of_file(path, notes))) == complete
    assert len(notes) == 3 - complete


@pytest.mark.parametrize("title", ["Properties=species:S:1:pos:R:3", "plain"])
@pytest.mark.parametrize("atoms", [1, 2])
def test_the_last_line_of_an_xyz_file_may_lack_its_end(
    tmp_path: Path, title: str, atoms: int
) -> None:
    path = tmp_path / "run.extxyz"
    text = (f"{atoms}\n{title}\n" + "Li 0.0 0.25 0.55\n" * atoms) * 2
    path.write_text(text[:-1])
    assert len(list(frames_of_file(path))) == 2
    if atoms == 1 and title == "plain":  # no other line tells how long the number was
        return
    for cut in (2, 3):
        path.write_text(text[:-cut])
        notes: list[str] = []
        assert len(list(frames_of_file(path, notes))) == 1
        assert notes == [f"{path} breaks off within frame 2: 1 whole frames are taken"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.5 0.5 0.5", "0.5 0.5 ***", "after frame 0.*asterisks"),
        ("0.5 0.5 0.5", "0.5 0.5", "after frame 0.*has 2 numbers, not 3"),
        ("0.5 0.5 0.5", "0.5 0.5 nan", "after frame 0.*nan"),
        ("Li O", "Li Oo", "after frame 0.*its header, line 6"),
    ],
)
def test_damaged_lines_of_an_xdatcar_are_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "XDATCAR"
    path.write_text(XDATCAR.format(a=4.0, n=1).replace(old, new))
    with pytest.raises(TrajectoryError, match=message):
        list(frames_of_file(path))


def test_plain_xyz_is_not_periodic(tmp_path: Path) -> None:
    path = tmp_path / "molecule.xyz"
    path.write_text("2\na comment\nLi 0 0 0\nO 0 0 1.6\n")
    [frame] = frames_of_file(path)
    assert not frame.periodic
    assert frame.positions[1].tolist() == [0, 0, 1.6]


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="is a directory, not a file"):
        list(frames_of_file(tmp_path))


def extxyz(*frames: list[str]) -> str:
    """Write frames of atoms in a cube of 5 Å."""
    head = 'Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="T T T"'
    return "\n".join("\n".join([str(len(rows)), head, *rows]) for rows in frames)


PAIR = ["Li 0.00 0.00 0.00", "O 2.00 0.25 0.10"]


@pytest.mark.parametrize(("cut", "whole"), [(0, 2), (1, 1), (4, 1), (9, 1)])
def test_only_the_last_line_end_may_be_missing(tmp_path: Path, cut: int, whole: int) -> None:
    path = tmp_path / "a.extxyz"
    text = extxyz(PAIR, PAIR)
    path.write_text(text[: len(text) - cut])
    notes: list[str] = []
    assert len(list(frames_of_file(path, notes))) == whole
    assert bool(notes) == (whole < 2)
    path.write_text(extxyz(PAIR))
    assert len(list(frames_of_file(path))) == 1
    path.write_text(extxyz(PAIR[:1]))
    assert len(list(frames_of_file(path))) == 1


@pytest.mark.parametrize("labels", [("Li1", "O2"), ("Li+", "O2-"), ("Li_a", "O")])
def test_labels_of_extended_xyz_are_elements(tmp_path: Path, labels: tuple[str, str]) -> None:
    path = tmp_path / "a.extxyz"
    rows = [f"{label} {row.split(maxsplit=1)[1]}" for label, row in zip(labels, PAIR, strict=True)]
    path.write_text(extxyz(rows))
    assert next(frames_of_file(path)).symbols == ("Li", "O")


def test_labels_of_no_element_need_a_map(tmp_path: Path) -> None:
    path = tmp_path / "a.extxyz"
    path.write_text(extxyz(["OW 0 0 0", "1 2.0 2.0 2.0"]))
    with pytest.raises(TrajectoryError, match=r"a\.extxyz: 'OW' names no .*--species-map OW=ELEM"):
        list(frames_of_file(path))
    assert next(frames_of_file(path, species_map={"OW": "O", "1": "H"})).symbols == ("O", "H")


DUMP = """ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
2
ITEM: BOX BOUNDS pp pp pp
0 5
0 5
0 5
ITEM: ATOMS id type {name}x y z
2 3 {second}2.0 2.0 2.0
1 1 {first}0.0 0.0 0.0
"""

DATA = """LAMMPS data file

2 atoms
3 atom types
0 5 xlo xhi
0 5 ylo yhi
0 5 zlo zhi
{masses}
Atoms # atomic

1 1 0.0 0.0 0.0
2 3 2.0 2.0 2.0
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.lammpstrj", DUMP.format(name="", first="", second="")),
        ("a.data", DATA.format(masses="")),
        ("a.data", DATA.format(masses="\nMasses\n\n1 72.0\n2 1.0\n3 72.0\n")),
    ],
)
def test_types_of_lammps_are_asked_for(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(FileError, match=rf"{name}: .*--species-map 1=Li,2=P"):
        list(frames_of_file(path))
    with pytest.raises(FileError, match="type 3 is not in the map"):
        list(frames_of_file(path, species_map={"1": "Li", "2": "P"}))
    with pytest.raises(FileError, match="'Li' in the map of species is not a type"):
        list(frames_of_file(path, species_map={"Li": "Li"}))
    [frame] = frames_of_file(path, species_map={"1": "Li", "3": "O"})
    assert frame.symbols == ("Li", "O")
    assert frame.positions[1] == pytest.approx([2, 2, 2])


@pytest.mark.parametrize(
    ("name", "words"), [("element", ("H ", "He ")), ("mass", ("1.0 ", "4.0 "))]
)
def test_map_goes_before_what_the_file_says(
    tmp_path: Path, name: str, words: tuple[str, str]
) -> None:
    path = tmp_path / "a.lammpstrj"
    path.write_text(DUMP.format(name=f"{name} ", first=words[0], second=words[1]))
    [frame] = frames_of_file(path, species_map={"1": "Li", "3": "O"})
    assert frame.symbols == ("Li", "O")
    path.write_text(path.read_text().replace("id type", "id kind"))
    with pytest.raises(TrajectoryError, match="map of species is given, and its atoms have no t"):
        list(frames_of_file(path, species_map={"1": "Li", "3": "O"}))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.lammpstrj", DUMP.format(name="element ", first="Li ", second="O ")),
        ("a.lmp", DATA.format(masses="\nMasses\n\n1 6.94\n2 1.008\n3 15.999\n")),
        ("a.data", DATA.format(masses="\nAtom Type Labels\n\n1 Li\n2 H\n3 O\n")),
    ],
)
def test_elements_in_files_of_lammps_are_taken(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    [frame] = frames_of_file(tmp_path / name)
    assert frame.symbols == ("Li", "O")


def test_labels_in_the_column_of_elements_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.lammpstrj"
    path.write_text(DUMP.format(name="element ", first="Li1 ", second="O "))
    with pytest.raises(TrajectoryError, match=r"a\.lammpstrj: 'Li1' is not an element; write sym"):
        list(frames_of_file(path))


def test_poscar_and_cif_pass_the_checks_of_structures(tmp_path: Path) -> None:
    rows = ["C H O N", "-64", *["1 0 0", "0 1 0", "0 0 1"], "Li O", "1 1", "Cartesian", "0 0 0"]
    path = tmp_path / "POSCAR_1"
    path.write_text("\n".join([*rows, "0.5 0.5 0.5"]))
    [frame] = frames_of_file(path)
    assert frame.symbols == ("Li", "O")
    assert frame.positions[1] == pytest.approx([2, 2, 2])
    path.write_text("\n".join([*rows[:5], *rows[6:], "0.5 0.5 0.5"]))
    with pytest.raises(FileError, match="POSCAR_1, line 6: names no elements"):
        list(frames_of_file(path))
    with pytest.raises(TrajectoryError, match="map of species is for extended XYZ and LAMMPS"):
        list(frames_of_file(path, species_map={"1": "Li"}))


@pytest.mark.parametrize("occupancy", [0.5, 0.0, 1.0])
def test_pdb_with_partial_occupancies_is_refused(tmp_path: Path, occupancy: float) -> None:
    """Occupancies of 0 are those of programs that have none."""
    path = tmp_path / "a.pdb"
    atoms = Atoms("LiO", positions=[[0, 0, 0], [2, 2, 2]], cell=[4, 4, 4], pbc=True)
    atoms.set_array("occupancy", np.full(2, occupancy))
    write(path, atoms)
    if occupancy == 0.5:
        with pytest.raises(TrajectoryError, match=r"a\.pdb: 2 atoms have occupancies below 1"):
            list(frames_of_file(path))
    else:
        [frame] = frames_of_file(path)
        assert frame.symbols == ("Li", "O")
