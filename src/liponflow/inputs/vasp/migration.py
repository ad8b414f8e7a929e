"""VASP input sets of the migration campaign, for a metal or a compound as host."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pymatgen.core.structure import Structure

from liponflow.inputs.compounds import hubbard_u, is_compound
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.stability import TOPIC as COMPOUNDS
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.ionic import relaxation_limits

MAGNETIC = ("MAGMOM", "LDAU", "LDAUTYPE", "LDAUU", "LDAUJ", "LDAUL", "LMAXMIX", "LASPH")
"""Settings of the stability campaign that a compound with open shells takes."""


def functional(structure: Structure | None) -> str:
    """Return the functional of the sets of a structure."""
    return "PBE+U" if "LDAU" in _of_compound(structure) else "PBE"


def host_set(
    parameters: MigrationParameters, structure: Structure | None = None
) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of the host's small cell, with a dense mesh.

    Parameters
    ----------
    parameters
        Parameters of the campaign.
    structure
        The host, or any cell of it; Li metal by default.
    """
    return _generator(_relaxing("host", parameters), "host_kpoints", structure)


def end_point_set(
    parameters: MigrationParameters, structure: Structure | None = None
) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of an end point; see :func:`host_set`."""
    return _generator(_relaxing("end_point", parameters), "kpoints", structure)


def band_set(
    parameters: MigrationParameters, structure: Structure | None = None
) -> CitedInputGenerator:
    """Return the VASP inputs of a band: a plain NEB as published, or VTST's if it climbs."""
    incar = _relaxing("band", parameters)
    incar["IMAGES"] = Cited(value=parameters.images, source="parameter images")
    if parameters.climbing:
        incar |= load_data(TOPIC)["vasp"]["climbing"]
    return _generator(incar, "kpoints", structure)


def static_set(structure: Structure | None = None) -> CitedInputGenerator:
    """Return the VASP inputs of a static calculation in the supercell."""
    data = load_data(TOPIC)["vasp"]
    return _generator(data["incar"] | data["static"], "kpoints", structure)


def _generator(
    incar: Mapping[str, Cited], kpoints: str, structure: Structure | None
) -> CitedInputGenerator:
    data = load_data(TOPIC)["vasp"]
    made = cited_generator({**incar, **_of_compound(structure)}, data[kpoints], data["potcar"])
    if not is_compound(structure):
        return made
    density = data["compound_kpoints"]
    return replace(
        made,
        user_kpoints_settings={"reciprocal_density": density["value"]},
        sources=made.sources | {"KPOINTS": density["source"]},
    )


def _of_compound(structure: Structure | None) -> dict[str, Cited]:
    """Return what a compound has in place of the settings of a metal; nothing for a metal."""
    if structure is None or not is_compound(structure):
        return {}
    changed: dict[str, Cited] = dict(load_data(TOPIC)["vasp"]["compound"])
    known = load_data(COMPOUNDS)["vasp"]["incar"]
    elements = {element.symbol for element in structure.composition.elements}
    if not elements & known["MAGMOM"]["value"].keys():
        return changed
    taken = MAGNETIC if hubbard_u(structure) else ("MAGMOM", "LASPH")
    return changed | {"ISPIN": known["ISPIN"]} | {key: known[key] for key in taken}


def _relaxing(task: str, parameters: MigrationParameters) -> dict[str, Cited]:
    """Return the INCAR of a task that moves atoms, with the limits of the parameters."""
    data: Mapping[str, Any] = load_data(TOPIC)["vasp"]
    limits = relaxation_limits(parameters.force_limit, parameters.max_steps)
    incar: dict[str, Cited] = data["incar"] | data[task] | limits
    return incar
