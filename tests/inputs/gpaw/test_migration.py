"""GPAW settings of migration: those of a metal, or of a compound with its open shells."""

import pytest
from pymatgen.core import Structure

from liponflow.inputs.gpaw.migration import COMPOUND, migration_inputs
from liponflow.inputs.gpaw.settings import FAMILY, GpawSettings, topic_settings
from liponflow.inputs.migration import TOPIC
from liponflow.inputs.vasp.migration import functional
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase


def settings(host: Structure | None, preset: str = "quick") -> GpawSettings:
    return migration_inputs(preset, host)[FAMILY].settings


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_metal_keeps_the_settings_of_lithium(preset: str) -> None:
    doped = bcc_lithium() * (3, 3, 3)
    doped.append("N", [0.1, 0.2, 0.3])
    metal = topic_settings(TOPIC, preset)
    assert (metal.smearing, metal.width) == ("methfessel-paxton", 0.2)
    for host in (None, bcc_lithium(), doped):
        assert settings(host, preset) == metal


@pytest.mark.parametrize("preset", ["quick", "paper"])
@pytest.mark.parametrize("name", ["Li3PO4_gamma", "LiCoO2", "Li3N_alpha"])
def test_compound_has_those_of_an_insulator(name: str, preset: str) -> None:
    host = phase(name).primitive()
    found = settings(host, preset)
    # Methfessel-Paxton occupations can be negative in a gap.
    assert (found.smearing, found.width, found.gamma) == ("fermi-dirac", 0.05, True)
    assert found == topic_settings(COMPOUND, preset).replaced({"hubbard_u": found.hubbard_u})
    assert found.functional_with_u.startswith(functional(host))
    assert bool(found.hubbard_u) == (name == "LiCoO2")


def test_cell_of_a_host_keeps_the_density_of_the_mesh() -> None:
    found = migration_inputs("quick", phase("LiCoO2").primitive(), reference_cell=True)[FAMILY]
    assert found.replaced({"kpts": "2,2,2"}).kpts == found.settings.kpts
