"""Force evaluations until a band is below 0.05 eV/Å, compared with atomate2.

Run with ``OMP_NUM_THREADS=1 python benchmarks/migration.py [N O ...]``.

A dopant hops between neighbouring octahedral sites of a 3x3x3 cell of bcc Li, past the
tetrahedral site between them (CHGNet 0.3.0). One end point is relaxed; the other is made by
symmetry. Both codes start from these end points with five images between them, and stop at the
same limit. atomate2's ``ForceFieldNebFromEndpointsMaker`` starts from images that atomate2
interpolates linearly or by IDPP, and uses ASE's FIRE. Every call of the potential is counted,
including those of the end points. atomate2 compares the largest force including springs with the
limit, our band the largest force perpendicular to the path. Both are printed for all final bands.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import contextlib
import io
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from ase.optimize import FIRE
from atomate2.common.jobs.neb import _get_images_from_endpoints
from atomate2.forcefields.neb import ForceFieldNebFromEndpointsMaker
from chgnet.model.dynamics import CHGNetCalculator
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.result import EngineInfo
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.potential.evaluation import Remembered, evaluate_with
from liponflow.engines.potential.neb.band import Band
from liponflow.engines.potential.neb.maker import BandMaker
from liponflow.engines.potential.neb.relaxation import relax_band
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import EndPoints, relaxed_ends
from liponflow.structures.migration.hop_cell import hop_cell, site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import PathMirror, interpolate, path_mirror
from liponflow.structures.migration.interstitials import interstitial_sites

LIMIT = 0.05
"""eV/Å."""
IMAGES = 5
A = 3.407
"""Å, of bcc Li relaxed with CHGNet."""
HOP = "octahedral-tetrahedral-octahedral"


@contextlib.contextmanager
def counted() -> Iterator[list[int]]:
    """Count all calls of chgnet's calculator."""
    calls = [0]
    plain = CHGNetCalculator.calculate

    def counting(self: Any, *args: Any, **kwargs: Any) -> None:
        calls[0] += 1
        plain(self, *args, **kwargs)

    with mock.patch.object(CHGNetCalculator, "calculate", counting):
        yield calls


def end_points(dopant: str) -> tuple[EndPoints, PathMirror | None]:
    """Relax one end point as in the campaign, and make the other by symmetry."""
    cell = hop_cell(interstitial_sites(bcc_lithium(A)), (3, 3, 3))
    [hop] = [hop for hop in distinct_hops(cell.sites) if hop.label == HOP]
    label = hop.end_labels[0]
    start = site_start(cell, dopant, int(cell.sites.positions_of(label)[0]))
    atoms = AseAtomsAdaptor.get_atoms(start, msonable=False)
    atoms.calc = CHGNetCalculator()
    FIRE(atoms, logfile=None, maxstep=0.05).run(fmax=0.9 * LIMIT, steps=300)
    ends = relaxed_ends(cell, hop, {label: AseAtomsAdaptor.get_structure(atoms)})
    return ends, path_mirror(cell, ends.start, ends.end)


def judged(images: Sequence[Any], *, climbing: bool) -> str:
    """Return barrier and forces of a finished band, computed in the same way for both codes."""
    band = Band(
        [
            AseAtomsAdaptor.get_atoms(image, msonable=False)
            if isinstance(image, Structure)
            else image.copy()
            for image in images
        ],
        evaluate_with(CHGNetCalculator()),
        climbing=climbing,
    )
    state = band.state
    energies = state.energies - state.energies[0]
    whole = (state.forces**2).sum(axis=2).max() ** 0.5
    return f"{energies.max():.4f} eV | {state.residual:.3f} | {whole:.3f} eV/Å"


def of_atomate2(ends: EndPoints, *, climbing: bool, interpolation: str) -> tuple[int, list[Any]]:
    """Relax a band with atomate2's Maker and return the number of calls and the images."""
    maker = ForceFieldNebFromEndpointsMaker(
        force_field_name="CHGNet",
        steps=500,
        relax_kwargs={"fmax": LIMIT},
        neb_kwargs={"climb": climbing, "method": "improvedtangent"},
    )
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    # Its make takes images: it overrides the inherited one for end points (atomate2 0.1.5).
    job = maker.make(
        _get_images_from_endpoints(
            (ends.start, ends.end), IMAGES, interpolation_method=interpolation
        )
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        counted() as calls,
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        responses = run_locally(job, store=store, root_dir=Path(folder), ensure_success=True)
    [result] = [
        response.output
        for by_index in responses.values()
        for response in by_index.values()
        if hasattr(response.output, "energies")
    ]
    if str(result.state) not in {"successful", "TaskState.SUCCESS"}:
        print(f"    atomate2: {result.state}")
    return calls[0], result.images


def ours(
    ends: EndPoints, mirror: PathMirror | None, *, climbing: bool, optimiser: str
) -> tuple[int, list[Any]]:
    """Relax our band and return calls and images; the Maker only checks the images."""
    images = interpolate(ends.start, ends.end, IMAGES)
    BandMaker(
        CalculatorSpec(CHGNetCalculator), EngineInfo(name="chgnet", version=None, surrogate=True)
    ).make(images)
    atoms = [AseAtomsAdaptor.get_atoms(image, msonable=False) for image in images]
    with counted() as calls:
        evaluate = Remembered(evaluate_with(CHGNetCalculator()))
        band = Band(atoms, evaluate, mirror=mirror, climbing=climbing)
        relaxed = relax_band(band, force_limit=LIMIT, max_steps=500, optimiser=optimiser)
    if not relaxed.converged:
        print("    ours: not converged")
    return calls[0], band.images


def main(dopants: Sequence[str]) -> None:
    """Print a table for each dopant."""
    for dopant in dopants:
        ends, mirror = end_points(dopant)
        print(f"\n{dopant} {HOP}: calls | seconds | barrier | perpendicular | with springs")
        for climbing in (False, True):
            reference = None
            rows: list[tuple[str, Any]] = [
                (f"atomate2, FIRE, {name}", ("atomate2", name)) for name in ("linear", "IDPP")
            ]
            rows += [
                ("ours, FIRE, whole", ("FIRE", None)),
                ("ours, LBFGS, whole", ("LBFGS", None)),
                ("ours, LBFGS, half", ("LBFGS", mirror)),
            ]
            for name, (kind, detail) in rows:
                begin = time.perf_counter()
                with contextlib.redirect_stdout(sys.stderr):
                    calls, images = (
                        of_atomate2(ends, climbing=climbing, interpolation=detail)
                        if kind == "atomate2"
                        else ours(ends, detail, climbing=climbing, optimiser=kind)
                    )
                seconds = time.perf_counter() - begin
                reference = reference or calls
                line = judged(images, climbing=climbing)
                print(
                    f"  {'climbing' if climbing else 'plain':8} {name:22} {calls:4d} "
                    f"({calls / reference:.2f}) | {seconds:5.1f} s | {line}",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:] or ["N", "O"])
