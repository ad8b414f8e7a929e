"""VASP input sets of molecular dynamics: segments, and the stages of a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atomate2.vasp.sets.core import MDSetGenerator
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import VaspInput

from liponflow.inputs.presets import Cited, values
from liponflow.inputs.protocol import Stage
from liponflow.inputs.vasp.electrons import changes
from liponflow.units import FS_PER_PS, KBAR_PER_GPA

_STATE = ("predictor_corrector_preamble", "lattice_velocities")
"""Properties in which pymatgen stores the parts of a POSCAR that are not per site."""


def without_state(structure: Structure) -> Structure:
    """Return the end of a run without the state of its thermostat and barostat."""
    bare = structure.copy()
    bare.properties = {key: value for key, value in bare.properties.items() if key not in _STATE}
    for site in bare:
        site.properties.pop("predictor_corrector", None)
    return bare


@dataclass
class SegmentSetGenerator(MDSetGenerator):
    """atomate2's MD set of a run that may continue another.

    After the velocities, the CONTCAR of a dynamics run holds predictor-corrector coordinates with
    the state of a Nosé thermostat, and the velocities of the lattice. They are copied to the
    POSCAR of a run that continues it with the same thermostat. A run with another thermostat must
    omit them, or VASP crashes (https://www.vasp.at/wiki/CONTCAR).

    Attributes
    ----------
    continues
        Whether the run continues the thermostat and barostat of the run before.
    """

    continues: bool = False

    def get_input_set(
        self, structure: Structure | None = None, *arguments: Any, **options: Any
    ) -> VaspInput:
        """See atomate2; velocities are always kept."""
        if structure is not None and not self.continues:
            structure = without_state(structure)
        files: VaspInput = super().get_input_set(structure, *arguments, **options)
        files["INCAR"].update(values(self._changes(files["INCAR"])))
        return files

    def changes(self, structure: Structure) -> dict[str, Cited]:
        """Return the INCAR values that this structure changes in the set, with the reasons."""
        files = super().get_input_set(structure.get_sorted_structure(), potcar_spec=True)
        return self._changes(files["INCAR"])

    def _changes(self, incar: Mapping[str, Any]) -> dict[str, Cited]:
        return changes(self.structure, incar, self.potcar_symbols)


@dataclass
class StageSetGenerator(SegmentSetGenerator):
    """atomate2's MD set with the thermostat and the pressure of a stage.

    Attributes
    ----------
    thermostat
        INCAR values of the thermostat; ``LANGEVIN_GAMMA`` is one friction for all elements.
    """

    thermostat: Mapping[str, Any] = field(default_factory=dict)

    @property
    def incar_updates(self) -> dict[str, Any]:
        """See atomate2; only here is the number of elements known."""
        updates: dict[str, Any] = super().incar_updates | dict(self.thermostat)
        if "LANGEVIN_GAMMA" in self.thermostat and self.structure is not None:
            n_elements = len(self.structure.composition.elements)
            updates["LANGEVIN_GAMMA"] = [self.thermostat["LANGEVIN_GAMMA"]] * n_elements
        return updates


def thermostat_incar(stage: Stage) -> dict[str, Any]:
    """Return the INCAR values of the thermostat and barostat of a stage.

    Parameters
    ----------
    stage
        The stage.

    Returns
    -------
    dict
        Values that replace atomate2's for the ensemble; None removes a key.

    Raises
    ------
    ValueError
        For Nosé-Hoover dynamics at constant pressure, which VASP does not have.

    Notes
    -----
    See the VASP wiki, "MDALGO": 2 is Nosé's thermostat, here with the period of 40 steps that
    ``SMASS = 0`` asks for, 3 is Langevin's, whose barostat also changes the shape of the cell, 5
    is stochastic velocity rescaling (Bussi).

    Examples
    --------
    >>> hold = Stage(name="hold", ensemble="nvt", temperature=300, duration=1, time_step=1)
    >>> thermostat_incar(hold)
    {'MDALGO': 3, 'SMASS': None, 'LANGEVIN_GAMMA': 10.0}
    """
    if stage.ensemble == "nve":
        return {}
    match stage.thermostat:
        case "langevin" if stage.ensemble == "nvt":
            return {"MDALGO": 3, "SMASS": None, "LANGEVIN_GAMMA": stage.friction}
        case "langevin":
            return {
                "LANGEVIN_GAMMA": stage.friction,
                "LANGEVIN_GAMMA_L": FS_PER_PS / stage.barostat_time,
                "PSTRESS": stage.pressure * KBAR_PER_GPA,
            }
        case "bussi":
            return {"MDALGO": 5, "SMASS": None, "CSVR_PERIOD": stage.thermostat_time}
        case _ if stage.ensemble == "npt":
            raise ValueError(
                f"stage {stage.name!r}: VASP has no Nosé-Hoover barostat; "
                "set thermostat = langevin"
            )
        case _:
            return {}
