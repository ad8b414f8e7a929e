"""Unconverged relaxations and bands of VASP continue from the geometries in their directories."""

from pathlib import Path

import numpy as np
import pytest
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.jobs.neb import NebFromImagesMaker
from pymatgen.core import Lattice, Structure
from spinel_runs import lnmo, relaxation
from vasp_files import Run

from liponflow.engines.vasp.reading.outcar import FINISHED
from liponflow.engines.vasp.unconverged import unconverged

STEPS = {"NSW": 2, "IBRION": 2, "EDIFFG": -0.02}
BAND = {"NSW": 2, "IBRION": 3, "EDIFFG": -0.05, "IMAGES": 1}


def moved(cell: Structure, distance: float) -> Structure:
    return cell.copy().translate_sites([0], [distance, 0, 0], frac_coords=False)


def test_relaxation_goes_on_from_its_last_structure_with_the_first_moments(tmp_path: Path) -> None:
    start = lnmo(4)
    moments = [float(number) for number in range(len(start))]
    start.add_site_property("magmom", moments)
    steps = [start.copy().remove_site_property("magmom"), moved(lnmo(4), 0.1)]
    forces = [np.full((len(start), 3), force) for force in (0.3, 0.1)]
    run = relaxation(4, steps=steps, forces=forces)
    run.incar = {**run.incar, **STEPS}
    run.write(tmp_path)
    left = unconverged(RelaxMaker(), start, None, tmp_path)
    assert left is not None
    assert left.reason == "largest force 0.173 eV/Å after 2 steps, limit 0.02"
    assert isinstance(left.start, Structure)
    assert left.start.site_properties["magmom"] == moments
    assert np.allclose(left.start.cart_coords, steps[1].cart_coords, atol=1e-6)
    assert unconverged(StaticMaker(), start, None, tmp_path) is None
    (tmp_path / "OUTCAR").write_text(f"soft stop encountered!  aborting job ...\n{FINISHED}\n")
    assert unconverged(RelaxMaker(), start, None, tmp_path) is None, "resume continues with it"


def test_converged_relaxation_is_not_continued(tmp_path: Path) -> None:
    relaxation(4).write(tmp_path)
    assert unconverged(RelaxMaker(), lnmo(4), None, tmp_path) is None


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_relaxation_without_files_starts_again(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    assert unconverged(RelaxMaker(), lnmo(4), None, tmp_path / folder) is None


def test_band_goes_on_from_its_last_images(tmp_path: Path) -> None:
    cells = [
        Structure(Lattice.cubic(5), ["Li", "O"], [[x, 0, 0], [0.5, 0.5, 0.5]])
        for x in (0.0, 0.05, 0.1)
    ]
    last = moved(cells[1], 0.02)
    for number, steps in enumerate(([cells[0]], [cells[1], last], [cells[2]])):
        Run(steps, [-20.0] * len(steps), BAND).write(tmp_path / f"{number:02d}")
    for end in ("00", "02"):
        (tmp_path / end / "vasprun.xml").unlink()
    left = unconverged(NebFromImagesMaker(), cells, None, tmp_path)
    assert left is not None
    assert "0 of 1 images converged" in left.reason
    assert isinstance(left.start, list)
    assert [image[0].frac_coords[0] for image in left.start] == pytest.approx([0, 0.054, 0.1])
