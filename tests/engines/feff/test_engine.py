"""FEFF as an engine."""

import sys

import fake_feff
import numpy as np
import pytest
from recorded_spectra import RECORDED, recorded_structure

from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.feff import installation
from liponflow.engines.feff.maker import spectrum_in
from liponflow.engines.feff.reading import read_eels
from liponflow.engines.planned import announced
from liponflow.engines.registry import check_installed, get_engine
from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.presets import load_parameters
from liponflow.settings import Settings, load_settings
from liponflow.structures.eels.cluster import ClusterError
from liponflow.structures.phases import phase

ENERGY, HEIGHT = 1e-3, 0.05
"""Largest differences from a recorded spectrum: energies (eV), heights over the maximum."""


def cards(scf_radius=2.2, fms_radius=2.5, **overrides):
    radii = {"scf_radius": scf_radius, "fms_radius": fms_radius}
    return load_parameters(EELSParameters, TOPIC, "quick", radii | overrides).cards


def engine(**arguments):
    return get_engine("feff", EngineOptions(force_limit=0.05, max_steps=2, arguments=arguments))


@pytest.fixture
def command(monkeypatch):
    monkeypatch.setenv("LIPONFLOW_FEFF_CMD", f"{sys.executable} {fake_feff.__file__} runs")


def test_capability():
    assert engine().capabilities() == ("spectrum",)
    with pytest.raises(EngineError, match="feff cannot compute relaxations"):
        engine().require("relax")
    chgnet = get_engine("chgnet", EngineOptions(force_limit=0.05, max_steps=2))
    with pytest.raises(
        EngineError, match="chgnet cannot compute spectra of core levels; use feff"
    ):
        chgnet.require("spectrum")


def test_job_states_site_and_cost():
    job = engine().spectrum(cards()).make(recorded_structure("Li2O_Li1_K"), 0, "Li K")
    assert job.name == "spectrum Li K site 0"
    [planned] = announced(job)
    assert (planned.kind, planned.engine, planned.ionic_steps) == ("spectrum", "feff", 1)
    assert planned.name == "spectrum Li K"
    assert planned.atoms == 11  # 4 O and 6 Li round it
    assert engine().cost("feff").rule(planned) == planned.effort > 1


@pytest.mark.parametrize(
    ("site", "edge", "message"),
    [
        (0, "O K", "the absorber is Li, which has no edge O K"),
        (8, "O L3", "not a core level"),
        (99, "Li K", "no site 99"),
    ],
)
def test_wrong_sites_and_edges_are_refused_before_the_run(site, edge, message):
    maker = engine().spectrum(cards())
    with pytest.raises(ValueError, match=message):
        maker.make(recorded_structure("Li2O_Li1_K"), site, edge)


def test_sum_of_edges_takes_two_jobs():
    structure = recorded_structure("Li3PO4_P1_L3")
    with pytest.raises(ValueError, match="run P L2 and P L3, and add them"):
        engine().spectrum(cards()).make(structure, 12, "P L23")


def test_overlapping_atoms_are_refused_before_the_run():
    structure = recorded_structure("Li2O_Li1_K")
    structure.append("O", structure[0].coords + np.array([0.2, 0, 0]), coords_are_cartesian=True)
    with pytest.raises(ClusterError, match=r"0\.200 Å apart"):
        engine().spectrum(cards()).make(structure, 0, "Li K")


@pytest.mark.usefixtures("command")
def test_spectrum_by_a_command(tmp_path):
    found = spectrum_in(tmp_path, recorded_structure("Li2O_Li1_K"), 0, "Li K", cards())
    assert (found.edge, found.site) == ("Li K", 0)
    assert found.scf_converged
    assert found.scf_iterations == 9
    assert found.made_by.startswith(
        f"FEFF 10.0.0 (command {sys.executable}): CONTROL 1 1 1 1 1 1;"
    )
    assert "ELNES 4 0.02 0.01 / 200 1 0 1 / 10 10" in found.made_by
    table = read_eels(RECORDED / "Li2O_Li1_K" / "eels.dat")
    assert found.spectrum.energies == table.energies.tolist()
    assert found.spectrum.intensities == table.total.tolist()


def test_real_run_repeats_the_recorded_one(tmp_path):
    """A small cluster of Li2O: 10 s of FEFF10."""
    pytest.importorskip("feff10")
    structure = phase("Li2O").structure()
    oxygen = [site.specie.symbol for site in structure].index("O")
    found = spectrum_in(tmp_path, structure, oxygen, "O K", cards())
    assert found.scf_converged
    assert found.made_by.startswith("FEFF 10.0.0 (feff10-rs 0.2.4): ")
    recorded = read_eels(RECORDED / "Li2O_O_K_small" / "eels.dat")
    assert found.spectrum.energies == pytest.approx(recorded.energies, abs=ENERGY)
    height = recorded.total.max()
    assert found.spectrum.intensities == pytest.approx(recorded.total, abs=HEIGHT * height)


def test_time_limit_of_the_user():
    assert engine(time_limit=60).time_limit == 60
    for wrong in ("soon", 0, True):
        with pytest.raises(EngineError, match="give seconds"):
            engine(time_limit=wrong)
    with pytest.raises(EngineError, match="takes no arguments but time_limit"):
        engine(patience=3)


def test_no_feff_is_named_with_its_installation(monkeypatch, tmp_path):
    monkeypatch.setattr(installation, "installed_version", lambda: None)
    monkeypatch.setattr("liponflow.engines.feff.maker.installed_version", lambda: None)
    with pytest.raises(EngineError, match=r"feff10-rs is not installed.*pip install 'liponflow"):
        check_installed("feff", load_settings())
    with pytest.raises(EngineError, match="no FEFF: feff10-rs is not installed"):
        spectrum_in(tmp_path, recorded_structure("Li2O_Li1_K"), 0, "Li K", cards())


def test_command_that_is_missing():
    settings = Settings(feff_cmd="mpirun-of-nowhere -np 4 feff9")
    with pytest.raises(EngineError, match="no program mpirun-of-nowhere"):
        check_installed("feff", settings)


def test_variable_of_clusters(monkeypatch):
    monkeypatch.setenv("FEFF_CMD", "/opt/feff9/feff")
    assert load_settings().feff_cmd == "/opt/feff9/feff"
    monkeypatch.setenv("LIPONFLOW_FEFF_CMD", "feff10")
    assert load_settings().feff_cmd == "feff10"
