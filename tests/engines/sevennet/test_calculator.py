"""The fast SevenNet calculator against sevenn's own, and its forces against its energy."""

import warnings

import numpy as np
import pytest
from ase import Atoms
from ase.units import GPa
from derivatives import assert_derivatives_of_energy, distorted

from liponflow.engines.sevennet.calculator import FastSevenNet, load, sevenn_layers
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase

ENERGY = 2e-6  # eV/atom: single precision
FORCE = 2e-5  # eV/Å, likewise
STRESS = 1e-4  # GPa


def assert_agrees_with_sevenn(atoms: Atoms, model: str, modal: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sevenn.calculator import SevenNetCalculator

        own = SevenNetCalculator(
            sevenn_layers(model), file_type="model_instance", modal=modal, device="cpu"
        )
    reference = atoms.copy()
    reference.calc = own
    atoms.calc = FastSevenNet(model, modal, lone_atoms=True)
    energy = reference.get_potential_energy()
    assert atoms.get_potential_energy() == pytest.approx(energy, abs=ENERGY * len(atoms))
    np.testing.assert_allclose(atoms.get_forces(), reference.get_forces(), atol=FORCE, rtol=0)
    np.testing.assert_allclose(
        atoms.get_stress() / GPa, reference.get_stress() / GPa, atol=STRESS, rtol=0
    )


@pytest.mark.parametrize(
    ("model", "modal"),
    [("7net-0", None), ("7net-mf-0", "PBE"), ("7net-mf-0", "R2SCAN"), ("7net-l3i5", None)],
)
def test_results_agree_with_sevenn(model: str, modal: str | None) -> None:
    atoms = distorted(phase("Li3PO4_beta").structure())
    assert_agrees_with_sevenn(atoms, model, modal)
    assert np.abs(atoms.get_forces()).max() > 1000 * FORCE


def test_images_of_two_atoms_agree_with_sevenn() -> None:
    assert_agrees_with_sevenn(distorted(bcc_lithium()), "7net-0", None)


def test_cells_with_lone_atoms_agree_with_sevenn_where_allowed() -> None:
    atoms = Atoms("Li2O", [[0, 0, 0], [1.6, 0, 0], [10, 0, 0]], cell=[20] * 3, pbc=True)
    assert_agrees_with_sevenn(atoms, "7net-0", None)
    atoms.calc = FastSevenNet()
    with pytest.raises(ValueError, match="atom 2 has no neighbour within 5 Å"):
        atoms.get_potential_energy()


def test_forces_and_stress_are_derivatives_of_the_energy() -> None:
    atoms = distorted(bcc_lithium())
    atoms.calc = FastSevenNet()
    assert_derivatives_of_energy(atoms, force=5e-3, stress=1e-2)


def test_results_do_not_depend_on_earlier_calculations() -> None:
    atoms = distorted(bcc_lithium())
    atoms.calc = FastSevenNet()
    atoms.get_forces()
    atoms.positions[0] += 0.05
    fresh = atoms.copy()
    fresh.calc = FastSevenNet()
    np.testing.assert_array_equal(atoms.get_forces(), fresh.get_forces())
    assert atoms.get_potential_energy() == fresh.get_potential_energy()


def test_unknown_elements_are_refused() -> None:
    atoms = Atoms("PoO", [[0, 0, 0], [2, 0, 0]], cell=[4] * 3, pbc=True)
    atoms.calc = FastSevenNet()
    with pytest.raises(ValueError, match=r"no parameters for Po"):
        atoms.get_potential_energy()


@pytest.mark.parametrize(
    ("model", "modal", "message"),
    [
        ("7net-0", "PBE", "modal=PBE: these weights .* have no channels"),
        ("7net-mf-0", None, "are PBE, R2SCAN: choose one"),
        ("7net-mf-0", "HSE06", "modal=HSE06: the channels .* are PBE, R2SCAN"),
        ("7net-9", None, "7net-9 is neither a file nor the name"),
    ],
)
def test_unknown_weights_and_channels_are_refused(
    model: str, modal: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load(model, modal)
