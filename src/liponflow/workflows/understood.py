"""What a campaign understood of a request: its material and what it will compute, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobflow import Flow
from pydantic import BaseModel
from pymatgen.core.structure import Structure

from liponflow.analysis.result import EngineInfo
from liponflow.cost.estimate import Line
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.engines.planned import MD, NEB, RELAX, STATIC
from liponflow.formulas import reduced_formula
from liponflow.inputs.parameter import typed
from liponflow.runners.documents import all_jobs
from liponflow.workflows.request import RunRequest

_NOUNS = {RELAX: "relaxation", STATIC: "static calculation", NEB: "band", MD: "dynamics run"}

_SAME_LENGTH = 1e-3
"""Å within which axes are equal."""

_SAME_ANGLE = 0.01
"""Degrees within which angles are."""


@dataclass(frozen=True)
class Understood:
    """What a campaign understood.

    Attributes
    ----------
    material
        The material: formula, cell, number of atoms, and where it came from.
    plan
        What will be computed of it: Li contents, sites and hops, phases, stages.
    details
        Lists behind it that may be long.
    """

    material: str
    plan: str
    details: Sequence[str] = field(default_factory=list)


def understood_by_default(
    request: RunRequest[Any], flow: Flow, lines: Sequence[Line]
) -> Understood:
    """Return what any campaign says: the structure of the user, and the jobs of its flow."""
    if request.structure is None:
        material = f"built in, preset {request.preset}"
    else:
        material = f"{cell_text(request.structure)}, from {request.file}"
    names = [job.name for job in all_jobs(flow)]
    return Understood(material, counted(lines), names)


def cell_text(structure: Structure) -> str:
    """Return formula, number of atoms and cell on one line.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> cell_text(Structure(Lattice.cubic(3.5), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    'Li: 2 atoms, a = 3.5 Å, cubic axes'
    """
    formula = written_by_unit(reduced_formula(structure.composition))
    return f"{formula}: {len(structure)} atoms, {axes_text(structure)}"


def axes_text(structure: Structure) -> str:
    """Return the axes and, unless all are right, the angles of a cell."""
    lengths, angles = structure.lattice.abc, structure.lattice.angles
    right = max(abs(angle - 90) for angle in angles) < _SAME_ANGLE
    if max(lengths) - min(lengths) < _SAME_LENGTH and right:
        return f"a = {lengths[0]:.4g} Å, cubic axes"
    axes = ", ".join(f"{length:.4g}" for length in lengths)
    shape = "" if right else f", {', '.join(f'{angle:.4g}' for angle in angles)}°"
    return f"a, b, c = {axes} Å{shape}"


def counted(lines: Sequence[Line]) -> str:
    """Return the number of calculations of each kind in words.

    Examples
    --------
    >>> counted([Line("relax", 2, 8, 1, 30, 0.1, 0.05), Line("neb, 5 images", 1, 16, 1, 30, 1, 1)])
    '2 relaxations, 1 band of 5 images'
    """
    kinds: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        kind, comma, rest = line.name.partition(", ")
        word, *engine = kind.split(" ")
        after = ["of", rest] if comma else []
        kinds[(_NOUNS.get(word, word), *engine, *after)] += line.jobs
    return ", ".join(
        " ".join([str(number), noun if number == 1 else f"{noun}s", *after])
        for (noun, *after), number in kinds.items()
    )


def names_after(flow: Flow, beginning: str) -> list[str]:
    """Return the names of jobs that begin with a text, without it."""
    return [
        job.name.removeprefix(beginning)
        for job in all_jobs(flow)
        if job.name.startswith(beginning)
    ]


def engines_of(flow: Flow) -> list[EngineInfo]:
    """Return the engines that the jobs of a flow name, each once."""
    found: dict[str, EngineInfo] = {}
    for job in all_jobs(flow):
        for info in _engines([*job.function_args, *job.function_kwargs.values()]):
            found.setdefault(info.label, info)
    return list(found.values())


def changed(parameters: BaseModel, preset: BaseModel) -> list[str]:
    """Return the parameters that differ from a preset, in words."""
    now, before = parameters.model_dump(mode="json"), preset.model_dump(mode="json")
    return [
        f"{name} = {typed(value)} (preset: {typed(before[name])})"
        for name, value in now.items()
        if value != before[name]
    ]


def _engines(value: Any) -> Iterator[EngineInfo]:
    if isinstance(value, EngineInfo):
        yield value
    elif isinstance(value, dict):
        yield from _engines(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _engines(item)
