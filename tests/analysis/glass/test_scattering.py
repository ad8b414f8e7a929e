from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
import pytest
from ase.utils.xrdebye import waasmaier
from pydantic import ValidationError
from pymatgen.core.lattice import Lattice
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.fingerprint import fingerprint, fingerprint_structure
from liponflow.analysis.glass.radial import radial_grid, reduced_pdf, structure_factor
from liponflow.analysis.glass.scattering import (
    Experiment,
    _tables,
    momentum_grid,
    neutron_functions,
    neutron_lengths,
    xray_form_factor,
    xray_functions,
)
from liponflow.analysis.glass.settings import FingerprintSettings
from liponflow.analysis.trajectory.frames import frames_of_structures

PLAIN = Experiment(termination="none")


def shells(r: np.ndarray, centre: float) -> np.ndarray:
    """Return a smooth g(r) with a first peak that approaches 1 at large r."""
    edge = 1 / (1 + np.exp(-(r - centre) / 0.1))
    return edge + 2 * np.exp(-((r - centre - 0.2) ** 2) / 0.05)


def test_single_element_has_unit_weight() -> None:
    r, _ = radial_grid(10.0, 0.02)
    g = shells(r, 2.0)
    q = momentum_grid(10.0, 25.0)
    partials, shares = {("Si", "Si"): g}, {"Si": 1.0}
    expected = structure_factor(q, r, reduced_pdf(r, g, 0.05))
    for functions in (neutron_functions, xray_functions):
        found = functions(r, partials, shares, 0.05, q=q, experiment=PLAIN)
        assert found.s == pytest.approx(expected)
        assert found.weights == {("Si", "Si"): pytest.approx(1)}


def test_neutron_pdf_at_high_q_max_is_the_weighted_g() -> None:
    r, _ = radial_grid(10.0, 0.02)
    partials = {
        ("Li", "Li"): shells(r, 2.5),
        ("Li", "O"): shells(r, 1.9),
        ("O", "O"): shells(r, 2.6),
    }
    shares = {"Li": 2 / 3, "O": 1 / 3}
    experiment = Experiment(q_max=60.0)
    q = momentum_grid(10.0, 60.0)
    found = neutron_functions(r, partials, shares, 0.08, q=q, experiment=experiment)
    total = sum(found.weights[pair] * partials[pair] for pair in partials)
    inner = (r > 0.3) & (r < 9.5)  # away from the ripples at the ends of the grid
    assert found.pdf[inner] == pytest.approx(reduced_pdf(r, total, 0.08)[inner], abs=0.05)


def test_damping_multiplies_the_pdf() -> None:
    r, _ = radial_grid(10.0, 0.02)
    partials, shares, q = {("Si", "Si"): shells(r, 2.0)}, {"Si": 1.0}, momentum_grid(10.0, 25.0)
    plain, damped = (
        neutron_functions(r, partials, shares, 0.05, q=q, experiment=Experiment(q_damp=damp)).pdf
        for damp in (0.0, 0.1)
    )
    assert damped == pytest.approx(plain * np.exp(-((0.1 * r) ** 2) / 2))


def test_structure_factor_agrees_with_the_debye_sum() -> None:
    """Compare with Debye's sum of sin(qr)/(qr) over all neighbours minus the mean density."""
    chance = np.random.default_rng(3)
    r_max, edge, atoms = 8.0, 9.0, 40
    structure = Structure(Lattice.cubic(edge), ["Si"] * atoms, chance.random((atoms, 3)))
    settings = FingerprintSettings(r_max=r_max, bin_width=0.005, experiment=PLAIN)
    found = fingerprint_structure(structure, settings)
    neutron = next(item for item in found.scattering if item.probe == "neutron")
    q, s = np.array(neutron.q), np.array(neutron.s)
    distances = structure.get_neighbor_list(r_max)[3]
    debye = np.sinc(np.outer(q, distances) / np.pi).sum(axis=1) / atoms
    density = atoms / edge**3
    sphere = 4 * np.pi * density * (np.sin(q * r_max) - q * r_max * np.cos(q * r_max)) / q**3
    seen = (q > 0.3) & (q < 15)  # at lower q both are small differences of large numbers
    assert s[seen] == pytest.approx((1 + debye - sphere)[seen], abs=0.02)


def reciprocal_sums(structure: Structure, q: np.ndarray, blur: float) -> dict[tuple, np.ndarray]:
    """Return the partial S(q) - 1 by sums over reciprocal lattice vectors, blurred by a Gaussian.

    The amplitudes of every element at the lattice vectors G are summed atom by atom. A periodic
    model scatters at G alone: q[S(q) - 1] is a sum of peaks of weight 2π²/(V G), less the self
    term.
    """
    lattice = structure.lattice.reciprocal_lattice
    reach = np.ceil((q.max() + 5 * blur) / (2 * np.pi) * np.array(structure.lattice.abc)).astype(
        int
    )
    grid = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach)), axis=-1).reshape(-1, 3)
    length = np.linalg.norm(grid @ lattice.matrix, axis=1)
    seen = (length > 1e-6) & (length < q.max() + 5 * blur)
    grid, length = grid[seen], length[seen]
    counts = structure.composition.get_el_amt_dict()
    amplitudes = {
        name: sum(
            np.exp(2j * np.pi * grid @ site.frac_coords)
            for site in structure
            if site.specie.symbol == name
        )
        for name in counts
    }
    near, far = q[:, None] - length, q[:, None] + length
    peaks = np.exp(-(near**2) / 2 / blur**2) - np.exp(-(far**2) / 2 / blur**2)
    peaks /= np.sqrt(2 * np.pi) * blur * q[:, None]
    n, volume = len(structure), structure.volume
    found = {}
    for a, b in combinations_with_replacement(counts, 2):
        intensity = np.real(amplitudes[a] * amplitudes[b].conj()) / n
        total = peaks @ (intensity * 2 * np.pi**2 / (volume * length))
        shares = counts[a] / n, counts[b] / n
        found[a, b] = (total - (shares[0] if a == b else 0)) / (shares[0] * shares[1])
    return found


@pytest.mark.parametrize("functions", [neutron_functions, xray_functions])
def test_structure_factor_agrees_with_sums_over_reciprocal_vectors(functions: Callable) -> None:
    """Both see the same model: one through pairs in space, one through its Bragg peaks.

    A Gaussian window on G(r) is a Gaussian resolution in q, so that the peaks can be compared.
    """
    r_max, blur = 14.0, 0.35
    chance = np.random.default_rng(8)
    cell = Lattice.from_parameters(6.1, 6.7, 7.3, 80, 95, 70)
    symbols = ["Li"] * 8 + ["P"] * 3 + ["O"] * 9 + ["N"] * 2
    structure = Structure(cell, symbols, chance.random((len(symbols), 3)))
    settings = FingerprintSettings(r_max=r_max, bin_width=0.005)
    r, _ = radial_grid(r_max, 0.005)
    window = np.exp(-((r * blur) ** 2) / 2)
    partials = {
        tuple(item.pair.split("-")): 1 + (np.array(item.g) - 1) * window
        for item in fingerprint_structure(structure, settings).pairs
    }
    n = len(structure)
    shares = {e: count / n for e, count in structure.composition.get_el_amt_dict().items()}
    shares = {e: shares[e] for e in dict.fromkeys(a for pair in partials for a in pair)}
    q = np.linspace(0.1, 9.0, 45)
    found = functions(r, partials, shares, n / structure.volume, q=q, experiment=PLAIN)

    sums = reciprocal_sums(structure, q, blur)
    length = {"Li": -1.90, "P": 5.13, "O": 5.805, "N": 9.36}  # fm
    if functions is neutron_functions:
        amplitude = {e: np.full(len(q), length[e]) for e in shares}
    else:
        amplitude = {e: xray_form_factor(e, q) for e in shares}
    mean = sum(shares[e] * amplitude[e] for e in shares)
    expected = 1 + sum(
        (1 if a == b else 2) * shares[a] * shares[b] * amplitude[a] * amplitude[b] * s / mean**2
        for (a, b), s in sums.items()
    )
    assert np.ptp(expected) > 1
    assert found.s == pytest.approx(expected, abs=0.01)
    assert abs((found.s - expected).mean()) < 0.002  # neither too low nor too high


def test_form_factors_agree_with_another_table() -> None:
    """Compare with D. Waasmaier and A. Kirfel, Acta Crystallogr. A 51, 416 (1995), from ASE."""
    q = np.linspace(0, 25, 60)
    for element in ("C", "N", "O", "P", "S", "Cl", "Ni"):  # that of Cu starts at 28.5, not 29
        *pairs, constant = waasmaier[element]
        expected = constant + sum(
            a * np.exp(-b * (q / 4 / np.pi) ** 2)
            for a, b in zip(pairs[::2], pairs[1::2], strict=True)
        )
        assert xray_form_factor(element, q) == pytest.approx(expected, abs=0.15), element


def test_form_factors_decrease_from_the_number_of_electrons() -> None:
    q = np.linspace(0, 25, 60)
    tabulated = _tables()["xray"]["coefficients"]
    assert {"Li", "P", "O", "N", "Si", "B", "Al", "W"} <= tabulated.keys()
    for element in tabulated:
        values = xray_form_factor(element, q)
        assert values[0] == pytest.approx(Element(element).Z, abs=0.05), element
        assert (np.diff(values) < 1e-3).all(), element
        assert 0 < values[-1] < 0.35 * values[0], element


def test_untabulated_elements_are_left_out_and_named() -> None:
    structure = Structure(Lattice.cubic(4), ["Xe"], [[0, 0, 0]])
    notes: list[str] = []
    found = fingerprint([frames_of_structures(structure)], notes=notes)
    assert found.scattering == []
    assert "no neutron functions: Xe is not tabulated here" in notes
    with pytest.raises(ValueError, match="no x-ray form factor of Xe here; of Li, B"):
        xray_form_factor("Xe", np.zeros(1))


def test_isotopes_replace_elements() -> None:
    assert neutron_lengths(["Li"], {})["Li"] == -1.90
    assert neutron_lengths(["Li"], {"Li": "6Li"})["Li"] == 2.0
    with pytest.raises(ValueError, match="no neutron scattering length of 9Li here"):
        neutron_lengths(["Li"], {"Li": "9Li"})


def test_options_are_validated_and_reported() -> None:
    with pytest.raises(ValidationError, match="q_min = 30 1/Å is not below q_max = 25 1/Å"):
        Experiment(q_min=30)
    text = Experiment(q_max=20, window="lorch", q_damp=0.02, isotopes={"Li": "7Li"}).text
    assert text == "q = 0 to 20 1/Å, window of Lorch, q_damp 0.02 1/Å, 7Li for Li"
