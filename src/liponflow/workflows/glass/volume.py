"""Find the volume of a glass at zero pressure by atomate2's MPMorph fit, with any engine."""

import math
import warnings
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np
from atomate2.common.flows.mpmorph import EquilibriumVolumeMaker
from atomate2.common.jobs.eos import MPMorphPVPostProcess
from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.volume import (
    around_zero,
    check_computed,
    further_volume,
    next_volume,
    settled_means,
)
from liponflow.analysis.runs import MDResult
from liponflow.engines.engine import Engine
from liponflow.engines.planned import announce
from liponflow.engines.planning import planned_by
from liponflow.inputs.glass import GlassParameters
from liponflow.units import KBAR_PER_GPA
from liponflow.workflows.jobs import named


class PointOutput(TypedDict):
    """Energy (eV) and stress (kbar, positive under compression, as VASP gives it)."""

    energy: float
    stress: list[list[float]]


class VolumePoint(TypedDict):
    """Output of the dynamics at one volume, as MPMorph reads it."""

    output: PointOutput
    structure: Structure


@dataclass
class VolumePointMaker(Maker):
    """Run dynamics at one volume; the output has the fields that MPMorph reads.

    Attributes
    ----------
    md_maker
        Maker whose output is an MDResult.
    name
        Name of the flow.
    """

    md_maker: Maker
    name: str = "volume"

    def make(
        self,
        structure: Structure,
        prev_dir: str | None = None,  # noqa: ARG002 - MPMorph passes it on, always None
    ) -> Flow:
        """Wire the dynamics of one volume."""
        dynamics = self.md_maker.make(structure)
        point = named(volume_point(dynamics.output), "pressure")
        return Flow([dynamics, point], output=point.output, name=self.name)


class VolumeFit(MPMorphPVPostProcess):
    """MPMorph's fit of pressure against volume, continued if the fit fails.

    Parameters
    ----------
    min_data_points
        Volumes before the first fit; MPMorph's own class takes no arguments and has 3.

    Notes
    -----
    MPMorph ends the flow where its Birch-Murnaghan fit fails; here
    :func:`liponflow.analysis.glass.volume.next_volume` chooses the next volume.
    """

    def __init__(self, min_data_points: int = 5) -> None:
        super().__init__()
        self.min_data_points = min_data_points

    def eval(self) -> None:
        """Fit, and set ``results`` with V0, Vmin and Vmax (Å³)."""
        results: dict[str, Any] = self.results
        computed = results["relax"]
        pressures = [float(np.trace(stress)) / 3 for stress in computed["stress"]]
        near = around_zero(computed["volume"], pressures, enough=self.min_data_points or 0)
        results["relax"] = {
            key: [values[index] for index in near]
            for key, values in {**computed, "pressure": pressures}.items()
            if key in self.eos_attrs
        }
        with warnings.catch_warnings():
            # next_volume handles a failed fit.
            warnings.simplefilter("ignore", RuntimeWarning)
            super().eval()
        results["relax"] = {**computed, "pressure": pressures, "EOS": results["relax"]["EOS"]}
        volumes = computed["volume"]
        results |= {"Vmin": min(volumes), "Vmax": max(volumes)}
        results["V0"] = next_volume(volumes, pressures, results["V0"])


@dataclass
class VolumeSearchMaker(EquilibriumVolumeMaker):
    """Search of MPMorph whose further volumes :func:`further_volume` chooses.

    MPMorph counts the strain of a further volume from the start, so it reaches a volume beyond the
    first further one only if a fit extrapolates that far.
    """

    @job
    def make(
        self,
        structure: Structure,
        prev_dir: str | Path | None = None,
        working_outputs: dict[str, Any] | None = None,
    ) -> Response[Any]:
        """See the class that this one extends."""
        volume = None if working_outputs is None else self._further(working_outputs)
        if working_outputs is None or volume is None:
            search: Any = EquilibriumVolumeMaker.make  # a job; its function is `original`
            first: Response[Any] = search.original(self, structure, prev_dir, working_outputs)
            return first
        computed = working_outputs["relax"]
        scaled = structure.copy()
        scaled.scale_lattice(volume)
        point = self.md_maker.make(scaled)
        point.name = f"{self.name} {point.name} {len(computed['volume']) + 1}"
        computed["energy"].append(point.output.output.energy)
        computed["volume"].append(point.output.structure.volume)
        computed["stress"].append(point.output.output.stress)
        computed.pop("pressure", None)  # the fit takes it from the stress
        going_on = self.make(structure, prev_dir=None, working_outputs=working_outputs)
        return Response(
            replace=Flow([point, going_on], output=going_on.output), output=going_on.output
        )

    def _further(self, working_outputs: dict[str, Any]) -> float | None:
        """Return the next volume (Å³); None if the search ends."""
        # The fit adds to its argument and to its own results.
        fit = deepcopy(self.postprocessor)
        fit.fit(deepcopy(working_outputs))
        results: dict[str, Any] = fit.results
        volumes = results["relax"]["volume"]
        if len(volumes) >= (self.max_attempts or math.inf) + (fit.min_data_points or 0):
            return None
        return further_volume(volumes, float(results["V0"]), strain=self.min_strain)


def equilibrium_volume(
    engine: Engine, parameters: GlassParameters, structure: Structure, seed: int
) -> tuple[list[Job], Any]:
    """Wire the search for the volume at zero pressure.

    Parameters
    ----------
    engine
        Engine of the calculations.
    parameters
        Of the campaign: ``volume_stage``, ``volume_strain``, ``volume_points`` and
        ``volume_attempts``.
    structure
        Start.
    seed
        Of the velocities.

    Returns
    -------
    list of Job, OutputReference
        Jobs, and the structure at that volume.
    """
    point = _point_maker(engine, parameters, seed)
    search = named(_search_maker(point, parameters).make(structure), f"volume seed {seed}")
    # More volumes are added only if the fit lies outside these.
    announce(search, [*planned_by(point.md_maker, structure)] * parameters.volume_points)
    chosen = named(chosen_volume(search.output), f"volume seed {seed}: chosen")
    return [search, chosen], chosen.output


def first_volumes(
    engine: Engine, parameters: GlassParameters, structure: Structure, seed: int
) -> list[Flow]:
    """Return the dynamics at the volumes with which the search begins.

    Parameters
    ----------
    engine, parameters, structure, seed
        As for :func:`equilibrium_volume`.
    """
    maker = _search_maker(_point_maker(engine, parameters, seed), parameters)
    make: Any = VolumeSearchMaker.make  # a job; its function is `original`
    begun: Response[Any] = make.original(maker, structure)
    return [member for member in cast("Flow", begun.replace) if isinstance(member, Flow)]


def _point_maker(engine: Engine, parameters: GlassParameters, seed: int) -> VolumePointMaker:
    stage = parameters.volume_stage.model_copy(update={"stress": True})
    dynamics = engine.md(
        [stage],
        seed=seed,
        frame_interval=parameters.frame_interval,
        chunk_steps=parameters.segment_steps,
        name="volume",
    )
    return VolumePointMaker(dynamics)


def _search_maker(point: VolumePointMaker, parameters: GlassParameters) -> VolumeSearchMaker:
    return VolumeSearchMaker(
        md_maker=point,
        name="volume",
        postprocessor=VolumeFit(min_data_points=parameters.volume_points),
        initial_strain=parameters.volume_strain,
        min_strain=parameters.volume_strain,
        max_attempts=parameters.volume_attempts,
    )


@job
def volume_point(dynamics: MDResult) -> VolumePoint:
    """Average energy and pressure of the second half of dynamics at constant volume.

    Parameters
    ----------
    dynamics
        With the pressure of every block.

    Returns
    -------
    VolumePoint

    Raises
    ------
    ValueError
        If no pressure was computed, or the run ended early.
    """
    if not dynamics.converged:
        raise ValueError(f"the dynamics at one volume ended early: {dynamics.stop_reason}")
    means = settled_means(dynamics.potential_energies, dynamics.pressures)
    return VolumePoint(
        output=PointOutput(
            energy=means.energy,
            stress=(means.pressure * KBAR_PER_GPA * np.eye(3)).tolist(),
        ),
        structure=dynamics.structure,
    )


@job
def chosen_volume(found: dict[str, Any]) -> Structure:
    """Return the structure at the fitted volume.

    Parameters
    ----------
    found
        Output of MPMorph's search.

    Returns
    -------
    Structure

    Raises
    ------
    ValueError
        If the fitted volume lies outside the volumes that were computed after all attempts.
    """
    fit = found["working_outputs"]
    check_computed(float(fit["V0"]), float(fit["Vmin"]), float(fit["Vmax"]))
    structure: Structure | None = found["structure"]
    if structure is None:
        raise ValueError("MPMorph's search of the volume without pressure gave no structure")
    return structure
