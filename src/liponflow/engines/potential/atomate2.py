"""The machine-learned potentials that atomate2 knows by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from ase.calculators.calculator import Calculator
from jobflow import Maker

from liponflow.analysis.energy_scale import PBE_OR_PBE_U, UNCORRECTED
from liponflow.analysis.result import EngineInfo
from liponflow.diagnosis import Finding, State
from liponflow.engines import device
from liponflow.engines.calculators import AS_INSTALLED, CalculatorSpec, weights_of
from liponflow.engines.potential import mptrj
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.settings import Settings

if TYPE_CHECKING:
    from atomate2.forcefields.utils import MLFF

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

TAKE_DEVICE = frozenset(
    {
        "MACE-MP-0",
        "MACE-MP-0b3",
        "MACE-MPA-0",
        "MatterSim",
        "Nequip",
        "Allegro",
        "SevenNet",
        "UPET",
    }
)
"""Potentials whose calculators take the argument ``device``."""

NO_WEIGHTS = frozenset({"Allegro", "DeepMD", "GAP", "NEP", "Nequip"})
"""Architectures without universal weights: atomate2 needs the file of a fitted potential."""


FUNCTIONALS = {
    "M3GNet": "PBE (MatPES)",
    "MACE-MP-0": mptrj.FUNCTIONAL,
    "MACE-MP-0b3": mptrj.FUNCTIONAL,
    "MACE-MPA-0": f"{PBE_OR_PBE_U} (MPtrj, sAlex)",
    "MatPES-PBE": "PBE (MatPES)",
    "MatPES-r2SCAN": "r2SCAN (MatPES)",
    "SevenNet": mptrj.FUNCTIONAL,
}
"""Functionals of the data of the weights that atomate2 loads unless arguments name others.

Of the other potentials it depends on the installed version. Sources: the weights that
``atomate2.forcefields.utils.ase_calculator`` of atomate2 0.1.5 names; for MACE the table of models
in the README of github.com/ACEsuit/mace-foundations; for MatPES A. Kaplan et al.,
arXiv:2503.04070; for SevenNet :mod:`liponflow.engines.sevennet.weights`.
"""

ENERGY_SCALES = {"SevenNet": UNCORRECTED}
"""Scales of their total energies, as far as they are stated."""


@dataclass(frozen=True)
class Atomate2Engine(PotentialEngine):
    """A potential of atomate2, registered under the name that atomate2 gives it."""

    method: ClassVar[str | None] = None

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:
        """See Engine."""
        if name in NO_WEIGHTS:
            why = "it has no universal potential; name the calculator of a fitted one by"
            return [f"{why} --engine module:Class --engine-set KEY=VALUE"]
        module, package = REQUIREMENTS[name]
        if find_spec(module) is None:
            return [f"it is not installed; install it with: pip install {package}"]
        return super().requirements(name, settings) if name in TAKE_DEVICE else []

    @classmethod
    def diagnose(cls, name: str, settings: Settings) -> list[Finding]:
        """See Engine; an architecture without weights lacks nothing that could be installed."""
        if name in NO_WEIGHTS:
            return [Finding(name, State.NOTE, text) for text in cls.requirements(name, settings)]
        return super().diagnose(name, settings)

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:
        """See PotentialEngine."""
        from atomate2.forcefields.utils import ForceFieldMixin

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
        from atomate2.forcefields.utils import MLFF

        return str(MLFF(name))

    @property
    def mlff(self) -> "MLFF":
        """atomate2's name."""
        from atomate2.forcefields.utils import MLFF

        return MLFF(self.name)

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine; the user's arguments replace atomate2's."""
        return self.other_weights(self.name, self.options.arguments)

    def describe(self) -> EngineInfo:
        """See Engine; the version is known once the potential is loaded."""
        weights = weights_of(self.options.arguments)
        return EngineInfo(
            name=self.name,
            version=AS_INSTALLED,
            weights=None if weights is None else weights.label,
            weights_hash=None if weights is None else weights.digest,
            functional=None if self.options.arguments else FUNCTIONALS.get(self.name),
            energy_scale=None if self.options.arguments else ENERGY_SCALES.get(self.name),
            arguments=dict(self.options.arguments) or None,
            surrogate=True,
        )

    @classmethod
    def other_weights(cls, name: str, arguments: Mapping[str, Any]) -> CalculatorSpec:
        """See PotentialEngine; the arguments are those of atomate2's calculator."""
        from atomate2.forcefields.jobs import ForceFieldStaticMaker
        from atomate2.forcefields.utils import MLFF

        maker = ForceFieldStaticMaker(
            force_field_name=MLFF(name), calculator_kwargs=dict(arguments)
        )
        described: dict[str, Any] = {"name": name, "arguments": maker.calculator_kwargs}
        if name in TAKE_DEVICE:
            described |= {device.ARGUMENT: maker.calculator_kwargs.pop(device.ARGUMENT, None)}
            return CalculatorSpec(force_field_on, described)
        return CalculatorSpec(force_field, described)


def force_field(name: str, arguments: dict[str, Any]) -> Calculator:
    """Return a potential of atomate2, loaded once per process: weights are large."""
    return _loaded(name, json.dumps(arguments, sort_keys=True))


def force_field_on(name: str, arguments: dict[str, Any], device: str | None = None) -> Calculator:
    """Return a potential of atomate2 on a device; see :func:`force_field`."""
    return force_field(name, arguments | ({} if device is None else {"device": device}))


@cache
def _loaded(name: str, arguments: str) -> Calculator:
    from atomate2.forcefields.utils import MLFF, ase_calculator

    calculator = ase_calculator(MLFF(name), **json.loads(arguments))
    assert calculator is not None  # noqa: S101 - it raises for unknown names
    return calculator
