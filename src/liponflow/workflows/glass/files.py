"""Measure the fingerprint of a glass from existing files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.fingerprint import fingerprint
from liponflow.analysis.glass.pdf_comparison import (
    MeasuredPdf,
    PairFunction,
    PdfComparison,
    compare_pdf,
    read_pdf,
)
from liponflow.analysis.glass.protocol_series import SeriesRecorder
from liponflow.analysis.glass.quality import problems
from liponflow.analysis.glass.result import Fingerprint, FingerprintResult
from liponflow.analysis.glass.settings import FingerprintSettings
from liponflow.analysis.provenance import AS_READ, file_digest, provenance
from liponflow.analysis.trajectory.frames import Frames, read_frames
from liponflow.crystals.elements import NO_MAP
from liponflow.crystals.plausible import doubts
from liponflow.inputs.lists import read_lists
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.structure_options import split_options
from liponflow.names import nearest
from liponflow.workflows.file_origin import engine_of
from liponflow.workflows.structure_files import in_order


def analyze(
    paths: Sequence[str | Path],
    *,
    experiment: Path | None = None,
    probe: Literal["neutron", "x-ray"] = "neutron",
    quantity: PairFunction = "G",
    skip: int = 0,
    every: int = 1,
    stage: str | None = None,
    settings: Mapping[str, Any] | None = None,
    species_map: Mapping[str, str] = NO_MAP,
) -> FingerprintResult:
    """Return the fingerprint of structures or trajectories from files of any origin.

    Parameters
    ----------
    paths
        Files in order, read as one trajectory; any format that ASE reads.
    experiment
        Text file with a measured pair distribution function, r (Å) in its first column.
    probe
        Radiation used for the measurement.
    quantity
        Quantity in its second column: G(r), g(r) or T(r).
    skip, every, stage
        Frames to take; see :func:`liponflow.analysis.trajectory.frames.read_frames`.
    settings
        Fields of FingerprintSettings, including those of ``experiment`` (q_max, window, ...).
        Missing values come from the header of the measurement, then from the defaults. Those of
        StructureOptions say what becomes of disordered crystals.
    species_map
        Elements by the types of LAMMPS, or by the labels of extended XYZ.

    Returns
    -------
    FingerprintResult
        It counts as converged, since every frame is used. The files do not tell whether their own
        run converged, and the criterion says so.

    Raises
    ------
    ValueError
        If a file or a setting cannot be used; the file, the frame and the remedy are named. The
        measurement is read before any frame.
    """
    measured = read_pdf(experiment) if experiment is not None else None
    options, others = split_options(settings or {})
    chosen = _settings(others, measured)
    files = [Path(path).expanduser() for path in paths]
    recorder, notes = SeriesRecorder(), list[str]()

    def ordered(structure: Structure, path: Path) -> Structure:
        found = in_order(structure, path, options)
        if found.remark:
            notes.append(f"{path}: {found.remark}")
        return found.structure

    blocks = read_frames(
        files,
        skip=skip,
        every=every,
        stage=stage,
        notes=notes,
        species_map=species_map,
        ordered=ordered if options.order == "auto" else None,
        block_of_cif=options.block,
    )
    found = fingerprint(recorder.watch(_doubted(blocks, notes)), chosen, notes=notes)
    comparison = None
    if measured is not None and experiment is not None:
        comparison = _comparison(found, measured, experiment, probe, quantity)
    return FingerprintResult(
        formula=found.formula,
        converged=True,
        criterion=_criterion(found),
        provenance=provenance(
            engine=engine_of(files),
            preset=AS_READ,
            parameters={
                "settings": chosen.model_dump(mode="json"),
                "skip": skip,
                "every": every,
                "stage": stage,
                **({"species_map": dict(species_map)} if species_map else {}),
            },
            input_fingerprint=file_digest(files),
            source_structure=str(files[0]) if len(files) == 1 else f"{files[0]} and more",
            parent_uuids=[],
        ),
        warnings=notes,
        files=[str(path) for path in files],
        fingerprint=found,
        series=recorder.points,
        problems=problems(found.defects),
        comparison=comparison,
    )


def _doubted(blocks: Iterable[Frames], notes: list[str]) -> Iterator[Frames]:
    """Yield blocks of frames, and note what is unusual about the first frame as a solid."""
    for number, frames in enumerate(blocks):
        if number == 0:
            notes += [f"first frame: {doubt.text}" for doubt in doubts(frames.structure(0))]
        yield frames


def _settings(given: Mapping[str, Any], measured: MeasuredPdf | None) -> FingerprintSettings:
    for key in given.keys() - FingerprintSettings.model_fields.keys():
        raise ParameterError(
            f"unknown setting {key!r}{nearest(key, FingerprintSettings.model_fields)}"
        )
    experiment = dict(measured.options) if measured is not None else {}
    experiment |= given.get("experiment") or {}
    try:
        return FingerprintSettings.model_validate(
            {**read_lists(FingerprintSettings, given), "experiment": experiment}
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "settings"
        raise ValueError(f"{place} = {first['input']!r}: {first['msg']}") from error


def _comparison(
    found: Fingerprint,
    measured: MeasuredPdf,
    path: Path,
    probe: Literal["neutron", "x-ray"],
    quantity: PairFunction,
) -> PdfComparison:
    import numpy as np

    functions = next((item for item in found.scattering if item.probe == probe), None)
    if functions is None:
        raise ValueError(
            f"{path}: cannot be compared, as an element of {found.formula} has no {probe} "
            "scattering length or form factor here; leave the comparison out"
        )
    return compare_pdf(
        measured,
        np.array(found.r),
        np.array(functions.g),
        file=str(path),
        probe=probe,
        treatment=functions.treatment,
        quantity=quantity,
        density=found.number_density,
    )


def _criterion(found: Fingerprint) -> str:
    frames = "1 frame" if found.n_frames == 1 else f"{found.n_frames} frames"
    errors = "" if found.pairs[0].g_error else ", too few for block errors"
    return f"{frames} read{errors}; the files do not say whether their own run converged"
