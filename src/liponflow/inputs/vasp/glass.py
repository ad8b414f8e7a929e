"""VASP input sets of the glass campaign."""

from collections.abc import Mapping

from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.ionic import relaxation_limits


def relax_set(parameters: GlassParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of cell and ions.

    Parameters
    ----------
    parameters
        Parameters of the campaign.

    Returns
    -------
    CitedInputGenerator
        atomate2's generator, with a source for every value.
    """
    data = load_data(TOPIC)["vasp"]
    ionic = relaxation_limits(parameters.force_limit, parameters.max_steps)
    return cited_generator(data["incar"] | data["relax"] | ionic, data["kpoints"], data["potcar"])


def static_set() -> CitedInputGenerator:
    """Return the VASP inputs of a static calculation; see :func:`relax_set`."""
    data = load_data(TOPIC)["vasp"]
    return cited_generator(data["incar"] | data["static"], data["kpoints"], data["potcar"])


def md_incar() -> Mapping[str, Cited]:
    """Return the INCAR of molecular dynamics, without what the stages of the protocol set."""
    incar: Mapping[str, Cited] = load_data(TOPIC)["vasp"]["md"]
    return incar
