"""Machine-learned potentials as engines."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ase import Atoms
from ase.filters import FrechetCellFilter
from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.cost import CostModel
from liponflow.engines.engine import Engine
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.potential.cost import cost_model
from liponflow.engines.potential.md.maker import CHUNK_STEPS, CheckpointedMDMaker
from liponflow.engines.potential.neb.maker import BandMaker
from liponflow.engines.potential.planning import planned
from liponflow.engines.potential.reading import read_task_document
from liponflow.engines.vibration_makers import PotentialVibrationMaker
from liponflow.inputs.protocol import Stage

FORCE_MARGIN = 0.9
"""Fraction of the force limit to which ASE relaxes: it measures forces in the frame of the start
cell, where those of a cell that has grown or shrunk by up to 10 % look that much smaller."""

IONIC_STEP_DATA = ("energy", "forces", "stress", "magmoms")
"""Everything but the structures, which would be stored once per step."""


class BalancedCellFilter(FrechetCellFilter):
    """Cell degrees of freedom weighted like the atoms.

    ASE's default weight, the number of atoms, makes the cell of a large supercell so soft that
    a force limit of 0.05 eV/Å leaves almost 1 GPa. With its square root, cell and atoms have
    force constants of the same order (bulk modulus times volume grows with the number of atoms,
    and the weight enters squared): fewer steps, and stress that converges with the forces.
    """

    def __init__(self, atoms: Atoms) -> None:
        super().__init__(atoms, exp_cell_factor=len(atoms) ** 0.5)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class PotentialEngine(Engine):
    """A potential that an ASE calculator computes."""

    def relax(self, *, cell: bool = True, max_step: float | None = None) -> Maker:
        """See Engine."""
        relax_kwargs: dict[str, Any] = {
            "fmax": FORCE_MARGIN * self.force_limit,
            "cell_filter": BalancedCellFilter,
        }
        if max_step is not None:
            relax_kwargs["maxstep"] = max_step
        return self._relax_maker(
            name="relax",
            relax_cell=cell,
            steps=self.max_steps,
            optimizer_kwargs={"optimizer": "LBFGS" if max_step is None else "FIRE"},
            relax_kwargs=relax_kwargs,
        )

    def static(self) -> Maker:
        """See Engine."""
        return self._static_maker(name="static")

    def neb(
        self,
        *,
        climbing: bool = True,
        force_limit: float | None = None,
        max_steps: int | None = None,
        processes: int = 1,
        name: str = "nudged elastic band",
    ) -> Maker:
        """See Engine."""
        return BandMaker(
            potential=self.name,
            engine=self.describe(),
            climbing=climbing,
            force_limit=force_limit or self.force_limit,
            max_steps=max_steps or self.max_steps,
            processes=processes,
            name=name,
        )

    def md(
        self,
        stages: Sequence[Stage],
        *,
        seed: int,
        frame_interval: int = 10,
        chunk_steps: int | None = None,
        name: str = "molecular dynamics",
    ) -> Maker:
        """See Engine."""
        return CheckpointedMDMaker(
            stages=list(stages),
            potential=self.name,
            engine=self.describe(),
            seed=seed,
            frame_interval=frame_interval,
            chunk_steps=chunk_steps or CHUNK_STEPS,
            name=name,
        )

    @classmethod
    def read(cls, document: Any, info: EngineInfo, force_limit: float) -> Calculation:
        """See Engine."""
        return read_task_document(document, info, force_limit)

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:
        """See Engine."""
        name = cls.name_of(maker)
        return None if name is None else planned(maker, name, images)

    @classmethod
    def cost(cls, name: str) -> CostModel:
        """See Engine."""
        return cost_model(cls.stored_name(name))

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:  # noqa: ARG003
        """Return the name of the engine that a Maker of atomate2 belongs to; None if another's."""
        return None

    @classmethod
    def stored_name(cls, name: str) -> str:
        """Return the name that the potential has in atomate2's task documents."""
        return name

    def vibrations(self) -> Maker:
        """See Engine."""
        return PotentialVibrationMaker(self.name)

    @abstractmethod
    def _relax_maker(self, **options: Any) -> Maker:
        """Return atomate2's relaxation with this potential."""

    @abstractmethod
    def _static_maker(self, **options: Any) -> Maker:
        """Return atomate2's static calculation with this potential."""
