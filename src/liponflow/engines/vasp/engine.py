"""VASP as an engine.

atomate2's VASP is imported when a job is created: every command asks every engine for the
environment of its jobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.diagnosis import Finding, State
from liponflow.engines.cost import CostModel
from liponflow.engines.engine import Engine, EngineError, Hessian, Unconverged
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.vasp.clock import batch_environment
from liponflow.engines.vasp.cost import COST
from liponflow.engines.vasp.run import WITHOUT_VASP, missing_for_vasp, vasp_environment
from liponflow.inputs.presets import Cited, values
from liponflow.inputs.protocol import Stage
from liponflow.settings import Settings

if TYPE_CHECKING:
    from liponflow.inputs.vasp.options import VaspOptions
    from liponflow.inputs.vasp.sets import VaspSets


LAST_ELEMENT = 96
"""Atomic number of Cm, the heaviest element in the PAW potentials of VASP (release 54)."""


@dataclass(frozen=True)
class VaspEngine(Engine):
    """VASP through atomate2 and custodian, with the input sets of the topic."""

    takes_incar: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse options that VASP cannot have, and a looser criterion than the campaign's."""
        for kind in ("relax", "band"):
            given = self.user.incar.get(f"{kind}:EDIFFG")
            if given is not None and -given > self.force_limit:
                raise EngineError(
                    f"{kind}:EDIFFG={given:g} is looser than the force limit of the campaign, "
                    f"{self.force_limit:g} eV/Å: give --set force_limit={-given:g}"
                )

    @cached_property
    def user(self) -> "VaspOptions":
        """Options of the user."""
        from liponflow.inputs.vasp.options import VaspOptions

        return VaspOptions.of(self.options.arguments)

    @property
    def needs_initial_moments(self) -> bool:
        """See Engine."""
        return True

    @property
    def sets(self) -> "VaspSets":
        """Input sets of the topic, with the options of the user.

        Raises
        ------
        EngineError
            If the topic has none.
        """
        from liponflow.inputs.vasp.applied import with_options
        from liponflow.inputs.vasp.sets import FAMILY

        sets: VaspSets | None = self.options.inputs.get(FAMILY)
        if sets is None:
            raise EngineError(f"this campaign has no VASP input sets; it cannot use {self.name}")
        return with_options(sets, self.user)

    def relax(
        self,
        *,
        cell: bool = True,
        max_step: float | None = None,  # noqa: ARG002
        keep_symmetry: bool = False,
        initial_hessian: Hessian | None = None,  # noqa: ARG002 - VASP takes none
    ) -> Maker:
        """See Engine."""
        from liponflow.engines.vasp.makers import RestartableRelaxMaker
        from liponflow.inputs.vasp.generator import with_incar

        incar = {}
        if not cell:
            incar["ISIF"] = Cited(value=2, source="our choice: the campaign keeps the cell")
        if keep_symmetry:
            source = "VASP's default with PAW, which symmetrises forces and density"
            incar["ISYM"] = Cited(value=2, source=source)
        generator = with_incar(self.sets.relax, incar)
        return RestartableRelaxMaker(name="relax", input_set_generator=generator)

    def static(self) -> Maker:
        """See Engine."""
        from liponflow.engines.vasp.makers import RestartableStaticMaker

        return RestartableStaticMaker(name="static", input_set_generator=self.sets.static)

    def neb(
        self,
        *,
        climbing: bool = True,
        force_limit: float | None = None,
        max_steps: int | None = None,
        processes: int = 1,  # noqa: ARG002 - VASP has its MPI ranks
        name: str = "nudged elastic band",
    ) -> Maker:
        """See Engine."""
        from liponflow.engines.vasp.neb import VaspNEBMaker

        return VaspNEBMaker(
            climbing=climbing,
            force_limit=force_limit or self.force_limit,
            max_steps=max_steps or self.max_steps,
            user_incar_settings=self.user.tags("band"),
            band_set=self.sets.band,
            name=name,
        )

    def md(
        self,
        stages: Sequence[Stage],
        *,
        seed: int,
        frame_interval: int = 10,  # noqa: ARG002 - VASP writes every step
        chunk_steps: int | None = None,
        name: str = "molecular dynamics",
    ) -> Maker:
        """See Engine."""
        from liponflow.engines.vasp.md.stages import SEGMENT_STEPS, StagedVaspMDMaker

        return StagedVaspMDMaker(
            stages=list(stages),
            seed=seed,
            segment_steps=chunk_steps or SEGMENT_STEPS,
            user_incar_settings=values(self.sets.md_incar),
            config=None if self.sets.md_config is None else dict(self.sets.md_config),
            name=name,
        )

    def vibrations(self) -> Maker:
        """See Engine."""
        from liponflow.engines.vibrations import StaticVibrationMaker

        return StaticVibrationMaker(self.static())

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """See Engine."""
        lacking = missing_for_vasp(settings.vasp_cmd)
        return [*lacking, f"without VASP, {WITHOUT_VASP}"] if lacking else []

    @classmethod
    def diagnose(cls, name: str, settings: Settings) -> list[Finding]:
        """See Engine."""
        lacking = missing_for_vasp(settings.vasp_cmd)
        if not lacking:
            return super().diagnose(name, settings)
        return [
            *(Finding(name, State.MISSING, text) for text in lacking),
            Finding("without VASP", State.NOTE, WITHOUT_VASP),
        ]

    @classmethod
    def environment(cls, settings: Settings) -> dict[str, str]:
        """See Engine."""
        return vasp_environment(settings.vasp_cmd) | batch_environment()

    @classmethod
    def read(cls, document: Any, info: EngineInfo, force_limit: float) -> Calculation:
        """See Engine."""
        from liponflow.engines.vasp.reading.task_document import read_task_document

        return read_task_document(document, info, force_limit)

    @classmethod
    def unconverged(
        cls, maker: Maker, start: Any, document: Any, directory: Path
    ) -> Unconverged | None:
        """See Engine."""
        from liponflow.engines.vasp.unconverged import unconverged

        return unconverged(maker, start, document, directory)

    @classmethod
    def with_max_steps(cls, maker: Maker, max_steps: int) -> Maker | None:
        """See Engine."""
        from liponflow.engines.vasp.step_limit import with_max_steps

        return with_max_steps(maker, max_steps)

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:
        """See Engine."""
        from liponflow.engines.vasp.planning import planned

        return planned(maker, images)

    @classmethod
    def input_faults(cls, maker: Maker, images: Sequence[Structure]) -> list[str]:
        """See Engine."""
        from liponflow.engines.vasp.check import job_faults

        return job_faults(maker, images)

    @classmethod
    def advice(cls, root: Path) -> str:
        """See Engine."""
        from liponflow.engines.vasp.parallel import parallel_note

        return parallel_note(root)

    @classmethod
    def advice_on(cls, calculation: PlannedCalculation) -> str:
        """See Engine."""
        from liponflow.engines.vasp.parallel import parallel_line

        return parallel_line(calculation)

    @classmethod
    def cost(cls, name: str) -> CostModel:  # noqa: ARG003
        """See Engine."""
        return COST

    def check(self, structure: Structure) -> None:
        """See Engine; VASP has potentials for every element up to Cm, the sets may need more."""
        for element in structure.composition.elements:
            if element.Z > LAST_ELEMENT:
                raise EngineError(
                    f"{self.name} has no potential of {element.symbol} "
                    f"({structure.composition.formula}): the PAW potentials end with Cm"
                )
        if self.sets.check is not None:
            self.sets.check(structure)

    def input_settings(self) -> dict[str, Any]:
        """See Engine."""
        settings = {}
        for task, generator in (("relax", self.sets.relax), ("static", self.sets.static)):
            kpoints = generator.user_kpoints_settings
            settings[task] = {
                "config": generator.config_dict,
                "kpoints": kpoints if isinstance(kpoints, dict) else kpoints.as_dict(),
            }
        chosen = self.user.identity()
        return settings | ({"options": chosen} if chosen else {})

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(
            name="vasp",
            version="as installed",
            functional=self.sets.functional,
            arguments=self.user.identity(),
            surrogate=False,
        )
