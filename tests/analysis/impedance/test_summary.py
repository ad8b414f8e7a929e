"""Fits of circuits to synthetic spectra with noise."""

import numpy as np
import pytest

from liponflow.analysis.impedance.circuit import CIRCUITS
from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.published import published_film
from liponflow.analysis.impedance.read import Spectrum
from liponflow.analysis.impedance.summary import fit_circuit, impedance_result
from liponflow.analysis.provenance import file_provenance

FREQUENCY = np.geomspace(3e6, 0.1, 60)
OMEGA = 2 * np.pi * FREQUENCY
R, Q, N = 1480.0, 2e-9, 0.92
TRUTH = {
    "blocking": {"ln_tail": np.log(2e6), "n_tail": 0.85},
    "zarc": {},
    "randles": {"ln_tail": np.log(900.0)},
    "two-zarcs": {"ln_r2": np.log(4e3), "ln_tau2": np.log(1e-2), "n2": 0.8},
}
ARC = {"r0": 50.0, "ln_r1": np.log(R), "ln_tau1": np.log(R * Q) / N, "n1": N}


def measured(name: str, noise: float = 0.005, seed: int = 0) -> Spectrum:
    z = CIRCUITS[name].impedance(OMEGA, ARC | TRUTH[name])
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(2, len(z))) * noise * np.abs(z)
    return Spectrum(f"{name}.csv", FREQUENCY, z + parts[0] + 1j * parts[1], "as made")


def result_of(*spectra: Spectrum, circuit: str, geometry: Geometry | None = None):
    return impedance_result(
        spectra, CIRCUITS[circuit], geometry, file_provenance([], {}, "x"), material="LiPON"
    )


@pytest.mark.parametrize("name", list(CIRCUITS))
def test_every_element_is_recovered_within_its_interval(name: str) -> None:
    result = result_of(measured(name), circuit=name)
    (spectrum,) = result.spectra
    elements = {item.name: item for item in spectrum.elements}
    one = "1" if name == "two-zarcs" else ""
    for label, truth in ((f"R{one}", R), (f"Q{one}", Q), (f"n{one}", N), ("R0", 50.0)):
        # 99.9 %: the fits of four circuits have 23 elements.
        item = elements[label]
        half = 1.7 * (item.high - item.low) / 2
        assert abs(item.value - truth) < half, label
        assert half < 0.2 * truth or label == "R0"
    assert spectrum.misfit == pytest.approx(0.5, rel=0.2)
    assert spectrum.scatter == pytest.approx(0.5, rel=0.2)
    assert not result.warnings
    if name == "randles":
        assert elements["W"].value == pytest.approx(900 / np.sqrt(2), rel=0.02)


def test_intervals_of_r_q_and_n_hold_the_truth_as_often_as_they_say() -> None:
    inside = np.zeros(3)
    for seed in range(100):
        found = fit_circuit(measured("zarc", seed=seed), CIRCUITS["zarc"])
        for place, name in enumerate(("ln_r1", "ln_tau1", "n1")):
            low, high = found.interval(name)
            inside[place] += low <= ARC[name] <= high
    # The binomial standard error of 100 trials is 2.2 %.
    assert (inside >= 88).all()
    assert (inside <= 100).all()


def test_the_published_conductivity_comes_back_from_its_resistance() -> None:
    film = published_film({"Li", "P", "O", "N"})
    assert film is not None
    area = 0.1
    assert Geometry(film.thickness, area).constant / film.ionic == pytest.approx(R)
    geometry = Geometry(film.thickness, area, thickness_error=0.037, area_error=0.002)
    (spectrum,) = result_of(measured("blocking"), circuit="blocking", geometry=geometry).spectra
    assert spectrum.conductivity == pytest.approx(film.ionic, rel=0.02)
    # 1 % of thickness and 2 % of area, mostly.
    relative = np.log(spectrum.conductivity_high / spectrum.conductivity_low) / 2 / 1.98
    assert relative == pytest.approx(np.hypot(0.01, 0.02), rel=0.1)
    assert spectrum.conductivity_low < film.ionic < spectrum.conductivity_high


def test_the_wrong_circuit_is_doubted() -> None:
    result = result_of(measured("two-zarcs"), circuit="zarc")
    assert "it is not the circuit of this cell" in result.warnings[-1]


def test_a_cell_that_changes_is_doubted() -> None:
    made = measured("zarc")
    drifted = Spectrum(made.source, FREQUENCY, made.impedance * np.linspace(1, 1.6, 60) ** 2, "")
    drifted.impedance[30:] *= 1.3
    result = result_of(drifted, circuit="zarc")
    assert any("the cell changed while it was measured" in text for text in result.warnings)


def test_an_arc_beyond_the_range_is_extrapolated_with_a_warning() -> None:
    z = CIRCUITS["zarc"].impedance(OMEGA, ARC | {"ln_tau1": np.log(3.0)})
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(2, len(z))) * 0.003 * np.abs(z)
    result = result_of(Spectrum("x", FREQUENCY, z + noise[0] + 1j * noise[1], ""), circuit="zarc")
    assert "its resistance is extrapolated" in result.warnings[0]
