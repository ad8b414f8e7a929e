"""The machine-learned potentials that atomate2 knows by name."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker
from atomate2.forcefields.utils import MLFF, ForceFieldMixin
from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.potential.engine import IONIC_STEP_DATA, PotentialEngine
from liponflow.settings import Settings

REQUIREMENTS = {
    "DeepMD": ("deepmd", "deepmd-kit"),
    "FAIRChem": ("fairchem", "fairchem-core"),
    "GAP": ("quippy", "quippy-ase"),
    "M3GNet": ("matgl", "matgl"),
    "MACE-MP-0": ("mace", "mace-torch"),
    "MACE-MP-0b3": ("mace", "mace-torch"),
    "MACE-MPA-0": ("mace", "mace-torch"),
    "MatPES-PBE": ("matgl", "matgl"),
    "MatPES-r2SCAN": ("matgl", "matgl"),
    "MatterSim": ("mattersim", "mattersim"),
    "NEP": ("calorine", "calorine"),
    "Nequip": ("nequip", "nequip"),
    "Allegro": ("nequip", "nequip nequip-allegro"),
    "SevenNet": ("sevenn", "sevenn"),
    "UPET": ("upet", "upet"),
}
"""Module that ``atomate2.forcefields.utils.ase_calculator`` imports for each potential, and what
to install for it."""

NO_WEIGHTS = frozenset({"Allegro", "DeepMD", "GAP", "NEP", "Nequip"})
"""Architectures without universal weights: atomate2 needs the file of a fitted potential."""


@dataclass(frozen=True)
class Atomate2Engine(PotentialEngine):
    """A potential of atomate2, registered under the name that atomate2 gives it."""

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """See Engine."""
        if name in NO_WEIGHTS:
            why = "it has no universal potential, and a campaign cannot be given a fitted one"
            return [f"{why}; use another engine"]
        module, package = REQUIREMENTS[name]
        if find_spec(module) is None:
            return [f"it is not installed; install it with: pip install {package}"]
        return []

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:
        """See PotentialEngine."""
        name = str(maker.mlff.value) if isinstance(maker, ForceFieldMixin) else None
        return name if name in REQUIREMENTS else None

    @classmethod
    def stored_name(cls, name: str) -> str:
        """See PotentialEngine.

        Examples
        --------
        >>> Atomate2Engine.stored_name("MACE-MP-0")
        'MLFF.MACE_MP_0'
        """
        return str(MLFF(name))

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(name=self.name, version="as installed", surrogate=True)

    def _relax_maker(self, **options: Any) -> Maker:
        return ForceFieldRelaxMaker(
            force_field_name=MLFF(self.name), ionic_step_data=IONIC_STEP_DATA, **options
        )

    def _static_maker(self, **options: Any) -> Maker:
        return ForceFieldStaticMaker(
            force_field_name=MLFF(self.name), ionic_step_data=IONIC_STEP_DATA, **options
        )
