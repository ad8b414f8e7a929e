"""Conversion of structures to atoms and back, with velocities."""

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from pymatgen.core import Lattice, Structure

from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.summary import final_structure, to_atoms
from liponflow.inputs.protocol import Stage

SALT = Structure(
    Lattice.cubic(4.2),
    ["Cu", "Au"],
    [[0, 0, 0], [0.5, 0.5, 0.5]],
    site_properties={"unit": [3, 4]},
)


def test_velocities_are_read_in_angstrom_per_fs() -> None:
    moving = SALT.copy().add_site_property("velocities", [[0.01, 0, 0], [0, -0.02, 0]])
    atoms = to_atoms(moving)
    np.testing.assert_allclose(atoms.get_velocities()[1], [0, -0.02 / units.fs, 0])
    assert not to_atoms(SALT).get_momenta().any()


def test_structure_from_atoms_keeps_properties_and_is_wrapped() -> None:
    moving = SALT.copy().add_site_property("velocities", [[0.01, 0, 0], [0, -0.02, 0]])
    hold = Stage(name="hold", ensemble="nve", temperature=1, duration=1, time_step=1)
    state = Dynamics([hold], EMT).begin(to_atoms(moving))
    state.positions[0] += [-4.3, 0, 0]
    back = final_structure(moving, state)
    assert back.species == SALT.species
    assert back.site_properties["unit"] == [3, 4]
    np.testing.assert_allclose(back.site_properties["velocities"], [[0.01, 0, 0], [0, -0.02, 0]])
    np.testing.assert_allclose(back.cart_coords[0], [4.1, 0, 0])
