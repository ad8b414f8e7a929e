"""VASP input sets of the stability campaign, on the energy scale of the Materials Project."""

from dataclasses import replace
from pathlib import Path

from pymatgen.core.structure import Structure

from liponflow.inputs.compounds import is_metal
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.stability import TOPIC, StabilityParameters
from liponflow.inputs.vasp.compare import read_poscar
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.ionic import relaxation_limits

DEFAULT_MOMENT = 0.6
"""µB, pymatgen's moment for elements that have none in the input set."""


def relax_set(parameters: StabilityParameters) -> CitedInputGenerator:
    """Return the VASP inputs of a relaxation on the energy scale of the Materials Project.

    Parameters
    ----------
    parameters
        Parameters of the campaign.

    Returns
    -------
    CitedInputGenerator
        As pymatgen's MPRelaxSet, except for the force limit, which only tightens it.
    """
    return _set("relax", relaxation_limits(parameters.force_limit, parameters.max_steps))


def static_set() -> CitedInputGenerator:
    """Return the VASP inputs of a static calculation; see :func:`relax_set`."""
    return _set("static", {})


def phonon_relax_set(
    structure: Structure, force_limit: float, max_steps: int
) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation before atoms are displaced.

    Parameters
    ----------
    structure
        The crystal, or any cell of it: metals have a broader smearing and more k-points.
    force_limit, max_steps
        Largest force (eV/Å) of the relaxed crystal, and most ionic steps.
    """
    ionic = relaxation_limits(force_limit, max_steps)
    precise = {"EDIFF": load_data(TOPIC)["vasp"]["phonons"]["EDIFF"]}
    return _phonon_set("relax", ionic | precise, structure)


def phonon_static_set(structure: Structure) -> CitedInputGenerator:
    """Return the VASP inputs of a supercell with a displaced atom; see phonon_relax_set."""
    return _phonon_set("phonons", {}, structure)


def initial_moments(directory: Path) -> dict[str, float]:
    """Return the initial moments (µB) of the input sets for the elements of a POSCAR.

    Raises
    ------
    ParameterError
        If the directory has no POSCAR.
    """
    known = load_data(TOPIC)["vasp"]["incar"]["MAGMOM"]["value"]
    elements = read_poscar(directory).structure.composition.elements
    return {e.symbol: known.get(e.symbol, DEFAULT_MOMENT) for e in elements}


def _phonon_set(task: str, more: dict[str, Cited], structure: Structure) -> CitedInputGenerator:
    if is_metal(structure):
        sets = _set(task, more | load_data(TOPIC)["vasp"]["metal"], kpoints="metal_kpoints")
    else:
        sets = _set(task, more)
    return replace(sets, spin_if_needed=True)


def _set(task: str, more: dict[str, Cited], kpoints: str = "kpoints") -> CitedInputGenerator:
    data = load_data(TOPIC)["vasp"]
    generator = cited_generator(
        data["incar"] | data[task] | more,
        # Replaced below: no fixed divisions suit crystals of every size.
        Cited(value=[1, 1, 1], source=data[kpoints]["source"]),
        data["potcar"],
    )
    density = {"reciprocal_density": data[kpoints]["value"]}
    return replace(generator, user_kpoints_settings=density)
