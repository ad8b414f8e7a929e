"""Jobs of a phonon calculation: displace, collect the forces, solve."""

from collections.abc import Sequence
from typing import Any, TypedDict

from jobflow import Flow, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.phonons import PhononResult, harmonic, observables, summarise_phonons
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.spread import with_spread
from liponflow.analysis.stability.phase_record import PhononRecord
from liponflow.crystals.supercell import Supercell
from liponflow.engines.reading import read_calculation, start_volume
from liponflow.inputs.phonons import PhononParameters, displacement
from liponflow.structures.phonons import cell_to_repeat, displacements, phonopy_of
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.jobs import named

RECOMPUTED = "the crystal relaxed again, and its displaced supercells"
"""What a further engine computes."""


@job
def displace(
    relaxation: Any,
    static_maker: Maker,
    *,
    name: str,
    phase_fingerprint: str,
    engine: EngineInfo,
    parameters: PhononParameters,
) -> Response[PhononRecord]:
    """Displace the atoms of a relaxed crystal and compute the forces.

    Parameters
    ----------
    relaxation
        Task document of the relaxation.
    static_maker
        Maker of the supercells.
    name
        Name of the crystal.
    phase_fingerprint
        Fingerprint of the start, the engine and the settings.
    engine
        Description of the engine before it ran.
    parameters
        Supercell, displacement, mesh and force limit.

    Returns
    -------
    Response
        Replaced by the calculations and their evaluation.

    Raises
    ------
    ValueError
        If the relaxation did not converge.
    """
    relaxed = read_calculation(relaxation, engine, parameters.force_limit)
    reason = unconverged_reason(relaxed)
    if reason is not None:
        raise ValueError(f"no phonons of {name}: {reason}")
    found = displacements(
        cell_to_repeat(relaxed.structure, parameters.supercell),
        min_length=parameters.min_length,
        distance=displacement(parameters, dft=not engine.surrogate),
        supercell=parameters.supercell,
    )
    rest = named(static_maker.make(found.supercell), f"at rest {name}")
    statics = []
    for number, structure in enumerate(found.structures, start=1):
        static = named(static_maker.make(structure), f"displaced {name} {number}")
        statics.append(static)
    solved = named(
        solve(
            [static.output.output.forces for static in statics],
            rest.output.output.forces,
            found.cell,
            list(found.repeats),
            found.dataset,
            name=name,
            phase_fingerprint=phase_fingerprint,
            engine=relaxed.engine,
            parameters=parameters,
        ),
        phonons_name(name),
    )
    return Response(replace=Flow([rest, *statics, solved], output=solved.output))


@job
def solve(
    forces: Sequence[Any],
    rest: Any,
    cell: Structure,
    repeats: Supercell,
    dataset: dict[str, Any],
    *,
    name: str,
    phase_fingerprint: str,
    engine: EngineInfo,
    parameters: PhononParameters,
) -> PhononRecord:
    """Solve the vibrations from the forces of all supercells."""
    return PhononRecord(
        phase_fingerprint=phase_fingerprint,
        name=name,
        engine=engine,
        cell=cell,
        phonons=harmonic(
            phonopy_of(cell, repeats),
            dataset,
            forces,
            rest,
            distance=displacement(parameters, dft=not engine.surrogate),
            mesh_length=parameters.mesh_length,
        ),
    )


class EngineVibrations(TypedDict):
    """What one engine computed; None for what failed."""

    record: PhononRecord | None
    relaxation: Any
    engine: EngineInfo | None


@job
def conclude_phonons(
    record: PhononRecord | None,
    relaxation: Any,
    *,
    force_limit: float,
    made: dict[str, Any],
    engine: EngineInfo | None = None,
    remarks: Sequence[str] = (),
    further: Comparison | None = None,
) -> PhononResult:
    """Collect the vibrations and their provenance.

    Parameters
    ----------
    record
        The vibrations; None if they failed.
    relaxation
        Task document of the relaxation; None if it failed.
    force_limit
        Largest force before atoms were displaced, eV/Å.
    made
        Provenance known before the run.
    engine
        Description of the engine before it ran; None in runs that version 0.1 started.
    remarks
        On the cell that was taken.
    further
        The EngineVibrations of further engines.

    Raises
    ------
    ValueError
        If the relaxation or the vibrations failed.
    """

    def summarised(computed: EngineVibrations) -> PhononResult:
        vibrations, document = computed["record"], computed["relaxation"]
        if vibrations is None or document is None:
            raise ValueError(
                "the relaxation or a displaced supercell failed; the run's report names its "
                "directory and cause"
            )
        relaxed = read_calculation(document, computed["engine"] or vibrations.engine, force_limit)
        return summarise_phonons(
            vibrations.phonons,
            vibrations.cell,
            relaxed,
            force_limit=force_limit,
            provenance=provenance(engine=relaxed.engine, **made),
            remarks=remarks,
            start_volume=start_volume(document),
        )

    return with_spread(
        summarised(EngineVibrations(record=record, relaxation=relaxation, engine=engine)),
        further_results(further, summarised),
        observables,
        limits=made["parameters"].get("disagreement", {}),
        recomputed=RECOMPUTED,
    )


def phonons_name(name: str) -> str:
    """Return the name of the job whose output is the record of a crystal's vibrations."""
    return f"phonons {name}"
