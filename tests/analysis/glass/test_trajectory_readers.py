import re
from pathlib import Path

import numpy as np
import pytest
from ase.units import kB

from liponflow.analysis.glass.trajectory_readers import TrajectoryError, frames_of_file

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
    with pytest.raises(TrajectoryError, match="cannot be read as vasp-xdatcar after frame 0"):
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
