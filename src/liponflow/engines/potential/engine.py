"""Engines for potentials, computed by ASE calculators.

Makers, and atomate2 with them, are imported when a job is created: the stand-in for VASP, one
process per calculation, needs only the calculator.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines import device
from liponflow.engines.calculators import CalculatorSpec, Weights, weights_of
from liponflow.engines.cost import CostModel
from liponflow.engines.engine import KEPT_WITHIN, Engine, EngineError, Hessian, Unconverged
from liponflow.engines.memory import GIB, available_memory, is_elsewhere
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.potential.cost import cost_model
from liponflow.engines.potential.steps import FORCE_MARGIN
from liponflow.inputs.protocol import Stage
from liponflow.settings import CPU, CUDA, DEVICES, Settings, load_settings

if TYPE_CHECKING:
    from atomate2.forcefields.utils import MLFF

OTHER_WEIGHTS = (
    "; to use other weights, name them in an entry of the setting engines (docs/engines.md)"
)
"""Remedy of potentials whose name chooses their weights."""


@dataclass(frozen=True)
class PotentialEngine(Engine):
    """A potential; subclasses need only a :meth:`calculator`.

    Examples
    --------
    >>> from ase.calculators.emt import EMT
    >>> from liponflow.engines.engine import EngineOptions
    >>> class EmtEngine(PotentialEngine):
    ...     functional = "fitted to LDA"
    ...     method = "effective medium theory"
    ...
    ...     def calculator(self):
    ...         return CalculatorSpec(EMT, dict(self.options.arguments))
    >>> engine = EmtEngine("emt", EngineOptions(force_limit=0.05, max_steps=100))
    >>> engine.capabilities()
    ('relax', 'static', 'md', 'neb', 'vibrations')
    """

    takes_arguments: ClassVar[bool] = True
    on_device: ClassVar[bool] = True
    known_arguments: ClassVar[frozenset[str]] = frozenset({device.ARGUMENT})
    functional: ClassVar[str | None] = None
    """Exchange-correlation functional of the training data; None if it is unknown."""
    method: ClassVar[str | None] = "ASE calculator"
    """Method, for labels; None for a machine-learned potential."""

    untrained: ClassVar[frozenset[str]] = frozenset()
    """Symbols of elements outside the training data."""

    takes_hessian: ClassVar[bool] = True

    distribution: ClassVar[str | None] = None
    """Distribution that holds the potential; None for that of the calculator's module."""

    memory_per_atom: ClassVar[float | None] = None
    """Memory (bytes) of a calculation per atom on a processor; None if it is unknown."""

    def __post_init__(self) -> None:
        """Refuse a device that is unknown; whether it is there is asked where a job runs."""
        super().__post_init__()
        given = self.options.arguments.get(device.ARGUMENT)
        # Other calculators may know further devices, such as cuda:1.
        if given is not None and not self.takes_arguments:
            device.check(given)

    @property
    def device_argument(self) -> dict[str, Any]:
        """The device, if the user gives it as an argument of the engine."""
        given = self.options.arguments
        return {device.ARGUMENT: given[device.ARGUMENT]} if device.ARGUMENT in given else {}

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """See Engine."""
        return device.missing(settings)

    @abstractmethod
    def calculator(self) -> CalculatorSpec:
        """Return the calculator of relaxations and static calculations, with moments if any."""

    @property
    def mlff(self) -> "MLFF":
        """atomate2's name of a potential that it knows."""
        from atomate2.forcefields.utils import MLFF

        return MLFF.Forcefield

    def dynamics_calculator(self) -> CalculatorSpec:
        """Return the calculator of dynamics, bands and vibrations, which need no moments."""
        return self.calculator()

    def check(self, structure: Structure) -> None:
        """See Engine."""
        for element in structure.composition.elements:
            if element.symbol in self.untrained:
                raise EngineError(
                    f"{self.name} was not trained on {element.symbol} "
                    f"({structure.composition.formula}); use --engine vasp or another potential"
                )
        self.check_memory(structure)

    def check_memory(self, structure: Structure) -> None:
        """See Engine; the memory of a GPU is not known here."""
        given = self.device_argument.get(device.ARGUMENT)
        unknown = given is not None and given not in DEVICES
        if self.memory_per_atom is None or unknown or is_elsewhere():
            return
        needed, free = self.memory_per_atom * len(structure), available_memory()
        wanted = given or load_settings().device
        if needed > free and wanted != CUDA and device.resolve(wanted) == CPU:
            raise EngineError(
                f"{len(structure):,} atoms ({structure.composition.formula}) take about "
                f"{needed / GIB:.0f} GiB in {self.name}, and this machine has "
                f"{free / GIB:.1f} GiB left, enough for {free / self.memory_per_atom:,.0f} "
                "atoms: take a smaller cell, or a machine with more memory"
            )

    def describe(self) -> EngineInfo:
        """See Engine."""
        calculator = self.calculator()
        weights = weights_of(calculator.arguments)
        return EngineInfo(
            name=self.name,
            version=calculator.version,
            weights=None if weights is None else weights.label,
            weights_hash=None if weights is None else weights.digest,
            functional=self.functional,
            arguments=dict(self.options.arguments) or None,
            method=self.method,
            surrogate=True,
        )

    def relax(
        self,
        *,
        cell: bool = True,
        max_step: float | None = None,
        keep_symmetry: bool = False,
        initial_hessian: Hessian | None = None,
    ) -> Maker:
        """See Engine."""
        from liponflow.engines.potential.makers import BalancedCellFilter, PotentialMaker

        if cell:
            self._require_stress("relax cells")
            initial_hessian = None
        optimiser = "LBFGS" if max_step is None else "FIRE"
        relax_kwargs: dict[str, Any] = {
            "fmax": FORCE_MARGIN * self.force_limit,
            "cell_filter": BalancedCellFilter,
        }
        if max_step is not None:
            relax_kwargs["maxstep"] = max_step
        return PotentialMaker(
            name="relax",
            force_field_name=self.mlff,
            relax_cell=cell,
            steps=self.max_steps,
            optimizer_kwargs={"optimizer": optimiser if initial_hessian is None else "BFGS"},
            relax_kwargs=relax_kwargs,
            fix_symmetry=keep_symmetry,
            symprec=KEPT_WITHIN,
            initial_hessian=initial_hessian,
            potential=self.calculator(),
            engine=self.describe(),
        )

    def static(self) -> Maker:
        """See Engine."""
        from liponflow.engines.potential.makers import PotentialMaker

        return PotentialMaker(
            name="static",
            force_field_name=self.mlff,
            relax_cell=False,
            steps=1,
            potential=self.calculator(),
            engine=self.describe(),
        )

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
        from liponflow.engines.potential.neb.maker import BandMaker

        return BandMaker(
            potential=self.dynamics_calculator(),
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
        from liponflow.engines.potential.md.maker import CHUNK_STEPS, CheckpointedMDMaker

        if any(stage.needs_stress for stage in stages):
            self._require_stress("hold a pressure")
        return CheckpointedMDMaker(
            stages=list(stages),
            potential=self.dynamics_calculator(),
            engine=self.describe(),
            seed=seed,
            frame_interval=frame_interval,
            chunk_steps=chunk_steps or CHUNK_STEPS,
            name=name,
        )

    @classmethod
    def read(cls, document: Any, info: EngineInfo, force_limit: float) -> Calculation:
        """See Engine."""
        from liponflow.engines.potential.reading import read_task_document

        return read_task_document(document, info, force_limit)

    @classmethod
    def unconverged(
        cls,
        maker: Maker,
        start: Any,
        document: Any,
        directory: Path,  # noqa: ARG003 - the output has the last geometry
    ) -> Unconverged | None:
        """See Engine."""
        from liponflow.engines.potential.unconverged import unconverged

        return unconverged(maker, start, document)

    @classmethod
    def with_max_steps(cls, maker: Maker, max_steps: int) -> Maker | None:
        """See Engine."""
        from liponflow.engines.potential.step_limit import with_max_steps

        return with_max_steps(maker, max_steps)

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:
        """See Engine."""
        from liponflow.engines.potential.planning import planned

        name = cls.name_of(maker)
        return None if name is None else planned(maker, name, images)

    @classmethod
    def cost(cls, name: str) -> CostModel:
        """See Engine."""
        return cost_model(name, cls.stored_name(name), cls.relative_cost(name))

    @classmethod
    def relative_cost(cls, name: str) -> float:  # noqa: ARG003
        """Return the time of an ionic step relative to CHGNet's; 1 if it was not measured."""
        return 1.0

    @classmethod
    def other_weights(cls, name: str, arguments: Mapping[str, Any]) -> CalculatorSpec:  # noqa: ARG003
        """Return the calculator with weights of the user, for an entry of the settings.

        Parameters
        ----------
        name
            Name under which the class is registered.
        arguments
            Arguments of the calculator, which name the weights.

        Raises
        ------
        EngineError
            If the potential takes no other weights, or the arguments name none.
        FileError
            If there is no such file.
        """
        raise EngineError(
            f"{name} takes no other weights; name its calculator as module:Class instead"
        )

    @classmethod
    def named_weights(cls, arguments: Mapping[str, Any]) -> Weights | None:
        """Return the weights, in a file or a wheel, that the arguments of an entry name."""
        return weights_of(arguments)

    @classmethod
    def moments_of(cls, arguments: Mapping[str, Any]) -> bool:  # noqa: ARG003
        """Return whether the calculator of an entry computes moments."""
        return False

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:  # noqa: ARG003
        """Return the name of the engine of a Maker of atomate2; None if it is another's."""
        return None

    @classmethod
    def stored_name(cls, name: str) -> str:
        """Return the name that the potential has in atomate2's task documents."""
        return name

    def hessian(self) -> Hessian | None:
        """See Engine."""
        from liponflow.engines.potential.hessian import PotentialHessian

        described = self.describe()
        # A DFT code behind an ASE calculator would compute a density for every displacement.
        if not described.surrogate:
            return None
        return PotentialHessian(self.dynamics_calculator(), described)

    def vibrations(self) -> Maker:
        """See Engine."""
        from liponflow.engines.potential.vibrations import PotentialVibrationMaker

        return PotentialVibrationMaker(self.dynamics_calculator(), self.describe())

    def _require_stress(self, what: str) -> None:
        # Some calculators list their properties only once created: their classes have an empty
        # list.
        properties = getattr(self.calculator().factory, "implemented_properties", [])
        if properties and "stress" not in properties:
            raise EngineError(f"{self.name} computes no stress, so it cannot {what}")
