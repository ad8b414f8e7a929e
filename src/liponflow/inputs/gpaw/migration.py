"""GPAW settings of the migration campaign, for a metal or a compound as host."""

from pymatgen.core.structure import Structure

from liponflow.inputs.compounds import hubbard_u, is_compound
from liponflow.inputs.gpaw.settings import FAMILY, GpawInputs, topic_settings
from liponflow.inputs.migration import TOPIC

COMPOUND = "migration_compound"
"""Settings of hosts with anions."""


def migration_inputs(
    preset: str, host: Structure | None, *, reference_cell: bool = False
) -> dict[str, GpawInputs]:
    """Return the settings of a host as inputs of an engine.

    Parameters
    ----------
    preset
        Preset of the campaign.
    host
        The host, or any cell of it; Li metal if None.
    reference_cell
        Whether they are for the cell of the host instead of its supercells.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> found = migration_inputs("quick", phase("LiCoO2").primitive())["gpaw"].settings
    >>> found.smearing, found.width, found.functional_with_u
    ('fermi-dirac', 0.05, 'PBE+U (Co 3.32 eV)')
    """
    if host is None or not is_compound(host):
        return {FAMILY: GpawInputs(topic_settings(TOPIC, preset), reference_cell)}
    settings = topic_settings(COMPOUND, preset).replaced({"hubbard_u": hubbard_u(host)})
    return {FAMILY: GpawInputs(settings, reference_cell)}
