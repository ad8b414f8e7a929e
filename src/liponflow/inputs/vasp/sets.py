"""The VASP input sets of a topic, in one object for the engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atomate2.vasp.sets.base import VaspInputGenerator
from pymatgen.core.structure import Structure

from liponflow.inputs.presets import Cited

FAMILY = "vasp"
"""Key of these sets among the inputs of an engine."""


@dataclass(frozen=True)
class VaspSets:
    """Input sets of a topic for VASP.

    Attributes
    ----------
    relax, static
        Generators of relaxations and static calculations.
    md_incar
        INCAR values that replace those of atomate2's molecular dynamics, with their sources.
    md_config
        Configuration, with the potentials, of the set for molecular dynamics; atomate2's if None.
    band
        Generator of bands (IMAGES, force limit and steps are added); atomate2's if None.
    functional
        Exchange-correlation functional of these sets, for the record.
    check
        Function that raises a ValueError for a structure that the sets do not fit.
    """

    relax: VaspInputGenerator
    static: VaspInputGenerator
    md_incar: Mapping[str, Cited] = field(default_factory=dict)
    md_config: Mapping[str, Any] | None = None
    band: VaspInputGenerator | None = None
    functional: str = "PBE+U"
    check: Callable[[Structure], None] | None = None
