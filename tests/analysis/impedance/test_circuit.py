"""Impedance of circuits against their analytic limits."""

import numpy as np
import pytest

from liponflow.analysis.impedance.circuit import CIRCUITS

OMEGA = 2 * np.pi * np.geomspace(3e6, 0.1, 60)
ARC = {"r0": 50.0, "ln_r1": np.log(1480.0), "ln_tau1": np.log(1e-4), "n1": 0.9}


def test_an_arc_is_its_resistance_at_rest_and_half_of_it_at_the_top() -> None:
    zarc = CIRCUITS["zarc"]
    slow, top, fast = zarc.impedance(np.array([1e-8, 1e4, 1e14]), ARC | {"n1": 1.0})
    assert slow == pytest.approx(1530)
    assert top == pytest.approx(50 + 740 - 740j)
    assert fast == pytest.approx(50, abs=1e-3)
    # A depressed arc of exponent n has its top at R/2 tan(nπ/4).
    top = zarc.impedance(np.array([1e4]), ARC)[0]
    assert -top.imag == pytest.approx(740 * np.tan(0.9 * np.pi / 4))


def test_blocking_electrodes_let_no_steady_current_pass() -> None:
    z = CIRCUITS["blocking"].impedance(
        np.array([1e-6]), ARC | {"ln_tail": np.log(2e6), "n_tail": 1.0}
    )
    # A capacitance of 0.5 µF.
    assert z[0].imag == pytest.approx(-1 / (1e-6 * 0.5e-6))


def test_randles_ends_in_a_line_of_45_degrees() -> None:
    p = ARC | {"ln_tail": np.log(900.0)}
    z = CIRCUITS["randles"].impedance(np.array([1e-3, 1e-5]), p)
    change = np.diff(z)[0]
    assert -change.imag == pytest.approx(change.real, rel=0.02)
    # W (1 - i) / √ω with W = 900 / √2.
    assert -z[1].imag == pytest.approx(900 / np.sqrt(2) / np.sqrt(1e-5), rel=0.01)


def test_inductance_of_cables_raises_the_imaginary_part() -> None:
    circuit = CIRCUITS["zarc"].with_inductance()
    more = circuit.impedance(OMEGA, ARC | {"inductance": 1e-6})
    assert np.allclose(more - CIRCUITS["zarc"].impedance(OMEGA, ARC), 1j * OMEGA * 1e-6)


@pytest.mark.parametrize("tau", [1e-6, 1e-3, 1e-1])
def test_the_start_is_near(tau: float) -> None:
    truth = ARC | {"ln_tau1": np.log(tau)}
    z = CIRCUITS["zarc"].impedance(OMEGA, truth)
    start = CIRCUITS["zarc"].start(OMEGA, z)
    assert start["ln_r1"].value == pytest.approx(truth["ln_r1"], abs=0.2)
    assert start["ln_tau1"].value == pytest.approx(truth["ln_tau1"], abs=0.8)
