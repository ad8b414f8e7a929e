"""The stand-in run like VASP, by atomate2's Makers, custodian and emmet."""

import sys
from pathlib import Path

import numpy as np
import pytest
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from emmet.core.types.enums import TaskState
from jobflow import Flow, run_locally
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Incar

from liponflow.engines.standin.identity import stand_in_label
from liponflow.engines.vasp.run import custodian_options

KEYWORDS = {
    "run_vasp_kwargs": {
        "vasp_cmd": f"{sys.executable} -m liponflow.engines.standin.cli",
        "custodian_kwargs": custodian_options(),
    },
    "write_input_set_kwargs": {"potcar_spec": True},
}


@pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_relaxation_and_static_end_in_emmet_documents(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    lattice = Lattice([[0, 2.1, 2.1], [2.1, 0, 2.1], [2.1, 2.1, 0]])
    oxide = Structure(lattice, ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.47]])
    relaxation = RelaxMaker(**KEYWORDS).make(oxide)
    static = StaticMaker(**KEYWORDS).make(
        relaxation.output.structure, prev_dir=relaxation.output.dir_name
    )
    outputs = run_locally(Flow([relaxation, static]), create_folders=True, ensure_success=True)
    relaxed, final = (outputs[job.uuid][1].output for job in (relaxation, static))
    for document in (relaxed, final):
        assert document.state is TaskState.SUCCESS
        version = document.calcs_reversed[0].vasp_version
        assert stand_in_label(version) == "stand-in: chgnet 0.3.0"
        # MAGMOM of the input set, positive for Ni.
        assert document.structure.site_properties["magmom"][0] > 1
    limit = abs(Incar(relaxed.input.incar or relaxed.orig_inputs.incar)["EDIFFG"])
    assert np.linalg.norm(relaxed.output.forces, axis=1).max() < limit
    # The same geometry to the precision of the files, and the same potential.
    assert final.output.energy == pytest.approx(relaxed.output.energy, abs=1e-4)
    assert final.output.energy < relaxed.calcs_reversed[0].output.ionic_steps[0].e_0_energy
