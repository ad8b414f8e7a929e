"""INCARs of the stages of a protocol."""

from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.inputs.protocol import Stage
from liponflow.inputs.vasp.md import StageSetGenerator, thermostat_incar

ROCK_SALT = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)


def incar(ensemble: str, **changes: Any) -> dict[str, Any]:
    stage = Stage(name="s", ensemble=ensemble, temperature=300, duration=1, time_step=1, **changes)
    generator = StageSetGenerator(ensemble=ensemble, thermostat=thermostat_incar(stage))
    return dict(generator.get_input_set(ROCK_SALT, potcar_spec=True).incar)


def test_nve_has_no_thermostat() -> None:
    found = incar("nve")
    assert (found["MDALGO"], found["ANDERSEN_PROB"], found["ISIF"]) == (1, 0, 2)


def test_nose_hoover_uses_the_default_mass_of_vasp() -> None:
    found = incar("nvt", thermostat="nose-hoover")
    assert (found["MDALGO"], found["SMASS"], found["ISIF"]) == (2, 0, 2)


def test_langevin_sets_a_friction_per_element() -> None:
    found = incar("nvt", friction=5)
    assert (found["MDALGO"], found["ISIF"]) == (3, 2)
    assert found["LANGEVIN_GAMMA"] == [5, 5]
    assert "SMASS" not in found


def test_npt_sets_pressure_in_kbar_and_barostat_friction() -> None:
    found = incar("npt", pressure=0.5, barostat_time=500)
    assert (found["MDALGO"], found["ISIF"], found["PSTRESS"]) == (3, 3, 5)
    assert found["LANGEVIN_GAMMA"] == [10, 10]
    assert found["LANGEVIN_GAMMA_L"] == 2


def test_bussi_thermostat_uses_csvr() -> None:
    found = incar("nvt", thermostat="bussi", thermostat_time=80)
    assert (found["MDALGO"], found["CSVR_PERIOD"]) == (5, 80)
    assert "SMASS" not in found


def test_nose_hoover_barostat_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'s': VASP has no Nosé-Hoover barostat; set thermostat"):
        incar("npt", thermostat="nose-hoover")
