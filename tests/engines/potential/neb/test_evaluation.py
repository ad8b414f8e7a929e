"""Evaluation of images in one process, in several, and from an earlier record."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from pathlib import Path as FilePath

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from model_surface import ModelSurface, Path, model_path

from liponflow.engines.potential.evaluation import (
    Evaluation,
    Recorded,
    evaluate_with,
    evaluator,
)
from liponflow.engines.potential.neb.band import Band
from liponflow.engines.potential.neb.relaxation import RelaxedBand, relax_band


class Stop(Exception):  # noqa: N818 - it stands for a kill
    """Interrupts a relaxation."""


def relax(record: FilePath, fail_after: int | None = None) -> tuple[RelaxedBand, Recorded]:
    """Relax a band with a record and stop after a number of calls of the potential."""
    surface = ModelSurface(tilt=0.05)
    compute = evaluate_with(surface)
    calls = 0

    def evaluate(images: Sequence[Atoms]) -> list[Evaluation]:
        nonlocal calls
        calls += 1
        if fail_after is not None and calls > fail_after:
            raise Stop
        return compute(images)

    recorded = Recorded(evaluate, record)
    band = Band(model_path(surface).images, recorded)
    return relax_band(band, force_limit=1e-3, max_steps=200), recorded


def test_interrupted_band_is_resumed_without_any_difference(tmp_path: FilePath) -> None:
    unbroken, whole = relax(tmp_path / "unbroken.jsonl")
    record = tmp_path / "broken" / "images.jsonl"
    for attempt in (4, 3):
        with pytest.raises(Stop):
            relax(record, fail_after=attempt)
    resumed, rest = relax(record)
    assert resumed.history == unbroken.history
    assert resumed.state.energies.tolist() == unbroken.state.energies.tolist()
    assert rest.recalled == 2 + 5 * (7 - 2)
    assert rest.computed + rest.recalled == whole.computed
    assert record.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()


def test_truncated_line_of_the_record_is_computed_again(tmp_path: FilePath) -> None:
    unbroken, _ = relax(tmp_path / "unbroken.jsonl")
    record = tmp_path / "images.jsonl"
    with pytest.raises(Stop):
        relax(record, fail_after=5)
    whole = record.read_bytes()
    record.write_bytes(whole[:-40])
    resumed, rest = relax(record)
    assert resumed.history == unbroken.history
    assert rest.recalled == 2 + 5 * 2
    assert record.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()


def test_record_of_another_path_is_ignored(tmp_path: FilePath) -> None:
    surface = ModelSurface()
    images = model_path(surface).images[:2]
    first = Recorded(evaluate_with(surface), tmp_path / "images.jsonl")
    first(images)
    images[1].positions += 1e-6
    second = Recorded(evaluate_with(surface), tmp_path / "images.jsonl")
    [_, found] = second(images)
    assert (second.recalled, second.computed) == (0, 2)
    images[1].calc = surface
    assert found.energy == images[1].get_potential_energy()
    assert len((tmp_path / "images.jsonl").read_text().splitlines()) == 1


def test_several_processes_compute_the_same_as_one(copper: Path) -> None:
    images = copper.images[1:4]
    alone = evaluate_with(EMT())(images)
    with evaluator(EMT, 2) as evaluate:
        together = evaluate(images)
    for one, other in zip(alone, together, strict=True):
        assert one.energy == other.energy
        assert np.array_equal(one.forces, other.forces)
