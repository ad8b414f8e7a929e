import numpy as np
import pytest

from liponflow.structures.diffraction import CANDIDATES, _cells, measured_crystal
from liponflow.structures.phases import PhaseError, phase


def test_every_candidate_has_a_measured_lattice() -> None:
    for name in CANDIDATES:
        found = measured_crystal(name)
        assert found.measured, name
        assert found.source, name


@pytest.mark.parametrize("name", list(_cells()))
def test_measured_lattices_differ_from_those_of_pbe_by_its_error(name: str) -> None:
    # PBE errs by up to 3 % in length; more would be another crystal or another setting.
    ours = np.array(measured_crystal(name).structure.lattice.parameters)
    theirs = np.array(phase(name).lattice)
    np.testing.assert_allclose(ours, theirs, rtol=0.03)
    assert not np.array_equal(ours, theirs)
    np.testing.assert_allclose(
        measured_crystal(name).structure.frac_coords, phase(name).structure().frac_coords
    )


def test_says_where_the_lattice_is_computed() -> None:
    assert not measured_crystal("Li3P").measured


def test_unknown_names_are_refused() -> None:
    with pytest.raises(PhaseError, match="did you mean"):
        measured_crystal("Li_bc")
