"""The fast CHGNet calculator against chgnet's own, and its forces against its energy."""

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from ase.units import GPa
from chgnet.model.dynamics import CHGNetCalculator
from derivatives import assert_derivatives_of_energy, distorted
from pymatgen.core import Lattice, Structure

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.model import FastModel
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase

ENERGY = 2e-6  # eV/atom: single precision
FORCE = 1e-4  # eV/Å, error allowed for the sake of speed
DOUBLE = 1e-5  # eV/Å, from the same model in double precision
STRESS = 1e-3  # GPa
MOMENT = 1e-5  # µB


def nickel_oxide() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


@pytest.mark.parametrize(
    ("weights", "structure"),
    [
        ("0.3.0", phase("Li3PO4_beta").structure()),
        ("0.3.0", nickel_oxide()),
        ("0.3.0", bcc_lithium()),  # images of two atoms only
        ("0.2.0", bcc_lithium()),
        ("r2scan", bcc_lithium()),
    ],
)
def test_results_agree_with_chgnet(weights: str, structure: Structure) -> None:
    from chgnet.model import CHGNet

    atoms = distorted(structure)
    reference = atoms.copy()
    model = CHGNet.load(model_name=weights, verbose=False, use_device="cpu")
    reference.calc = CHGNetCalculator(model, use_device="cpu")
    atoms.calc = FastCHGNet(weights, magmoms=True)
    n_atoms = len(atoms)
    energy = reference.get_potential_energy()
    assert atoms.get_potential_energy() == pytest.approx(energy, abs=ENERGY * n_atoms)
    np.testing.assert_allclose(atoms.get_forces(), reference.get_forces(), atol=FORCE, rtol=0)
    np.testing.assert_allclose(
        atoms.get_stress() / GPa, reference.get_stress() / GPa, atol=STRESS, rtol=0
    )
    moments = atoms.calc.results["magmoms"]
    np.testing.assert_allclose(moments, reference.calc.results["magmoms"], atol=MOMENT)
    assert np.abs(atoms.get_forces()).max() > 500 * FORCE


def test_forces_are_more_precise_than_those_of_chgnet() -> None:
    from chgnet.model import CHGNet

    atoms = distorted(phase("Li3PO4_beta").structure())
    reference, exact = atoms.copy(), atoms.copy()
    atoms.calc = FastCHGNet()
    reference.calc = CHGNetCalculator(use_device="cpu")
    exact.calc = FastCHGNet()
    double = CHGNet.load(verbose=False, use_device="cpu").eval().double()
    exact.calc._loaded = exact.calc._loaded._replace(model=FastModel(double))
    error = np.abs(atoms.get_forces() - exact.get_forces()).max()
    assert 0 < error < DOUBLE
    assert error < 0.5 * np.abs(reference.get_forces() - exact.get_forces()).max()


def test_forces_and_stress_are_derivatives_of_the_energy() -> None:
    atoms = distorted(nickel_oxide())
    atoms.calc = FastCHGNet()
    assert_derivatives_of_energy(atoms, force=2e-3, stress=5e-3)


def test_results_do_not_depend_on_earlier_calculations() -> None:
    atoms = distorted(nickel_oxide())
    atoms.calc = FastCHGNet()
    atoms.get_forces()
    atoms.positions[0] += 0.05
    fresh = atoms.copy()
    fresh.calc = FastCHGNet()
    np.testing.assert_array_equal(atoms.get_forces(), fresh.get_forces())
    assert atoms.get_potential_energy() == fresh.get_potential_energy()


def test_moments_are_computed_on_request_only() -> None:
    atoms = distorted(nickel_oxide())
    atoms.calc = FastCHGNet()
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_magnetic_moments()


def test_isolated_atom_is_refused_by_default() -> None:
    atoms = Atoms("Li2O", [[0, 0, 0], [1.6, 0, 0], [10, 0, 0]], cell=[20] * 3, pbc=True)
    atoms.calc = FastCHGNet()
    with pytest.raises(ValueError, match="atom 2 has no neighbour within 6 Å"):
        atoms.get_potential_energy()
    reference = atoms.copy()
    reference.calc = CHGNetCalculator(use_device="cpu", on_isolated_atoms="ignore")
    atoms.calc = FastCHGNet(lone_atoms=True)
    energy = reference.get_potential_energy()
    assert atoms.get_potential_energy() == pytest.approx(energy, abs=3 * ENERGY)
    np.testing.assert_allclose(atoms.get_forces(), reference.get_forces(), atol=FORCE)
