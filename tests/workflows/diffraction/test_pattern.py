from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.diffraction.pattern_result import PatternResult
from liponflow.analysis.kinds import get_kind
from liponflow.structures.diffraction import measured_crystal
from liponflow.workflows.diffraction.pattern import ELECTRONS
from liponflow.workflows.measurement import get_measurement


@pytest.fixture
def oxide(tmp_path: Path) -> Path:
    path = tmp_path / "Li2O.cif"
    measured_crystal("Li2O").structure.to(filename=str(path))
    return path


def simulated(*files: Path, **given) -> PatternResult:
    result = get_measurement("pattern").measure(list(files), given)
    assert isinstance(result, PatternResult)
    return result


def test_angles_follow_braggs_law(oxide: Path) -> None:
    result = simulated(oxide)
    for peak in result.peaks:
        indices = [int(digit) for digit in peak.indices.strip("()")]
        spacing = 4.619 / np.linalg.norm(indices)
        assert peak.spacing == pytest.approx(spacing, rel=1e-4)
        angle = 2 * np.degrees(np.arcsin(result.wavelength / (2 * spacing)))
        assert peak.two_theta == pytest.approx(angle, abs=0.01)
    assert result.peaks[0].indices == "(111)"
    assert max(peak.intensity for peak in result.peaks) == 100.0


def test_neutrons_see_the_difference_of_lithium_and_oxygen(oxide: Path) -> None:
    # F(200) of antifluorite is 4 (b_O - 2 b_Li), and b_Li is negative: strong for neutrons, weak
    # for X-rays. F(220) is the sum, the reverse. All atoms scatter in or against one phase.
    def intensity(radiation: str, indices: str) -> float:
        found = simulated(oxide, radiation=radiation).peaks
        return next(peak.intensity for peak in found if peak.indices == indices)

    assert intensity("neutron", "(200)") == 100.0
    assert intensity("neutron", "(220)") < 10
    assert intensity("x-ray", "(200)") < 10
    b_oxygen, b_lithium = 5.803, -1.90  # fm
    angles = {"(111)": 33.606, "(200)": 39.0}
    theta = {key: np.radians(angle / 2) for key, angle in angles.items()}
    lorentz = {key: 1 / (np.sin(t) ** 2 * np.cos(t)) for key, t in theta.items()}
    ratio = 8 * b_oxygen**2 * lorentz["(111)"]
    ratio /= 6 * (b_oxygen - 2 * b_lithium) ** 2 * lorentz["(200)"]
    assert intensity("neutron", "(111)") == pytest.approx(100 * ratio, rel=0.02)


def test_the_wavelength_of_electrons_is_relativistic(oxide: Path) -> None:
    h, m, e, c = 6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458.0
    energy = e * 200e3
    expected = h / np.sqrt(2 * m * energy * (1 + energy / (2 * m * c**2))) * 1e10
    assert pytest.approx(expected, rel=1e-5) == ELECTRONS
    result = simulated(oxide, radiation="electron")
    assert result.peaks[0].two_theta == pytest.approx(np.degrees(ELECTRONS / 2.6668), abs=1e-3)


def test_draws_a_panel_with_ticks_for_each_crystal(oxide: Path, tmp_path: Path) -> None:
    other = tmp_path / "POSCAR"
    measured_crystal("Li3N_alpha").structure.to(filename=str(other), fmt="poscar")
    result = simulated(oxide, other)
    assert PatternResult.model_validate(result.model_dump()) == result
    figure = get_kind("pattern").draw(result)["pattern"]
    assert len(figure.axes) == 2
    for axes, crystal in zip(figure.axes, result.crystals, strict=True):
        ticks = axes.collections[0].get_segments()
        places = [peak.two_theta for peak in result.peaks if peak.crystal == crystal]
        np.testing.assert_allclose([tick[0][0] for tick in ticks], places)
        assert "(111)" in {text.get_text() for text in figure.axes[0].texts}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"range": ["80", "10"]}, "--range 80 10: give two angles"),
        ({"range": ["1", "2"]}, "Li2O.cif: no reflection between 2θ = 1° and 2°"),
        ({"wavelength": "0.01", "range": ["1", "170"]}, "more than 400,000; give the primitive"),
    ],
)
def test_refuses_ranges(oxide: Path, given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulated(oxide, **given)
