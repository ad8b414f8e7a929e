"""The interface between campaigns and engines."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow import registry
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.arrays import FloatArray
from liponflow.diagnosis import Finding, State
from liponflow.engines.cost import CostModel
from liponflow.engines.planned import PlannedCalculation
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.protocol import Stage
from liponflow.settings import Settings

CAPABILITIES = {
    "relax": "relaxations",
    "static": "static calculations",
    "md": "molecular dynamics",
    "neb": "nudged elastic bands",
    "vibrations": "vibrations",
    "spectrum": "spectra of core levels",
}
"""Methods of an engine that set up calculations, and what they compute."""


KEPT_WITHIN = 0.01
"""Tolerance (Å) for the symmetry that a relaxation keeps."""


Hessian = Callable[[Structure], FloatArray]
"""Returns the second derivatives of the energy of a structure, shape (3 n_atoms, 3 n_atoms),
eV/Å²; it can be stored with a job."""


class EngineError(ValueError):
    """An engine that is unknown, not installed, or unable to compute what is requested."""


@dataclass(frozen=True)
class Unconverged:
    """A relaxation or band that did not converge.

    Attributes
    ----------
    reason
        By how much it misses its limit.
    start
        Its last geometry, in place of the structure or the images that it began with.
    """

    reason: str
    start: Structure | list[Structure]


@dataclass(frozen=True)
class EngineOptions:
    """Options of an engine.

    Attributes
    ----------
    force_limit
        Largest force of a converged relaxation, eV/Å.
    max_steps
        Largest number of ionic steps of a relaxation, 2 or more.
    inputs
        Input sets of the topic for engines that need them, by family: ``{"vasp": VaspSets(...)}``
        (:class:`liponflow.inputs.vasp.sets.VaspSets`). An engine takes the entry of its family and
        ignores the others.
    arguments
        The user's arguments for this engine, from ``--engine-set`` or the settings.
    """

    force_limit: float
    max_steps: int
    inputs: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine(ABC):
    """A code that computes energies and forces, registered under ``liponflow.engines``.

    A subclass describes itself and overrides the methods for what it can compute
    (:data:`CAPABILITIES`); the others refuse. It is made by ``cls(name, options)``.

    Attributes
    ----------
    name
        Name as the user gave it.
    options
        Force limit, steps, input sets and arguments.
    """

    name: str
    options: EngineOptions

    takes_arguments: ClassVar[bool] = False
    """Whether the user can set arguments of any name."""
    known_arguments: ClassVar[frozenset[str]] = frozenset()
    """Names of the arguments that the user can set otherwise."""
    arguments_remedy: ClassVar[str] = ""
    """What the refusal of an argument adds."""
    takes_incar: ClassVar[bool] = False
    """Whether tags of an INCAR are among its arguments, as ``incar``."""
    takes_hessian: ClassVar[bool] = False
    """Whether relaxations of the ions can begin with a Hessian."""
    on_device: ClassVar[bool] = False
    """Whether it computes on one processor or GPU, the setting ``device``, and not by MPI."""

    def __post_init__(self) -> None:
        """Refuse arguments that would be ignored."""
        if self.takes_arguments:
            return
        unknown = ", ".join(sorted(set(self.options.arguments) - self.known_arguments))
        if unknown:
            known = ", ".join(sorted(self.known_arguments))
            but = f" but {known}" if known else ""
            raise EngineError(
                f"the engine {self.name} takes no arguments{but} (given: {unknown})"
                f"{self.arguments_remedy}"
            )

    @property
    def force_limit(self) -> float:
        """Largest force of a converged relaxation, eV/Å."""
        return self.options.force_limit

    @property
    def max_steps(self) -> int:
        """Largest number of ionic steps of a relaxation."""
        return self.options.max_steps

    @property
    def computes_moments(self) -> bool:
        """Whether a static calculation gives magnetic moments without initial ones."""
        return False

    @property
    def needs_initial_moments(self) -> bool:
        """Whether magnetic structures need starting moments, the site property ``magmom``."""
        return False

    @classmethod
    def capabilities(cls) -> tuple[str, ...]:
        """Return the names of the methods that this engine does not refuse."""
        return tuple(
            name for name in CAPABILITIES if getattr(cls, name) is not getattr(Engine, name)
        )

    def require(self, *capabilities: str) -> None:
        """Refuse an engine that lacks a capability.

        Parameters
        ----------
        *capabilities
            Names from :data:`CAPABILITIES`.

        Raises
        ------
        EngineError
            If one is missing; the message names it and the engines that have it.
        """
        for capability in capabilities:
            if capability not in self.capabilities():
                self._refuse(capability)

    @abstractmethod
    def describe(self) -> EngineInfo:
        """Return the description of the engine before it runs."""

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """Return what this machine lacks to run the engine.

        Parameters
        ----------
        name
            Name as the user gave it.
        settings
            Settings of the user.

        Returns
        -------
        list of str
            Missing items, each with the remedy; empty if the engine can run.
        """
        return []

    @classmethod
    def diagnose(cls, name: str, settings: Settings) -> list[Finding]:
        """Return the parts of the engine on this machine, for ``liponflow doctor``.

        Parameters
        ----------
        name
            Name as the user gave it.
        settings
            Settings of the user.

        Returns
        -------
        list of Finding
            By default, what :meth:`requirements` lacks.
        """
        lacking = cls.requirements(name, settings)
        return [Finding(name, State.MISSING, text) for text in lacking] or [
            Finding(name, State.OK, "nothing is missing")
        ]

    @classmethod
    def environment(cls, settings: Settings) -> dict[str, str]:  # noqa: ARG003
        """Return the environment variables that jobs of this engine need, from the settings."""
        return {}

    @classmethod
    def read(cls, document: Any, info: EngineInfo, force_limit: float) -> Calculation:  # noqa: ARG003
        """Read the output of a relaxation or static calculation of this engine.

        Parameters
        ----------
        document
            Output of the job that the Maker made.
        info
            Description of the engine before it ran.
        force_limit
            Largest force of a converged relaxation, eV/Å.

        Returns
        -------
        Calculation
            Result in the same terms and units for every engine.
        """
        raise EngineError(f"the outputs of {info.name} cannot be read: {cls.__name__} has no read")

    @classmethod
    def unconverged(
        cls,
        maker: Maker,  # noqa: ARG003
        start: Any,  # noqa: ARG003
        document: Any,  # noqa: ARG003
        directory: Path,  # noqa: ARG003
    ) -> Unconverged | None:
        """Return what is left of an unconverged relaxation or band, to continue from.

        Parameters
        ----------
        maker
            Any Maker.
        start
            Structure or images that its job began with.
        document
            Output of the job; None if it failed.
        directory
            Working directory of the job.

        Returns
        -------
        Unconverged or None
            None if it converged, or is not a relaxation or band of this engine.
        """
        return None

    @classmethod
    def with_max_steps(cls, maker: Maker, max_steps: int) -> Maker | None:  # noqa: ARG003
        """Return a Maker of a relaxation or band with another number of steps.

        Parameters
        ----------
        maker
            Any Maker.
        max_steps
            Largest number of ionic steps, 2 or more.

        Returns
        -------
        Maker or None
            None if it is not a relaxation or band of this engine.
        """
        return None

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:  # noqa: ARG003
        """Return the calculation of a Maker of a single job; None if it is not of this engine.

        Parameters
        ----------
        maker
            Any Maker.
        images
            Structure passed to it, or the images of a band.
        """
        return None

    @classmethod
    def input_faults(cls, maker: Maker, images: Sequence[Structure]) -> list[str]:  # noqa: ARG003
        """Return what is wrong with the inputs that a Maker of a single job would write.

        Parameters
        ----------
        maker
            Any Maker.
        images
            Structure passed to it, or the images of a band; empty if they are not known yet.

        Returns
        -------
        list of str
            Each with the remedy; empty if the Maker is not of this engine.
        """
        return []

    @classmethod
    def advice(cls, root: Path) -> str:  # noqa: ARG003
        """Return what a README says at its end of input directories of the engine.

        Parameters
        ----------
        root
            Directory that they are in.
        """
        return ""

    @classmethod
    def advice_on(cls, calculation: PlannedCalculation) -> str:  # noqa: ARG003
        """Return a line of advice on a calculation of the engine for a dry run; empty without any.

        Parameters
        ----------
        calculation
            The costliest one that is planned.
        """
        return ""

    @classmethod
    def sized(
        cls,
        calculation: PlannedCalculation,
        info: EngineInfo,  # noqa: ARG003
        structure: Structure,  # noqa: ARG003
    ) -> PlannedCalculation:
        """Return a planned calculation with what its cost depends on besides the atoms.

        Parameters
        ----------
        calculation
            Calculation as the Maker states it.
        info
            Description of the engine before it runs.
        structure
            Its structure, or one of the same size.
        """
        return calculation

    @classmethod
    def cost(cls, name: str) -> CostModel | None:  # noqa: ARG003
        """Return the cost model of the engine's calculations; None without one."""
        return None

    def check(self, structure: Structure) -> None:  # noqa: B027 - most engines take any
        """Refuse a structure that cannot be computed, by a ValueError with the reason."""

    def check_memory(self, structure: Structure) -> None:  # noqa: B027 - most cannot tell
        """Refuse a cell that does not fit into this machine's memory, by a ValueError."""

    def input_settings(self) -> dict[str, Any]:
        """Return the input settings that determine energies, JSON-like, for fingerprints."""
        return {}

    def relax(
        self,
        *,
        cell: bool = True,  # noqa: ARG002
        max_step: float | None = None,  # noqa: ARG002
        keep_symmetry: bool = False,  # noqa: ARG002
        initial_hessian: Hessian | None = None,  # noqa: ARG002
    ) -> Maker:
        """Return a Maker that relaxes the ions, and optionally the cell.

        Parameters
        ----------
        cell
            Whether the cell relaxes.
        max_step
            Longest step of an atom (Å), with damped dynamics (FIRE) instead of quasi-Newton steps.
            This is slower, for starts far from a potential's training data, where long steps can
            fall into holes of the energy. Engines without such a limit ignore it.
        keep_symmetry
            Whether the space group of the start is kept. The start must have it to within
            ``KEPT_WITHIN``.
        initial_hessian
            Another engine's :meth:`hessian`, with which quasi-Newton steps begin where the cell is
            held. Engines that do not take one (:attr:`takes_hessian`) ignore it.
        """
        self._refuse("relax")

    def static(self) -> Maker:
        """Return a Maker of energy, forces, stress and moments of a fixed structure."""
        self._refuse("static")

    def neb(
        self,
        *,
        climbing: bool = True,  # noqa: ARG002
        force_limit: float | None = None,  # noqa: ARG002
        max_steps: int | None = None,  # noqa: ARG002
        processes: int = 1,  # noqa: ARG002
        name: str = "nudged elastic band",  # noqa: ARG002
    ) -> Maker:
        """Return a Maker of bands; its ``make(images, mirror=None)`` ends in an NEBResult.

        Parameters
        ----------
        climbing
            Whether the highest image climbs; a VASP without VTST cannot.
        force_limit
            Largest force of a converged band, eV/Å; the engine's own by default.
        max_steps
            Largest number of steps; the engine's own by default.
        processes
            Processes over which a potential distributes the images of a band; VASP uses MPI ranks.
        name
            Name of the job or flow.

        Notes
        -----
        The mirror (:class:`liponflow.structures.migration.images.PathMirror`) of a symmetric hop
        saves half the images if the engine supports it; VASP does not.
        """
        self._refuse("neb")

    def md(
        self,
        stages: Sequence[Stage],  # noqa: ARG002
        *,
        seed: int,  # noqa: ARG002
        frame_interval: int = 10,  # noqa: ARG002
        chunk_steps: int | None = None,  # noqa: ARG002
        name: str = "molecular dynamics",  # noqa: ARG002
    ) -> Maker:
        """Return a Maker of dynamics; its ``make(structure)`` has an MDResult as output.

        Parameters
        ----------
        stages
            The protocol; velocities continue from stage to stage.
        seed
            Seed of velocities and random forces, from 0. Velocities are drawn unless the structure
            has the site property ``velocities`` (Å/fs), as an MDResult's structure has.
        frame_interval
            Steps between two frames of the trajectory; VASP writes every step.
        chunk_steps
            Largest number of steps between two states from which a killed run can continue: the
            checkpoints of a potential, the segments of VASP. Each kind of engine has its own
            default.
        name
            Name of the job or flow.
        """
        self._refuse("md")

    def hessian(self) -> Hessian | None:
        """Return a function for the Hessian of a structure; None if it costs as much as DFT."""
        return None

    def vibrations(self) -> Maker:
        """Return a Maker of Γ-point vibrations: ``make(structure, moving)`` ends in GammaModes."""
        self._refuse("vibrations")

    def spectrum(self, cards: SpectrumCards) -> Maker:  # noqa: ARG002
        """Return a Maker of spectra: ``make(structure, site, edge)`` ends in a SiteSpectrum.

        Parameters
        ----------
        cards
            What is computed, whatever the absorber.
        """
        self._refuse("spectrum")

    def _refuse(self, capability: str) -> NoReturn:
        able = ", ".join(_able(capability)) or "none of the registered engines can"
        raise EngineError(f"{self.name} cannot compute {CAPABILITIES[capability]}; use {able}")


def _able(capability: str) -> list[str]:
    """Return the names of the registered engines that have a capability."""
    found = []
    for name in registry.names(registry.ENGINES):
        try:
            engine_class = registry.load(registry.ENGINES, name)
        except registry.RegistryError:
            continue
        if capability in engine_class.capabilities():
            found.append(name)
    return found
