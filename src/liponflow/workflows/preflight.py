"""Look at a flow before it runs: inputs of its first jobs, and single points of its potentials."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jobflow import Flow, Job, Maker
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.preflight import SinglePoint, preflight_report
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.engines.registry import get_engine, reader
from liponflow.runners.documents import all_jobs
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import RunRequest

MOST_STRUCTURES = 12
"""Structures that are computed, the smallest (our choice: seconds with a potential)."""

_ONE = 1.0
"""Limits of relaxations, of which there are none."""


def preflight(flow: Flow, request: RunRequest[Any], engines: Sequence[str]) -> Iterator[str]:
    """Compare the potentials of a run on its starting structures.

    Parameters
    ----------
    flow
        Flow of the run.
    request
        Request that it was made from.
    engines
        Engines of the run, the main one first. Those that are not potentials are left out.

    Yields
    ------
    str
        One line per further engine; those beyond a limit begin with ``warning:``.
    """
    structures = starting_structures(flow)
    if not structures:
        yield "no preflight: every structure is made while the run computes"
        return
    user = CampaignMaker.of(request)
    made = {
        name: get_engine(name, EngineOptions(_ONE, 2, {}, user.arguments_of(name)))
        for name in dict.fromkeys(engines)
    }
    usable = {name: engine for name, engine in made.items() if _is_potential(engine)}
    main, *others = engines
    if main not in usable or not set(others) & set(usable):
        yield "no preflight: it compares potentials, of which this run has fewer than two"
        return
    points = single_points(usable.pop(main), structures)
    for name, engine in usable.items():
        try:
            own = single_points(engine, structures)
        except Exception as error:  # noqa: BLE001 - calculators raise anything; runs continue, too
            yield f"warning: {name} computes no starting structure: {error}"
            continue
        text, beyond = preflight_report(name, points, own)
        yield f"warning: {text}" if beyond else text


def input_faults(flow: Flow, engines: Sequence[str]) -> list[str]:
    """Return what is wrong with the inputs that the first jobs of a flow will write.

    Parameters
    ----------
    flow
        Flow of the run.
    engines
        Engines of the run.

    Returns
    -------
    list of str
        Each fault once, with the first job that has it and the remedy.
    """
    where: dict[str, list[str]] = {}
    codes = [reader(name) for name in engines]
    for job in all_jobs(flow):
        for maker, images in _makers(job):
            for code in codes:
                for fault in code.input_faults(maker, images):
                    where.setdefault(fault, []).append(job.name)
    return [
        f"{first}{f' and {len(more)} more jobs' if more else ''}: {fault}"
        for fault, (first, *more) in where.items()
    ]


def _makers(job: Job) -> Iterator[tuple[Maker, list[Structure]]]:
    """Yield the Maker of a job with its structure, and those that the job takes for later ones."""
    structure = job.function_args[0] if job.function_args else None
    if job.maker is not None and isinstance(structure, Structure):
        yield job.maker, [structure]
    for argument in (*job.function_args, *job.function_kwargs.values()):
        for item in argument.values() if isinstance(argument, dict) else [argument]:
            if isinstance(item, Maker):
                yield item, []


def starting_structures(flow: Flow) -> list[Structure]:
    """Return the structures that jobs of a flow start from, the smallest, each once."""
    found: list[Structure] = []
    for job in all_jobs(flow):
        structure = job.function_args[0] if job.function_args else None
        if job.maker is not None and isinstance(structure, Structure) and structure not in found:
            found.append(structure)
    return sorted(found, key=len)[:MOST_STRUCTURES]


def single_points(engine: Engine, structures: Sequence[Structure]) -> list[SinglePoint]:
    """Return energy and forces of structures with a potential."""
    assert isinstance(engine, PotentialEngine)  # noqa: S101 - others were left out
    calculator = engine.calculator().make()
    points = []
    for structure in structures:
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.calc = calculator
        points.append(
            SinglePoint(
                composition=structure.composition.get_el_amt_dict(),
                energy=float(atoms.get_potential_energy()),  # type: ignore[no-untyped-call]
                forces=np.array(atoms.get_forces(), np.float64),  # type: ignore[no-untyped-call]
            )
        )
    return points


def _is_potential(engine: Engine) -> bool:
    return isinstance(engine, PotentialEngine) and engine.describe().surrogate
