"""Provenance of a result: versions, parameters and the fingerprint of the input."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pymatgen.core.structure import Structure

from liponflow import registry
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.decompression import open_bytes
from liponflow.versions import package_versions

AS_READ = "as read"
"""Recorded in place of a preset, for files."""
MEASURED = "experiment"
"""Recorded in place of an engine, for measured files."""
SYNTHETIC = "synthetic data"
"""Recorded in place of an engine, for files that say so of themselves at their beginning."""
MODEL = "model"
"""Recorded in place of an engine, for models."""
_CHUNK = 1 << 20
_HEAD = 1 << 16
"""Bytes of a file among which it says that it is synthetic."""


def fingerprint(structure: Structure, engine: EngineInfo, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything that determines a campaign.

    Parameters
    ----------
    structure
        Source structure.
    engine
        Description of the engine before it ran.
    parameters
        Every parameter, JSON-like.

    Returns
    -------
    str
        Hexadecimal digest; equal inputs give equal digests.
    """
    document: dict[str, Any] = {
        "lattice": structure.lattice.matrix.round(8).tolist(),
        "sites": [[site.species_string, *site.frac_coords.round(8)] for site in structure],
        "engine": engine.identity,
        "parameters": dict(parameters),
    }
    moments = structure.site_properties.get("magmom")
    if moments is not None:
        document["moments"] = [None if m is None else round(float(m), 4) for m in moments]
    text = json.dumps(document, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def changed_fingerprint(fingerprint: str, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an input that was computed in part with other parameters.

    Parameters
    ----------
    fingerprint
        Of the input with its first parameters.
    parameters
        The values that replaced them, JSON-like.

    Examples
    --------
    >>> first = changed_fingerprint("3d6f", {"max_steps": 100})
    >>> len(first), first == changed_fingerprint("3d6f", {"max_steps": 200})
    (64, False)
    """
    text = json.dumps([fingerprint, dict(parameters)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of the contents of files, read in pieces."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def is_synthetic(files: Sequence[Path]) -> bool:
    """Return whether one of the files says at its beginning that it holds synthetic data."""
    for path in files:
        with open_bytes(path) as file:
            if SYNTHETIC.encode() in file.read(_HEAD).lower():
                return True
    return False


def file_provenance(
    files: Sequence[Path],
    options: Mapping[str, Any],
    source: str,
    engine: EngineInfo | None = None,
) -> Provenance:
    """Return the provenance of a measurement of files.

    Parameters
    ----------
    files
        Every file that entered.
    options
        Every option, JSON-like.
    source
        What is measured, in words.
    engine
        What wrote the files; if None an experiment, or nothing if a file says that it holds
        synthetic data.
    """
    if engine is None:
        name = SYNTHETIC if is_synthetic(files) else MEASURED
        kind = "none (synthetic)" if name == SYNTHETIC else "none (measured)"
        engine = EngineInfo(name=name, version=None, functional=kind, surrogate=False)
    return provenance(
        engine=engine,
        preset=AS_READ,
        parameters=options,
        input_fingerprint=file_digest(files),
        source_structure=source,
        parent_uuids=[],
    )


def model_provenance(
    name: str, preset: str, parameters: Mapping[str, Any], sources: Mapping[str, str]
) -> Provenance:
    """Return the provenance of a model: parameters and their sources, and no engine.

    Parameters
    ----------
    name
        Name of the model.
    preset
        Preset that the parameters started from.
    parameters
        Every parameter, JSON-like.
    sources
        Source of every parameter.
    """
    model = EngineInfo(
        name=MODEL,
        version=None,
        functional="none (no calculation of electrons)",
        method="formulas, neither simulated nor measured",
        surrogate=False,
    )
    document = dict(parameters)
    return provenance(
        engine=model,
        preset=preset,
        parameters=document,
        input_fingerprint=changed_fingerprint(f"{MODEL} {name}", document),
        source_structure="none",
        parent_uuids=[],
        sources=sources,
    )


def provenance(
    *,
    engine: EngineInfo,
    preset: str,
    parameters: Mapping[str, Any],
    input_fingerprint: str,
    source_structure: str,
    parent_uuids: Sequence[str],
    continues: str | None = None,
    earlier_values: Mapping[str, list[Any]] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Provenance:
    """Return the provenance of a result, with the package versions of this process.

    The arguments are the fields of :class:`liponflow.analysis.result.Provenance`.
    """
    return Provenance(
        engine=engine,
        packages=registry.versions() | package_versions(),
        preset=preset,
        parameters=dict(parameters),
        input_fingerprint=input_fingerprint,
        source_structure=source_structure,
        parent_uuids=list(parent_uuids),
        continues=continues,
        earlier_values=dict(earlier_values or {}),
        sources=dict(sources or {}),
    )
