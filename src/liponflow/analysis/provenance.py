"""Provenance of a result: versions, parameters and the fingerprint of the input."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pymatgen.core.structure import Structure

from liponflow import registry
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.versions import package_versions


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
    document = {
        "lattice": structure.lattice.matrix.round(8).tolist(),
        "sites": [[site.species_string, *site.frac_coords.round(8)] for site in structure],
        "engine": engine.identity,
        "parameters": dict(parameters),
    }
    text = json.dumps(document, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def provenance(
    *,
    engine: EngineInfo,
    preset: str,
    parameters: Mapping[str, Any],
    input_fingerprint: str,
    source_structure: str,
    parent_uuids: Sequence[str],
    continues: str | None = None,
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
    )
