"""VASP input sets of the migration campaign."""

from collections.abc import Mapping
from typing import Any

from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.ionic import relaxation_limits


def host_set(parameters: MigrationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of the host's small cell, with a dense mesh."""
    data = load_data(TOPIC)["vasp"]
    return cited_generator(
        _relaxing(data, "host", parameters), data["host_kpoints"], data["potcar"]
    )


def end_point_set(parameters: MigrationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of an end point, in the cell of the host."""
    data = load_data(TOPIC)["vasp"]
    return cited_generator(
        _relaxing(data, "end_point", parameters), data["kpoints"], data["potcar"]
    )


def band_set(parameters: MigrationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of a band: a plain NEB as published, or VTST's if it climbs."""
    data = load_data(TOPIC)["vasp"]
    incar = _relaxing(data, "band", parameters)
    incar["IMAGES"] = Cited(value=parameters.images, source="parameter images")
    if parameters.climbing:
        incar |= data["climbing"]
    return cited_generator(incar, data["kpoints"], data["potcar"])


def static_set() -> CitedInputGenerator:
    """Return the VASP inputs of a static calculation in the supercell."""
    data = load_data(TOPIC)["vasp"]
    return cited_generator(data["incar"] | data["static"], data["kpoints"], data["potcar"])


def _relaxing(
    data: Mapping[str, Any], task: str, parameters: MigrationParameters
) -> dict[str, Cited]:
    """Return the INCAR of a task that moves atoms, with the limits of the parameters."""
    limits = relaxation_limits(parameters.force_limit, parameters.max_steps)
    incar: dict[str, Cited] = data["incar"] | data[task] | limits
    return incar
