"""FEFF as an engine: spectra of core levels by real-space multiple scattering."""

from dataclasses import dataclass
from typing import ClassVar

from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.diagnosis import Finding, missing
from liponflow.engines.cost import CostModel
from liponflow.engines.engine import Engine, EngineError
from liponflow.engines.feff.cost import cost_model
from liponflow.engines.feff.installation import PACKAGE, command, diagnose, installed_version
from liponflow.engines.feff.maker import FeffSpectrumMaker
from liponflow.engines.feff.run import TIME_LIMIT
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.settings import Settings, load_settings


@dataclass(frozen=True)
class FeffEngine(Engine):
    """FEFF10 of the wheel feff10-rs, or any FEFF9 or FEFF10 by the setting ``feff_cmd``.

    Its argument ``time_limit`` is the longest time of a run (s), a day by default.
    """

    known_arguments: ClassVar[frozenset[str]] = frozenset({"time_limit"})

    def __post_init__(self) -> None:
        """Refuse a time limit that is not a positive number."""
        super().__post_init__()
        _ = self.time_limit

    @property
    def time_limit(self) -> float:
        """Longest time of a run (s)."""
        given = self.options.arguments.get("time_limit", TIME_LIMIT)
        if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
            raise EngineError(
                f"the argument time_limit={given!r} of {self.name} is not a time; give seconds, "
                "such as time_limit=3600"
            )
        return float(given)

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """See Engine."""
        return missing(diagnose(command(settings)))

    @classmethod
    def diagnose(cls, name: str, settings: Settings) -> list[Finding]:  # noqa: ARG003
        """See Engine."""
        return diagnose(command(settings))

    def describe(self) -> EngineInfo:
        """See Engine."""
        words = command(load_settings())
        wheel = None if words else installed_version()
        return EngineInfo(
            name=self.name,
            version=f"10 in {PACKAGE} {wheel}" if wheel else None,
            arguments=dict(self.options.arguments) or None,
            method="real-space multiple scattering",
            surrogate=False,
        )

    @classmethod
    def cost(cls, name: str) -> CostModel:  # noqa: ARG003
        """See Engine."""
        return cost_model()

    def spectrum(self, cards: SpectrumCards) -> Maker:
        """See Engine."""
        return FeffSpectrumMaker(cards, engine=self.name, time_limit=self.time_limit)
