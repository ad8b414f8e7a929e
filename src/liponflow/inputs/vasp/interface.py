"""VASP input sets of the interface campaign: those of the glass, at a fixed cell."""

from pymatgen.core.structure import Structure

from liponflow.inputs.glass import TOPIC as OF_THE_GLASS
from liponflow.inputs.presets import load_data
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.glass import md_incar, static_set
from liponflow.inputs.vasp.ionic import relaxation_limits
from liponflow.inputs.vasp.sets import VaspSets

_FIXED = {"ISIF": {"value": 2, "source": "our choice: ions only, in the cell of the stack"}}


def relax_set(force_limit: float, max_steps: int) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of ions.

    Parameters
    ----------
    force_limit
        Largest force, eV/Å.
    max_steps
        Ionic steps.
    """
    data = load_data(OF_THE_GLASS)["vasp"]
    ionic = relaxation_limits(force_limit, max_steps)
    sources = data["incar"] | data["relax"] | _FIXED | ionic
    return cited_generator(sources, data["kpoints"], data["potcar"])


def interface_sets(force_limit: float, max_steps: int) -> VaspSets:
    """Return the sets of an interface; see :func:`relax_set`.

    They have no spins and no U, and refuse a structure with open d shells.
    """
    return VaspSets(
        relax=relax_set(force_limit, max_steps),
        static=static_set(),
        md_incar=md_incar(),
        functional="PBE",
        check=check_closed_shells,
    )


def check_closed_shells(structure: Structure) -> None:
    """Refuse a transition metal.

    Raises
    ------
    ValueError
        If there is one.
    """
    metals = sorted(
        element.symbol for element in structure.composition if element.is_transition_metal
    )
    if metals:
        raise ValueError(
            f"VASP's sets of an interface have neither spins nor U, as {', '.join(metals)} would "
            "need: take a potential such as chgnet, whose training data have both"
        )
