"""The job of a band: its result, invalid input, and a kill half-way."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path as FilePath
from typing import Any

import pytest
from ase.calculators.emt import EMT
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from model_surface import Path
from monty.json import jsanitize
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow import safejson
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.planning import planned_by
from liponflow.engines.potential.neb.maker import RECORD, BandMaker, relax_images
from liponflow.engines.potential.unconverged import unconverged
from liponflow.job_directory import CHECKPOINT, read_status
from liponflow.structures.migration.images import PathMirror

LIMIT = 0.02
ENGINE = EngineInfo(name="emt", version="ase", surrogate=True)


def maker(**options: Any) -> BandMaker:
    given: dict[str, Any] = {"potential": CalculatorSpec(EMT), "engine": ENGINE}
    return BandMaker(**given | {"force_limit": LIMIT} | options)


def structures(path: Path) -> list[Structure]:
    return [AseAtomsAdaptor.get_structure(image) for image in path.images]


def run(
    images: list[Structure], folder: FilePath, mirror: PathMirror | None = None, **options: Any
) -> NEBResult:
    folder.mkdir(exist_ok=True)
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    job = maker(**options).make(images, mirror)
    run_locally(job, store=store, root_dir=folder, ensure_success=True, log=False)
    result: NEBResult = safejson.decode(store.get_output(job.uuid, load=True))
    return result


def test_result_of_half_a_band_describes_the_whole_band(copper: Path, tmp_path: FilePath) -> None:
    images = structures(copper)
    whole = run(images, tmp_path / "whole")
    half = run(images, tmp_path / "half", copper.mirror)
    assert half.barrier == pytest.approx(whole.barrier, abs=1e-3)
    assert half.converged
    assert half.climbing
    assert half.provenance.engine == ENGINE
    assert [image.image for image in half.images] == list(range(7))
    assert half.images[0].distance == 0
    assert half.images[3].energy == half.barrier == half.reverse_barrier
    assert all(image.converged for image in half.images)
    assert all((image.max_force or 0) < LIMIT for image in half.images)
    # No jump by a lattice vector between neighbouring images.
    steps = [b.distance - a.distance for a, b in zip(half.images, half.images[1:], strict=False)]
    assert max(steps) < 1
    assert half.steps == len(half.force_history)
    assert half.force_evaluations is not None
    assert whole.force_evaluations is not None
    # One end point and at most three images per step, instead of two and five.
    assert half.force_evaluations <= 1 + 3 * (half.steps or 0)
    assert whole.force_evaluations <= 2 + 5 * (whole.steps or 0)
    assert half.force_evaluations < 0.7 * whole.force_evaluations


def test_unconverged_band_has_no_barrier(copper: Path, tmp_path: FilePath) -> None:
    result = run(structures(copper), tmp_path, max_steps=2)
    assert not result.converged
    assert result.barrier is None
    assert result.reverse_barrier is None
    [warning] = result.warnings
    assert "perpendicular to the path after 2 steps, limit 0.02: continue from these" in warning


def test_unconverged_band_goes_on_from_its_images(copper: Path, tmp_path: FilePath) -> None:
    images = structures(copper)
    whole = run(images, tmp_path / "whole")
    assert whole.steps is not None
    first = run(images, tmp_path / "first", max_steps=whole.steps - 2)
    left = unconverged(maker(), images, first)
    assert left is not None
    assert f"limit {LIMIT:g}" in left.reason
    assert isinstance(left.start, list)
    second = run(left.start, tmp_path / "second")
    assert second.barrier == pytest.approx(whole.barrier, abs=2e-3)
    assert second.steps is not None
    assert second.steps < whole.steps
    assert unconverged(maker(), left.start, second) is None


def test_unrelaxed_end_point_means_no_barrier(copper: Path, tmp_path: FilePath) -> None:
    images = structures(copper)
    images[0] = images[0].copy().translate_sites([4], [0.01, 0, 0])
    result = run(images, tmp_path)
    assert unconverged(maker(), images, result) is None
    assert result.barrier is None
    assert not result.images[0].converged
    assert any(
        "force on the first end point" in w and "relax the end point" in w for w in result.warnings
    )


def cell(x: float, species: tuple[str, str] = ("Li", "O"), a: float = 6.0) -> Structure:
    return Structure(Lattice.cubic(a), species, [[x, 0, 0], [0.5, 0.5, 0.5]])


@pytest.mark.parametrize(
    ("images", "complaint"),
    [
        ([cell(0.0), cell(0.2)], "a band of 2 images: give the two end points"),
        (
            [cell(0.0), cell(0.1), cell(0.2).copy().remove_sites([0])],
            r"image 2 has 1 atoms \(O1\), image 0 has 2 \(Li1 O1\)",
        ),
        (
            [cell(0.0), cell(0.1), cell(0.2, ("O", "Li"))],
            "image 2 .* has other atoms than image 0 .*, or the same in another order",
        ),
        ([cell(0.0), cell(0.1, a=6.1), cell(0.2)], "image 1 has another cell than image 0"),
        ([cell(0.0), cell(0.1), cell(0.0)], r"the end points are the same structure \(0\.000 Å"),
        ([cell(0.0), cell(0.3), cell(0.1)], "images out of order: image 0 is"),
    ],
    ids=["two", "lost atom", "permuted", "cell", "identical", "order"],
)
def test_images_that_do_not_form_a_path_are_refused(
    images: list[Structure], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        maker().make(images)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"force_limit": 0.0}, r"force_limit = 0\.0 must be above 0"),
        ({"spring": -1.0}, r"spring = -1\.0 must be above 0"),
        ({"max_steps": 0}, "max_steps = 0 must be 1 or more"),
        ({"optimiser": "MD"}, "unknown optimiser 'MD' .known: LBFGS, BFGS, FIRE"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        maker(**options)


def test_band_is_planned(copper: Path) -> None:
    [planned] = planned_by(maker(), structures(copper))
    assert (planned.kind, planned.atoms, planned.images) == ("neb", 31, 5)


# A kill -9 in the middle of the job.

SLOW = """
import sys, time
from pathlib import Path
from ase.calculators import emt
from liponflow import safejson
import json

plain = emt.EMT.calculate
def slow(self, *args, **kwargs):
    time.sleep(float(sys.argv[2]))
    plain(self, *args, **kwargs)
emt.EMT.calculate = slow
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.potential.neb.maker import relax_images
job = json.loads(Path(sys.argv[1]).read_text())
maker, images, mirror = (safejson.decode(argument) for argument in job)
relax_images.original(maker, images, mirror)
"""


def test_killed_band_is_resumed_without_any_difference(
    copper: Path, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = maker(force_limit=0.005).make(structures(copper), copper.mirror)
    document = tmp_path / "job.json"
    document.write_text(json.dumps(jsanitize(job.function_args, strict=True)))
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    for folder in (unbroken, broken):
        folder.mkdir()

    process = subprocess.Popen([sys.executable, "-c", SLOW, str(document), "0.1"], cwd=broken)
    record = broken / CHECKPOINT / RECORD
    deadline = time.monotonic() + 60
    while not record.is_file() or record.read_bytes().count(b"\n") < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert re.match(r"step \d of at most 200, force .* of 0\.005 eV/Å", read_status(broken))
    before = record.read_bytes()

    results = []
    for folder in (unbroken, broken):
        monkeypatch.chdir(folder)
        results.append(relax_images.original(*job.function_args))
    first, second = results
    assert second.force_history == first.force_history
    assert second.barrier == first.barrier
    assert second.force_evaluations == first.force_evaluations
    # The results of the first attempt were taken from its record.
    whole = record.read_bytes()
    assert whole.startswith(before[: before.rindex(b"\n") + 1])
    assert whole == (unbroken / CHECKPOINT / RECORD).read_bytes()
