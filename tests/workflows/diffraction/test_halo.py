from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.diffraction.halo_result import HaloResult
from liponflow.analysis.diffraction.halo_summary import LORCH_WIDTH
from liponflow.analysis.kinds import get_kind
from liponflow.workflows.measurement import get_measurement

EDGE, LEAST = 26.0, 3.6


@pytest.fixture(scope="module")
def spheres() -> Structure:
    """Return tetrahedra PO4 at random, whose middles are no closer than LEAST (Å)."""
    rng = np.random.default_rng(0)
    middles: list[np.ndarray] = []
    while len(middles) < 130:
        trial = rng.uniform(0, EDGE, 3)
        steps = np.array(middles).reshape(-1, 3) - trial
        steps -= EDGE * np.round(steps / EDGE)
        if not middles or np.linalg.norm(steps, axis=1).min() > LEAST:
            middles.append(trial)
    corners = 1.55 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    species, places = [], []
    for middle in middles:
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        species += ["P", "O", "O", "O", "O"]
        places += [middle, *(middle + corners @ turn)]
    return Structure(Lattice.cubic(EDGE), species, places, coords_are_cartesian=True)


@pytest.fixture(scope="module")
def measured(spheres: Structure, tmp_path_factory: pytest.TempPathFactory) -> HaloResult:
    path = tmp_path_factory.mktemp("glass") / "POSCAR"
    spheres.to(filename=str(path), fmt="poscar")
    result = get_measurement("halo").measure([path], {"r_max": "13"})
    assert isinstance(result, HaloResult)
    return result


def test_agrees_with_the_sum_over_the_vectors_of_the_cell(
    measured: HaloResult, spheres: Structure
) -> None:
    # |Σ f exp(ik·r)|² / N over all k of the periodic cell, without any pair distribution; form
    # factors are the numbers of electrons, times a falling Gaussian that S(q) divides out again.
    numbers = np.arange(-12, 13)
    vectors = np.array(np.meshgrid(numbers, numbers, numbers)).reshape(3, -1).T
    lengths = np.linalg.norm(vectors, axis=1) * 2 * np.pi / EDGE
    vectors, lengths = (
        vectors[(lengths > 0.8) & (lengths < 2.6)],
        lengths[(lengths > 0.8) & (lengths < 2.6)],
    )
    charge = np.array([site.specie.Z for site in spheres], dtype=float)
    wave = np.exp(2j * np.pi * vectors @ spheres.frac_coords.T)
    power = np.abs(wave @ charge) ** 2 / len(charge)
    s = 1 + (power - (charge**2).mean()) / charge.mean() ** 2
    edges = np.arange(0.8, 2.61, 0.15)
    middles = (edges[1:] + edges[:-1]) / 2
    direct = [s[(lengths >= a) & (lengths < b)].mean() for a, b in pairwise(edges)]
    ours = np.interp(middles, measured.q, measured.s)
    # The form factors of P and O fall alike only at small q, and the window smooths.
    assert np.corrcoef(ours, direct)[0, 1] > 0.9
    assert middles[int(np.argmax(direct))] == pytest.approx(measured.position, abs=0.2)


def test_form_factors_move_the_halo_to_smaller_angles(measured: HaloResult) -> None:
    assert measured.halo < measured.two_theta
    assert max(measured.intensity) == 1.0
    # 23 degrees at 1.54178 Å are 23.0 at 1.54184 Å.
    assert measured.published_two_theta == pytest.approx(23.0, abs=0.01)


def test_the_resolution_is_that_of_a_lorch_window() -> None:
    r = np.linspace(0, 1, 4001)
    x = np.linspace(0, 6, 3001)
    transform = np.array([np.trapezoid(np.sinc(r) * np.cos(q * r), r) for q in x])
    half = x[np.argmax(transform < transform[0] / 2)]
    assert 2 * half == pytest.approx(LORCH_WIDTH, rel=0.01)


def test_the_figure_shows_the_published_angle(measured: HaloResult) -> None:
    figure = get_kind("halo").draw(measured)["halo"]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == [f"model, {measured.halo:.1f}°", "Cheng 2023, around 23°"]
    assert HaloResult.model_validate(measured.model_dump()) == measured


def test_a_crystal_without_such_a_peak_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    rock_salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    rock_salt.to(filename=str(path), fmt="poscar")
    with pytest.raises(ValueError, match="ripples of the finite range"):
        get_measurement("halo").measure([path], {})
