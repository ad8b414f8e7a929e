"""What campaigns ask of an engine, whichever it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow import registry
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.cost import CostModel
from liponflow.engines.planned import PlannedCalculation
from liponflow.inputs.protocol import Stage
from liponflow.settings import Settings

CAPABILITIES = {
    "relax": "relaxations",
    "static": "static calculations",
    "md": "molecular dynamics",
    "neb": "nudged elastic bands",
    "vibrations": "vibrations",
}
"""Methods of an engine that make calculations, and what they compute."""


class EngineError(ValueError):
    """An engine that is unknown, is not installed, or cannot compute what it is asked for."""


@dataclass(frozen=True)
class EngineOptions:
    """What an engine is made with.

    Attributes
    ----------
    force_limit
        Largest force of a converged relaxation, eV/Å.
    max_steps
        Most ionic steps of a relaxation, 2 or more.
    inputs
        What the topic has for engines that need input sets, by family: ``{"vasp": VaspSets(...)}``
        (:class:`liponflow.inputs.vasp.sets.VaspSets`). An engine takes what is under the key of
        its family and leaves the rest.
    arguments
        What the user sets for this engine, by ``--engine-set`` or in the settings.
    """

    force_limit: float
    max_steps: int
    inputs: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine(ABC):
    """A code that computes energies and forces, registered under ``liponflow.engines``.

    A subclass describes itself and overrides the methods of what it can compute
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
    """Whether the user can set arguments."""
    needs_initial_moments: ClassVar[bool] = False
    """Whether magnetic structures need the site property ``magmom`` as a start."""

    def __post_init__(self) -> None:
        """Refuse arguments that would be ignored."""
        if self.options.arguments and not self.takes_arguments:
            given = ", ".join(self.options.arguments)
            raise EngineError(f"the engine {self.name} takes no arguments (given: {given})")

    @property
    def force_limit(self) -> float:
        """Largest force of a converged relaxation, eV/Å."""
        return self.options.force_limit

    @property
    def max_steps(self) -> int:
        """Most ionic steps of a relaxation."""
        return self.options.max_steps

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Names of the methods that this engine does not refuse."""
        return tuple(name for name in CAPABILITIES if _overrides(type(self), name))

    def require(self, *capabilities: str) -> None:
        """Refuse to go on with an engine that lacks a capability.

        Parameters
        ----------
        *capabilities
            Names from :data:`CAPABILITIES`.

        Raises
        ------
        EngineError
            Naming what this engine cannot compute, and the engines that can.
        """
        for capability in capabilities:
            if capability not in self.capabilities:
                self._refuse(capability)

    @abstractmethod
    def describe(self) -> EngineInfo:
        """Return what is known of the engine before it runs."""

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:  # noqa: ARG003
        """List what this machine lacks to run the engine.

        Parameters
        ----------
        name
            Name as the user gave it.
        settings
            Settings of the user.

        Returns
        -------
        list of str
            What is missing, each with the remedy; empty if the engine can run.
        """
        return []

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
            What was known of the engine before it ran.
        force_limit
            Largest force of a converged relaxation, eV/Å.

        Returns
        -------
        Calculation
            In the same terms and units for every engine.
        """
        raise EngineError(f"the outputs of {info.name} cannot be read: {cls.__name__} has no read")

    @classmethod
    def planned(cls, maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:  # noqa: ARG003
        """Return what a Maker of a single job computes; None if it is not of this engine.

        Parameters
        ----------
        maker
            Any Maker.
        images
            Structure that it is given, or the images of a band.
        """
        return None

    @classmethod
    def cost(cls, name: str) -> CostModel | None:  # noqa: ARG003
        """Return how the cost of an engine's calculations is estimated; None if it cannot be."""
        return None

    def check(self, structure: Structure) -> None:  # noqa: B027 - most engines take any
        """Refuse, by a ValueError that says why, a structure that cannot be computed."""

    def input_settings(self) -> dict[str, Any]:
        """Return what of the input sets determines energies, JSON-like, for fingerprints."""
        return {}

    def relax(self, *, cell: bool = True, max_step: float | None = None) -> Maker:  # noqa: ARG002
        """Return a Maker that relaxes the ions, and the cell if asked.

        Parameters
        ----------
        cell
            Whether the cell relaxes.
        max_step
            Longest step of an atom (Å), with damped dynamics (FIRE) in the place of quasi-Newton
            steps: slower, for starts far from what a potential was trained on, where long steps
            can fall into holes of the energy. Engines without such a limit ignore it.
        """
        self._refuse("relax")

    def static(self) -> Maker:
        """Return a Maker of energy, forces, stress and moments of a structure as it is."""
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
            Most steps; the engine's own by default.
        processes
            Processes over which a potential spreads the images of a band; VASP has its MPI ranks.
        name
            Name of the job or flow.

        Notes
        -----
        The mirror (:class:`liponflow.structures.migration.images.PathMirror`) of a symmetric hop
        saves half the images where the engine can make use of it; VASP cannot.
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
            The protocol; velocities are carried from stage to stage.
        seed
            Seed of velocities and random forces, from 0. Velocities are drawn unless the structure
            has the site property ``velocities`` (Å/fs), as an MDResult's structure has.
        frame_interval
            Steps between two frames of the trajectory; VASP writes every step.
        chunk_steps
            Most steps between two states from which a killed run can go on: the checkpoints of
            a potential, the segments of VASP. Each kind of engine has its own default.
        name
            Name of the job or flow.
        """
        self._refuse("md")

    def vibrations(self) -> Maker:
        """Return a Maker of Γ-point vibrations: ``make(structure, moving)`` gives GammaModes."""
        self._refuse("vibrations")

    def _refuse(self, capability: str) -> NoReturn:
        able = ", ".join(_able(capability)) or "none of the registered engines can"
        raise EngineError(f"{self.name} cannot compute {CAPABILITIES[capability]}; use {able}")


def _overrides(engine_class: type[Engine], capability: str) -> bool:
    return getattr(engine_class, capability) is not getattr(Engine, capability)


def _able(capability: str) -> list[str]:
    """Names of the registered engines that have a capability."""
    found = []
    for name in registry.names(registry.ENGINES):
        try:
            engine_class = registry.load(registry.ENGINES, name)
        except registry.RegistryError:
            continue
        if _overrides(engine_class, capability):
            found.append(name)
    return found
