"""Engines: a name turned into atomate2 Makers, and any engine's output into one summary.

Nothing above this module knows which code computes the energies; every result says which did.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from ase.filters import FrechetCellFilter
from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from atomate2.forcefields.utils import MLFF
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.sets.base import VaspInputGenerator
from emmet.core.tasks import TaskDoc
from emmet.core.types.enums import TaskState
from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.inputs.presets import nearest
from liponflow.inputs.protocol import Stage
from liponflow.workflows.bands.maker import BandMaker
from liponflow.workflows.chgnet import FUNCTIONALS, UNTRAINED, VARIANTS
from liponflow.workflows.chgnet_makers import ChgnetRelaxMaker, ChgnetStaticMaker
from liponflow.workflows.dynamics.maker import CHUNK_STEPS, CheckpointedMDMaker
from liponflow.workflows.dynamics.vasp import SEGMENT_STEPS, StagedVaspMDMaker
from liponflow.workflows.standin.engine import stand_in_engine
from liponflow.workflows.vasp_neb import VaspNEBMaker
from liponflow.workflows.vasp_run import run_options
from liponflow.workflows.vibration_makers import PotentialVibrationMaker, StaticVibrationMaker

FORCE_MARGIN = 0.9
"""Fraction of the force limit to which ASE relaxes: it measures forces in the frame of the start
cell, where those of a cell that has grown or shrunk by up to 10 % look that much smaller."""

_KBAR_TO_GPA = 0.1


class BalancedCellFilter(FrechetCellFilter):
    """Cell degrees of freedom weighted like the atoms.

    ASE's default weight, the number of atoms, makes the cell of a large supercell so soft that
    a force limit of 0.05 eV/Å leaves almost 1 GPa. With its square root, cell and atoms have
    force constants of the same order (bulk modulus times volume grows with the number of atoms,
    and the weight enters squared): fewer steps, and stress that converges with the forces.
    """

    def __init__(self, atoms: Atoms) -> None:
        super().__init__(atoms, exp_cell_factor=len(atoms) ** 0.5)  # type: ignore[no-untyped-call]


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
        name
            Name of the job or flow.

        Notes
        -----
        The mirror (:class:`liponflow.structures.images.PathMirror`) of a symmetric hop saves half
        the images where the engine can make use of it; VASP cannot.
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


@dataclass(frozen=True)
class ForceFieldEngine(Engine):
    """One of atomate2's machine-learned potentials."""

    def relax(self, *, cell: bool = True, max_step: float | None = None) -> Maker:
        """See Engine."""
        relax_kwargs: dict[str, Any] = {
            "fmax": FORCE_MARGIN * self.force_limit,
            "cell_filter": BalancedCellFilter,
        }
        if max_step is not None:
            relax_kwargs["maxstep"] = max_step
        return self._maker(
            ForceFieldRelaxMaker,
            ChgnetRelaxMaker,
            name="relax",
            relax_cell=cell,
            steps=self.max_steps,
            optimizer_kwargs={"optimizer": "LBFGS" if max_step is None else "FIRE"},
            relax_kwargs=relax_kwargs,
        )

    def static(self) -> Maker:
        """See Engine."""
        return self._maker(ForceFieldStaticMaker, ChgnetStaticMaker, name="static")

    def neb(
        self,
        *,
        climbing: bool = True,
        force_limit: float | None = None,
        max_steps: int | None = None,
        name: str = "nudged elastic band",
    ) -> Maker:
        """See Engine."""
        return BandMaker(
            potential=self.name,
            engine=self.describe(),
            climbing=climbing,
            force_limit=force_limit or self.force_limit,
            max_steps=max_steps or self.max_steps,
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

    def vibrations(self) -> Maker:
        """See Engine."""
        return PotentialVibrationMaker(self.name)

    def check(self, structure: Structure) -> None:
        """See Engine."""
        untrained = UNTRAINED if self.name in VARIANTS else frozenset()
        for element in structure.composition.elements:
            if element.symbol in untrained:
                raise EngineError(
                    f"{self.name} was not trained on {element.symbol} "
                    f"({structure.composition.formula}); use --engine vasp or another potential"
                )

    def describe(self) -> EngineInfo:
        """See Engine."""
        if self.name in VARIANTS:
            return EngineInfo(
                name=self.name,
                version=version("chgnet"),
                weights=VARIANTS[self.name],
                functional=FUNCTIONALS[VARIANTS[self.name]],
                surrogate=True,
            )
        return EngineInfo(name=self.name, version="as installed", surrogate=True)

    def _maker(self, maker: type[Maker], chgnet_maker: type[Maker], **options: Any) -> Maker:
        """Make a Maker of atomate2, or ours where the potential is chgnet."""
        options |= {
            "force_field_name": _mlff(self.name),
            "ionic_step_data": _IONIC_STEP_DATA,
        }
        if self.name in VARIANTS:
            return chgnet_maker(**options, weights=VARIANTS[self.name])
        return maker(**options)


@dataclass(frozen=True)
class VaspEngine(Engine):
    """VASP through atomate2 and custodian, with the input sets of the topic."""

    relax_set: VaspInputGenerator
    static_set: VaspInputGenerator
    md_incar: Mapping[str, Any] = field(default_factory=dict)
    band_set: VaspInputGenerator | None = None
    functional: str = "PBE+U"

    def relax(self, *, cell: bool = True, max_step: float | None = None) -> Maker:  # noqa: ARG002
        """See Engine."""
        generator = self.relax_set
        if not cell:
            generator = _with_incar(generator, {"ISIF": 2})
        return RelaxMaker(
            name="relax", input_set_generator=generator, run_vasp_kwargs=run_options()
        )

    def static(self) -> Maker:
        """See Engine."""
        return StaticMaker(
            name="static", input_set_generator=self.static_set, run_vasp_kwargs=run_options()
        )

    def neb(
        self,
        *,
        climbing: bool = True,
        force_limit: float | None = None,
        max_steps: int | None = None,
        name: str = "nudged elastic band",
    ) -> Maker:
        """See Engine."""
        return VaspNEBMaker(
            climbing=climbing,
            force_limit=force_limit or self.force_limit,
            max_steps=max_steps or self.max_steps,
            band_set=self.band_set,
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
        return StagedVaspMDMaker(
            stages=list(stages),
            seed=seed,
            segment_steps=chunk_steps or SEGMENT_STEPS,
            user_incar_settings=dict(self.md_incar),
            name=name,
        )

    def vibrations(self) -> Maker:
        """See Engine."""
        return StaticVibrationMaker(self.static())

    def check(self, structure: Structure) -> None:
        """VASP has potentials for every element up to Cm."""

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(
            name="vasp", version="as installed", functional=self.functional, surrogate=False
        )


def get_engine(
    name: str,
    *,
    force_limit: float,
    max_steps: int,
    relax_set: VaspInputGenerator,
    static_set: VaspInputGenerator,
    md_incar: Mapping[str, Any] | None = None,
    band_set: VaspInputGenerator | None = None,
    functional: str = "PBE+U",
) -> Engine:
    """Turn an engine's name into the engine.

    Parameters
    ----------
    name
        ``chgnet``, or with other weights ``chgnet-0.2.0`` and ``chgnet-r2scan``; the name of
        another force field of atomate2; or ``vasp``.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    max_steps
        Most ionic steps of a relaxation.
    relax_set, static_set
        Input sets of the topic, for ``vasp``.
    md_incar
        INCAR values of the topic that replace those of atomate2's molecular dynamics.
    band_set
        Input set of the topic's bands (IMAGES, force limit and steps are added); atomate2's by
        default.
    functional
        What these sets compute, for the record.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    EngineError
        If the name is unknown; the nearest is suggested.

    Examples
    --------
    >>> from atomate2.vasp.sets.base import VaspInputGenerator
    >>> unused = VaspInputGenerator()
    >>> options = {"force_limit": 0.05, "max_steps": 1, "relax_set": unused, "static_set": unused}
    >>> get_engine("chgnet", **options).describe().label
    'chgnet 0.3.0 (machine-learned potential, not DFT)'
    >>> get_engine("chgnett", **options)
    Traceback (most recent call last):
    ...
    liponflow.workflows.engines.EngineError: unknown engine 'chgnett'; did you mean 'chgnet'? ...
    """
    check_name(name)
    if name == "vasp":
        return VaspEngine(
            name,
            force_limit,
            max_steps,
            relax_set,
            static_set,
            md_incar or {},
            band_set,
            functional,
        )
    return ForceFieldEngine(name, force_limit, max_steps)


def engine_names() -> list[str]:
    """Names that :func:`get_engine` knows, the default first."""
    others = sorted(
        member.value for member in MLFF if member not in {MLFF.CHGNet, MLFF.Forcefield, MLFF.MACE}
    )
    return ["chgnet", "vasp", *(name for name in VARIANTS if name != "chgnet"), *others]


def check_name(name: str) -> None:
    """Refuse an unknown engine by an EngineError that suggests the nearest."""
    if name not in engine_names():
        raise EngineError(f"unknown engine {name!r}{nearest(name, engine_names())}")


def calculation(
    document: ForceFieldTaskDocument | TaskDoc, engine: EngineInfo, force_limit: float
) -> Calculation:
    """Summarise what an engine's Maker returned.

    Parameters
    ----------
    document
        Task document of atomate2's force-field or VASP jobs.
    engine
        What is known of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.

    Returns
    -------
    Calculation
        The same fields whichever engine ran. Stress is positive under tension; both kinds of
        document give it in kbar and positive under compression.
    """
    read = _read_vasp if isinstance(document, TaskDoc) else _read_force_field
    reading = read(document)
    output: Any = document.output
    structure = output.structure
    if reading.magmoms is not None:
        structure = structure.copy(site_properties={"magmom": reading.magmoms})
    return Calculation(
        engine=stand_in_engine(reading.version)
        or engine.model_copy(update={"version": reading.version}),
        structure=structure,
        energy=output.energy,
        magmoms=reading.magmoms,
        stress=(-_KBAR_TO_GPA * np.array(output.stress)).tolist() if output.stress else None,
        max_force=float(np.linalg.norm(output.forces, axis=1).max()),
        force_limit=force_limit,
        converged=reading.converged,
        ionic_steps=reading.ionic_steps,
        directory=document.dir_name,
    )


class _Reading(NamedTuple):
    """What the two kinds of task documents keep in different places."""

    version: str
    magmoms: list[float] | None
    converged: bool
    ionic_steps: int


def _read_force_field(document: Any) -> _Reading:
    magmoms = document.output.ionic_steps[-1].magmoms
    return _Reading(
        version=document.forcefield_version,
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=document.state is TaskState.SUCCESS,
        ionic_steps=document.output.n_steps,
    )


def _read_vasp(document: Any) -> _Reading:
    last = document.calcs_reversed[0]
    magmoms = document.output.structure.site_properties.get("magmom")
    # pymatgen takes for convergence that steps are left, as where a STOPCAR ended a relaxation.
    relaxation = last.input.parameters.get("NSW", 0) > 0
    stopped = relaxation and (last.output.outcar or {}).get("is_stopped", False)
    return _Reading(
        version=last.vasp_version,
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=last.has_vasp_completed is TaskState.SUCCESS and not stopped,
        ionic_steps=len(last.output.num_electronic_steps),
    )


_IONIC_STEP_DATA = ("energy", "forces", "stress", "magmoms")
"""Everything but the structures, which would be stored once per step."""


def _mlff(name: str) -> MLFF:
    return MLFF.CHGNet if name in VARIANTS else MLFF(name)


def _with_incar(generator: VaspInputGenerator, incar: dict[str, Any]) -> VaspInputGenerator:
    return replace(generator, user_incar_settings={**generator.user_incar_settings, **incar})
