"""A campaign with ``--engine vasp``, through atomate2, custodian, emmet and the stand-in."""

from pathlib import Path

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar

from liponflow.analysis.lithiation import LithiationResult
from liponflow.settings import Settings
from liponflow.store import find_results, open_store
from liponflow.workflows import campaigns
from liponflow.workflows.lithiation import plan

MILLIELECTRONVOLT = 1e-3
"""Largest difference of energies (eV/atom) between the direct engine and the stand-in."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rock-salt-like LiNiO2 of 8 atoms, small enough for a test."""
    file = tmp_path_factory.mktemp("host") / "host.vasp"
    Structure(
        Lattice.tetragonal(4.1, 4.2),
        ["Li", "Li", "Ni", "Ni", *["O"] * 4],
        [
            *([0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]),
            *([0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.5, 0.5, 0.5]),
        ],
    ).to(filename=str(file), fmt="poscar")
    return file


def run(engine: str, host: Path, folder: Path) -> LithiationResult:
    settings = Settings(
        store=folder / "store.db",
        runs_dir=folder / "runs",
        workers=2,
        vasp_cmd="liponflow-vasp",
    )
    overrides = {"x": [0.5, 1], "magmoms": {"Li": 0, "Ni": -2, "O": 0}, "force_limit": 0.1}
    flow = plan(preset="quick", engine=engine, overrides=overrides, structure_file=host)
    outcome = campaigns.run(flow, settings, {})
    assert outcome.report.failures == ()
    assert outcome.result is not None
    assert isinstance(outcome.result.result, LithiationResult)
    return outcome.result.result


def test_the_rehearsal_ends_in_the_document_of_the_direct_engine(
    host: Path, tmp_path: Path
) -> None:
    rehearsed = run("vasp", host, tmp_path / "vasp")
    assert rehearsed.converged
    assert rehearsed.provenance.engine.label == (
        "vasp (stand-in: chgnet 0.3.0) (machine-learned potential, not DFT)"
    )
    assert [state.x for state in rehearsed.states] == [0.5, 1.0]

    # No query for VASP finds it.
    store = open_store(tmp_path / "vasp" / "store.db", read_only=True)
    assert find_results(store, engine="vasp") == []
    assert len(find_results(store, engine="vasp (stand-in: chgnet 0.3.0)")) == 1

    # The same geometry has the same energy and moments with the direct engine.
    from atomate2.forcefields.utils import ase_calculator

    calculator = ase_calculator("CHGNet", stress_unit="eV/A3")
    for state in rehearsed.states:
        atoms = state.structure.copy().remove_site_property("magmom").to_ase_atoms()
        atoms.calc = calculator
        energy = atoms.get_potential_energy() / len(atoms)
        assert state.energy_per_atom == pytest.approx(energy, abs=MILLIELECTRONVOLT)
        assert state.moments["Ni"] == pytest.approx(
            abs(atoms.get_magnetic_moments()[state.structure.indices_from_symbol("Ni")[0]]),
            abs=0.05,
        )


def test_moments_are_passed_on_with_their_sign(host: Path, tmp_path: Path) -> None:
    """Relaxed moments, not the first guess, start the static calculation."""
    run("vasp", host, tmp_path)
    [static] = (tmp_path / "runs").glob("*/jobs/static_x_1-*")
    written = Incar.from_file(next(static.glob("INCAR*")))["MAGMOM"]
    assert len(written) == 8
    nickel = [moment for moment in written if abs(moment) > 0.5]
    assert len(nickel) == 2
    assert all(moment < 0 for moment in nickel)
    assert all(moment != -2 for moment in nickel)
