"""The machine-learned potentials that atomate2 knows by name."""

from dataclasses import dataclass
from typing import Any

from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker
from atomate2.forcefields.utils import MLFF
from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.potential.engine import IONIC_STEP_DATA, PotentialEngine


@dataclass(frozen=True)
class Atomate2Engine(PotentialEngine):
    """A potential of atomate2, registered under the name that atomate2 gives it."""

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
