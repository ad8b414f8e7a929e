"""VASP input sets of the interface campaign: those of the glass, at a fixed cell.

A structure with the metals of the cathode has their spins, starting moments and U too.
"""

from pymatgen.core.structure import Structure

from liponflow.inputs.glass import TOPIC as OF_THE_GLASS
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.glass import md_incar
from liponflow.inputs.vasp.ionic import relaxation_limits
from liponflow.inputs.vasp.open_shells import open_shells, refuse, without_values
from liponflow.inputs.vasp.sets import VaspSets

_FIXED = {"ISIF": Cited(value=2, source="our choice: ions only, in the cell of the stack")}


def interface_sets(force_limit: float, max_steps: int, structure: Structure) -> VaspSets:
    """Return the sets of an interface.

    Parameters
    ----------
    force_limit
        Largest force of the relaxation of ions, eV/Å.
    max_steps
        Its ionic steps.
    structure
        The stack.

    Returns
    -------
    VaspSets
        They refuse a structure with another transition metal than those of the cathode.
    """
    metals = open_shells(structure)
    limits = relaxation_limits(force_limit, max_steps)
    return VaspSets(
        relax=_generator("relax", {**_FIXED, **limits, **metals}),
        static=_generator("static", metals),
        md_incar={**md_incar(), **metals},
        functional="PBE+U" if metals else "PBE",
        check=check_metals,
    )


def check_metals(structure: Structure) -> None:
    """Refuse a transition metal without a starting moment and U.

    Raises
    ------
    ValueError
        If there is one.
    """
    refuse(without_values(structure), "an interface")


def _generator(task: str, more: dict[str, Cited]) -> CitedInputGenerator:
    data = load_data(OF_THE_GLASS)["vasp"]
    incar = data["incar"] | data[task] | more
    return cited_generator(incar, data["kpoints"], data["potcar"])
