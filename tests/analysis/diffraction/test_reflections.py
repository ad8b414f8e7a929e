import numpy as np
import pytest
from pymatgen.analysis.diffraction.tem import TEMCalculator
from pymatgen.analysis.diffraction.xrd import XRDCalculator
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.diffraction.reflections import reflections
from liponflow.structures.phases import phase

ROCK_SALT = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)


def test_body_centring_extinguishes_odd_sums_of_indices() -> None:
    found = reflections(phase("Li_bcc").structure(), 1.0)
    assert [found.label(n) for n in range(4)] == ["(110)", "(200)", "(211)", "(220)"]
    np.testing.assert_allclose(found.spacing[0], 3.42682 / np.sqrt(2))
    assert [len(one) for one in found.indices[:3]] == [12, 6, 24]


def test_spacings_do_not_depend_on_the_cell() -> None:
    whole = reflections(ROCK_SALT, 1.2)
    primitive = reflections(ROCK_SALT.get_primitive_structure(), 1.2)
    np.testing.assert_allclose(whole.spacing, primitive.spacing, rtol=1e-6)
    np.testing.assert_allclose(whole.intensity, primitive.intensity, rtol=1e-6)


@pytest.mark.parametrize("name", ["Li3N_alpha", "Li3P"])
def test_x_ray_intensities_agree_with_pymatgen(name: str) -> None:
    # pymatgen multiplies by the Lorentz and polarisation factor, which is divided out.
    structure = phase(name).structure()
    found = reflections(structure, 1.5, "x-ray")
    calculator = XRDCalculator("CuKa")
    pattern = calculator.get_pattern(structure, two_theta_range=(0, 60))
    theta = np.radians(np.array(pattern.x) / 2)
    factor = (1 + np.cos(2 * theta) ** 2) / (np.sin(theta) ** 2 * np.cos(theta))
    theirs = np.array(pattern.y) / factor
    for spacing, intensity in zip(pattern.d_hkls, theirs / theirs.max(), strict=True):
        near = np.abs(found.spacing / spacing - 1) < 1e-6
        assert found.intensity[near].sum() == pytest.approx(intensity, rel=2e-3, abs=2e-3)


def test_electron_intensities_agree_with_pymatgen() -> None:
    structure = phase("Li3PO4_beta").structure()
    found = reflections(structure, 2.0)
    calculator = TEMCalculator(voltage=200)
    spacings = {
        tuple(row.tolist()): float(d)
        for d, rows in zip(found.spacing, found.indices, strict=True)
        for row in rows
    }
    theirs = calculator.cell_intensity(structure, calculator.bragg_angles(spacings))
    sums = np.array([sum(theirs[tuple(row.tolist())] for row in rows) for rows in found.indices])
    np.testing.assert_allclose(found.intensity, sums / sums.max(), rtol=1e-4)


def test_refuses_cells_with_too_many_reflections() -> None:
    large = Structure(Lattice.cubic(84), ["Mg"], [[0, 0, 0]])
    with pytest.raises(ValueError, match="more than 400,000; give the primitive cell"):
        reflections(large, 1.0)
