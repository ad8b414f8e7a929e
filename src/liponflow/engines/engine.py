"""What campaigns ask of an engine, whichever it is."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import EngineInfo
from liponflow.inputs.protocol import Stage


class EngineError(ValueError):
    """An engine that is unknown, is not installed, or cannot compute a structure."""


@dataclass(frozen=True)
class Engine(ABC):
    """A code that relaxes structures and computes their energies.

    Attributes
    ----------
    name
        As the user gave it.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    max_steps
        Most ionic steps of a relaxation, 2 or more.
    """

    name: str
    force_limit: float
    max_steps: int

    @abstractmethod
    def relax(self, *, cell: bool = True, max_step: float | None = None) -> Maker:
        """Maker that relaxes the ions, and the cell if asked.

        Parameters
        ----------
        cell
            Whether the cell relaxes.
        max_step
            Longest step of an atom (Å), with damped dynamics (FIRE) in the place of quasi-Newton
            steps: slower, for starts far from what a potential was trained on, whose holes long
            steps fall into. VASP, which has none, takes no account of it.
        """

    @abstractmethod
    def static(self) -> Maker:
        """Maker that computes energy, forces, stress and moments of a structure as it is."""

    @abstractmethod
    def neb(
        self,
        *,
        climbing: bool = True,
        force_limit: float | None = None,
        max_steps: int | None = None,
        processes: int = 1,
        name: str = "nudged elastic band",
    ) -> Maker:
        """Maker of nudged elastic bands; its ``make(images, mirror=None)`` ends in an NEBResult.

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

    @abstractmethod
    def md(
        self,
        stages: Sequence[Stage],
        *,
        seed: int,
        frame_interval: int = 10,
        chunk_steps: int | None = None,
        name: str = "molecular dynamics",
    ) -> Maker:
        """Maker of molecular dynamics; its ``make(structure)`` has an MDResult as output.

        Parameters
        ----------
        stages
            The protocol; velocities are carried from stage to stage.
        seed
            Of velocities and random forces, from 0. Velocities are drawn unless the structure
            has the site property ``velocities`` (Å/fs), as an MDResult's structure has.
        frame_interval
            Steps between two frames of the trajectory; VASP writes every step.
        chunk_steps
            Most steps between two states from which a killed run can go on: the checkpoints of
            a potential, the segments of VASP. Each kind of engine has its own default.
        name
            Name of the job or flow.
        """

    @abstractmethod
    def vibrations(self) -> Maker:
        """Maker of Γ-point vibrations: ``make(structure, moving)`` has a GammaModes as output."""

    @abstractmethod
    def check(self, structure: Structure) -> None:
        """Refuse, by an EngineError, a structure that the engine cannot compute."""

    @abstractmethod
    def describe(self) -> EngineInfo:
        """Say what the engine is, as far as it is known before it runs."""
