"""GPAW as an engine: DFT with PAW data and plane waves, without a licence."""

# ASE's functions carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from ase.calculators.calculator import kpts2sizeandoffsets
from jobflow import Maker
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.method import Block, Method
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.diagnosis import Finding, missing
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.cost import CostModel
from liponflow.engines.engine import Engine, Hessian
from liponflow.engines.gpaw.calculator import data_sets
from liponflow.engines.gpaw.checks import (
    check_elements,
    check_functional,
    check_lithium,
    check_memory,
    check_parity,
)
from liponflow.engines.gpaw.cost import cost_model, step_seconds
from liponflow.engines.gpaw.datasets import lithium_setups
from liponflow.engines.gpaw.installation import diagnose, probed
from liponflow.engines.gpaw.local import command, installed_version, local_calculator
from liponflow.engines.gpaw.memory import needed_memory
from liponflow.engines.gpaw.size import calculation_size, moments
from liponflow.engines.memory import available_memory, is_elsewhere
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.inputs.gpaw.settings import FAMILY, GENERAL, GpawInputs, GpawSettings, gpaw_inputs
from liponflow.settings import Settings, load_settings

DUDAREV = 2
"""LDAUTYPE of VASP for the form of U that GPAW has."""

STIFFNESS = 20.0
"""Curvature (eV/Å²) that quasi-Newton steps begin with.

With ASE's 70, relaxations took more steps (CHGNet, 0.03 to 0.05 eV/Å): N and P in bcc Li 36 and 46
instead of about 20 and 28, Li3PO4 and LNMO with their cells 15 and 23 instead of 12 and 12.
"""

LONGEST_STEP = 0.1
"""Longest step of an atom (Å), half of ASE's."""

IMAGES = 64
"""Most images of a band whose wave functions are kept, if the memory allows."""


@dataclass(frozen=True)
class GpawEngine(PotentialEngine):
    """GPAW in a process of its own, with the Makers of the potentials.

    Its arguments are those of :class:`liponflow.inputs.gpaw.settings.GpawSettings`, and replace
    the settings of the topic.
    """

    on_device: ClassVar[bool] = False

    # Thousands of steps of minutes each. Run molecular dynamics with a potential.
    md = Engine.md

    def __post_init__(self) -> None:
        """Refuse arguments that GPAW's settings do not have."""
        super().__post_init__()
        _ = self.settings

    @property
    def needs_initial_moments(self) -> bool:
        """See Engine."""
        return self.settings.spin

    @property
    def settings(self) -> GpawSettings:
        """Settings of the topic, with the user's arguments."""
        given: GpawInputs | None = self.options.inputs.get(FAMILY)
        inputs = gpaw_inputs(GENERAL, "quick")[FAMILY] if given is None else given
        return inputs.replaced(self.options.arguments)

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """See Engine."""
        return missing(diagnose(command(settings)))

    @classmethod
    def diagnose(cls, name: str, settings: Settings) -> list[Finding]:  # noqa: ARG003
        """See Engine."""
        return diagnose(command(settings))

    def check(self, structure: Structure) -> None:
        """See Engine; PAW data, electrons without spin, and memory."""
        settings = self.settings
        found = probed(command(load_settings()), settings.functional)
        if found is not None:
            check_functional(settings.functional, found)
            check_elements(structure, found.electrons, found.data_of or settings.functional)
        check_lithium(structure, settings.li_electrons, settings.functional)
        check_parity(structure, polarised=any(moments(settings, structure)))
        self.check_memory(structure)

    def check_memory(self, structure: Structure) -> None:
        """See Engine."""
        if is_elsewhere():
            return
        settings, found = self.settings, probed(command(load_settings()))
        size = calculation_size(settings, structure, found.electrons if found else None)
        check_memory(
            needed_memory(size, found.ranks if found else 1),
            available_memory(),
            f"{structure.composition.formula} ({size.label})",
        )

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        # atomate2 asks for the stress of every step.
        return self._calculator(states=1, stress=True)

    def dynamics_calculator(self) -> CalculatorSpec:
        """See PotentialEngine; every image of a band keeps its wave functions."""
        return self._calculator(states=IMAGES, stress=False)

    def describe(self) -> EngineInfo:
        """See Engine."""
        settings = self.settings
        return EngineInfo(
            name=self.name,
            version=installed_version(command(load_settings())),
            functional=settings.functional_with_u,
            energy_scale=OWN,
            arguments=settings.model_dump(mode="json"),
            method=settings.label,
            surrogate=False,
        )

    def input_settings(self) -> dict[str, Any]:
        """See Engine."""
        return {"gpaw": self.settings.model_dump(mode="json")}

    def relax(
        self,
        *,
        cell: bool = True,
        max_step: float | None = None,  # noqa: ARG002 - DFT has no holes to fall into
        keep_symmetry: bool = False,
        initial_hessian: Hessian | None = None,
    ) -> Maker:
        """See Engine."""
        from liponflow.engines.potential.makers import PotentialMaker

        maker = super().relax(
            cell=cell, keep_symmetry=keep_symmetry, initial_hessian=initial_hessian
        )
        assert isinstance(maker, PotentialMaker)  # noqa: S101 - so it makes them
        maker.relax_kwargs |= {"alpha": STIFFNESS, "maxstep": LONGEST_STEP}
        return maker

    @classmethod
    def read(cls, document: Any, info: EngineInfo, force_limit: float) -> Calculation:
        """See Engine."""
        found = super().read(document, info, force_limit)
        method = recorded_method(info, found.structure)
        settings = method.settings | data_sets(found.directory)
        method = method.model_copy(update={"settings": settings})
        return found.model_copy(update={"recorded_method": method})

    @classmethod
    def sized(
        cls, calculation: PlannedCalculation, info: EngineInfo, structure: Structure
    ) -> PlannedCalculation:
        """See Engine."""
        found = probed(command(load_settings()))
        settings = GpawSettings.model_validate(info.arguments)
        size = calculation_size(settings, structure, found.electrons if found else None)
        return replace(
            calculation, kpoints=size.kpoints, spins=size.spins, effort=step_seconds(size)
        )

    @classmethod
    def cost(cls, name: str) -> CostModel:
        """See Engine."""
        return cost_model(cls.stored_name(name))

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:  # noqa: ARG003
        """See Engine; its Makers state what they compute."""
        return None

    def _calculator(self, *, states: int, stress: bool) -> CalculatorSpec:
        settings = self.settings
        arguments: dict[str, Any] = {
            "parameters": settings.keywords(setups=lithium_setups(settings.li_electrons)),
            "states": states,
            "stress": stress,
        }
        if settings.spin and settings.magmoms:
            arguments["magmoms"] = dict(settings.magmoms)
        return CalculatorSpec(local_calculator, arguments)


def recorded_method(info: EngineInfo, structure: Structure) -> Method:
    """Return the method of a calculation, from the settings in the description of the engine."""
    if not info.arguments:
        return info.as_method
    settings = GpawSettings.model_validate(info.arguments)
    symbols = sorted({element.symbol for element in structure.composition.elements})
    return Method(
        code=info.name,
        functional=settings.functional,
        exact_exchange=0.0,
        hubbard_type=DUDAREV if any(settings.hubbard_u.values()) else None,
        blocks=[
            Block(
                element=symbol,
                potential=_potential(symbol, settings),
                u=settings.hubbard_u.get(symbol, 0.0),
            )
            for symbol in symbols
        ],
        cutoff=settings.ecut,
        kpoint_spacing=kpoint_spacing(settings, structure),
        settings={"smearing": f"{settings.smearing} {settings.width:g} eV"},
    )


def kpoint_spacing(settings: GpawSettings, structure: Structure) -> float:
    """Return the largest distance of neighbouring k-points, 2π included, 1/Å."""
    mesh = settings.kpts
    if isinstance(mesh, float):
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        mesh, _ = kpts2sizeandoffsets(density=mesh, even=True, atoms=atoms)
    lengths = np.array(structure.lattice.reciprocal_lattice.abc)
    return float((lengths / np.array(mesh)).max())


def _potential(symbol: str, settings: GpawSettings) -> str:
    electrons = f" {settings.li_electrons}e" if symbol == "Li" else ""
    return f"GPAW {symbol}.{settings.functional}{electrons}".replace(" 1e", "")
