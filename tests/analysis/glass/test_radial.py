import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from scipy.integrate import quad

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.radial import (
    broadened,
    faber_ziman_weights,
    first_shell,
    partial_g,
    pdf_from_structure_factor,
    radial_grid,
    reduced_pdf,
    running_coordination,
    structure_factor,
)

QUADRATURE = 2e-3
"""1/Å²: integrals replaced by sums over bins of 0.02 Å and steps of 0.02 1/Å."""


def test_g_of_ideal_gas_is_1() -> None:
    chance = np.random.default_rng(0)
    structures = [
        Structure(Lattice.cubic(12), ["O"] * 150 + ["N"] * 100, chance.random((250, 3)))
        for _ in range(20)
    ]
    found = fingerprint_structure(structures)
    for pair in found.pairs:
        g, r = np.array(pair.g), np.array(found.r)
        a, b = pair.pair.split("-")
        number = {"O": 150, "N": 100}
        # Each of N atoms has N - 1 others of its element.
        expected = 1 - 1 / number[a] if a == b else 1.0
        outer = r > 2
        assert g[outer].mean() == pytest.approx(expected, abs=5e-3)
        # Poisson noise: 1/√n for n pairs in a bin.
        density = number[b] / 12**3
        pairs = 20 * number[a] * density * 4 * np.pi * r**2 * (r[1] - r[0]) / (2 if a == b else 1)
        assert np.std((g - expected)[outer] * np.sqrt(pairs[outer])) == pytest.approx(1, abs=0.1)


def test_running_coordination_of_bcc_lithium_has_known_shells() -> None:
    a = 3.51
    li = Structure(Lattice.cubic(a), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    [pair] = fingerprint_structure(li).pairs
    _, shells = radial_grid(10.0, 0.02)
    number = running_coordination(np.array(pair.g), shells, 2 / a**3)
    shell_radii = a * np.array([np.sqrt(3) / 2, 1, np.sqrt(2), np.sqrt(11) / 2, np.sqrt(3), 2])
    neighbours = np.cumsum([8, 6, 12, 24, 8, 6])
    edges = np.linspace(0, 10, 501)[1:]
    for radius, total in zip(shell_radii, neighbours, strict=True):
        assert np.interp(radius + 0.05, edges, number) == pytest.approx(total, rel=1e-5)
        assert np.interp(radius - 0.05, edges, number) < total - 5
    assert pair.first_peak == pytest.approx(shell_radii[0], abs=0.02)


def test_pair_counts_are_normalised_to_g() -> None:
    _, shells = radial_grid(2.0, 1.0)
    g = partial_g(np.array([3.0, 0.0]), 100.0, (2, 5), shells, same=False)
    assert g == pytest.approx([3 * 100 / (2 * 5 * 4 * np.pi / 3), 0])
    assert partial_g(np.array([3.0, 0.0]), 100.0, (2, 2), shells, same=True)[0] == pytest.approx(
        2 * 3 * 100 / (4 * 4 * np.pi / 3)
    )


def gaussian_pdf(r: np.ndarray, centre: float = 3.0, width: float = 0.4) -> np.ndarray:
    return np.exp(-((r - centre) ** 2) / (2 * width**2))


def test_structure_factor_of_gaussian_agrees_with_the_integral() -> None:
    r, _ = radial_grid(10.0, 0.02)
    q = np.linspace(0.1, 12, 100)
    exact = [
        1 + quad(lambda x, k=k: gaussian_pdf(x) * np.sin(k * x), 0, 10, limit=200)[0] / k
        for k in q
    ]
    assert structure_factor(q, r, gaussian_pdf(r)) == pytest.approx(exact, abs=QUADRATURE)


def test_pdf_is_the_inverse_transform_of_the_structure_factor() -> None:
    r, _ = radial_grid(10.0, 0.02)
    pdf = gaussian_pdf(r) - 0.6 * gaussian_pdf(r, 5.0, 0.7)
    q = np.linspace(0.02, 25, 1250)
    s = structure_factor(q, r, pdf)
    assert pdf_from_structure_factor(r, q, s) == pytest.approx(pdf, abs=QUADRATURE)


def test_end_points_of_the_q_integral_have_half_weight() -> None:
    """S(q) - 1 = 1/q between two limits: G(r) = 2/(πr) (cos(q_min r) - cos(q_max r))."""
    r, _ = radial_grid(10.0, 0.02)
    low, high, steps = 0.5, 12.5, 600
    q = np.linspace(low, high, steps + 1)
    exact = 2 / np.pi * (np.cos(low * r) - np.cos(high * r)) / r
    found = pdf_from_structure_factor(r, q, 1 + 1 / q)
    h = (high - low) / steps
    # The error of the trapezoidal rule is below (q_max - q_min) h² max|f''|/12 with f = sin(qr).
    # Full weight of the last point would add sin(q_max r) h/2, which is far larger at small r.
    rule = (high - low) * h**2 * r**2 / 12
    assert (np.abs(found - exact) <= 2 / np.pi * rule).all()
    near = r < 0.3
    assert (rule < h / 2 * np.abs(np.sin(high * r)))[near].sum() > 10


def test_lorch_window_damps_termination_ripples() -> None:
    r, _ = radial_grid(10.0, 0.02)
    pdf = gaussian_pdf(r, 3.0, 0.1)
    q = np.linspace(0.02, 12, 600)
    s = structure_factor(q, r, pdf)
    sharp = pdf_from_structure_factor(r, q, s)
    smooth = pdf_from_structure_factor(r, q, s, window="lorch")
    away = (r > 4) & (r < 8)
    assert np.abs(sharp - pdf)[away].max() > 5 * np.abs(smooth - pdf)[away].max()
    assert smooth.max() < sharp.max()


def test_reduced_pdf_follows_its_definition() -> None:
    r, g = np.array([1.0, 2.0]), np.array([0.0, 1.5])
    assert reduced_pdf(r, g, 0.1) == pytest.approx([-0.4 * np.pi, 0.4 * np.pi])


def test_broadening_keeps_the_number_of_neighbours() -> None:
    r, shells = radial_grid(10.0, 0.02)
    assert broadened(r, np.ones(500), 0.1) == pytest.approx(1)
    # Zero stays zero; the Gaussian is cut off at four standard deviations.
    assert broadened(r, np.zeros(500), 0.1)[:-30] == pytest.approx(0, abs=1e-3)
    peak = np.where(np.abs(r - 2) < 0.1, 10.0, 1.0)
    wide = broadened(r, peak, 0.15)
    inner = r < 4
    before, after = (running_coordination(g[inner], shells[inner], 0.1)[-1] for g in (peak, wide))
    assert after == pytest.approx(before, rel=2e-3)
    assert wide.max() < peak.max()
    assert broadened(r, peak, 0.0) is peak


def test_first_shell_of_liquid_like_g_is_found() -> None:
    r, _ = radial_grid(6.0, 0.02)
    g = 3 * gaussian_pdf(r, 2.0, 0.15) + 1 / (1 + np.exp(-(r - 3.2) / 0.15))
    shell = first_shell(r, g)
    assert shell is not None
    assert shell.peak == pytest.approx(2.0, abs=0.02)
    inside = (r > 2) & (r < 3.2)
    assert shell.minimum == pytest.approx(r[inside][np.argmin(g[inside])], abs=0.1)


def test_first_minimum_is_the_middle_of_a_gap() -> None:
    r, _ = radial_grid(6.0, 0.02)
    g = np.where(np.abs(r - 1.6) < 0.1, 20.0, 0.0) + np.where(r > 2.8, 1.0, 0.0)
    shell = first_shell(r, g)
    assert shell is not None
    assert shell.minimum == pytest.approx((1.7 + 2.8) / 2, abs=0.1)


@pytest.mark.parametrize("g", [np.zeros(300), np.linspace(0, 1, 300)])
def test_g_without_peak_has_no_shell(g: np.ndarray) -> None:
    r, _ = radial_grid(6.0, 0.02)
    assert first_shell(r, g) is None


def test_peak_at_the_end_of_the_grid_has_no_shell() -> None:
    r, _ = radial_grid(3.0, 0.02)
    assert first_shell(r, 5 * gaussian_pdf(r, 2.8, 0.2)) is None


def test_weights_sum_to_1_and_may_be_negative() -> None:
    weights = faber_ziman_weights({"Li": 0.4, "O": 0.6}, {"Li": -1.9, "O": 5.805})
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["Li", "O"] < 0 < weights["Li", "Li"]


def test_zero_mean_scattering_length_is_refused() -> None:
    with pytest.raises(ValueError, match="mean scattering length vanishes"):
        faber_ziman_weights({"A": 0.5, "B": 0.5}, {"A": 1.0, "B": -1.0})
