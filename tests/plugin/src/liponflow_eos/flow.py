# src/liponflow_eos/flow.py
"""The flow: it wires jobs of the engine and ends in the result."""

from typing import Any

import numpy as np
from jobflow import Flow, job
from pymatgen.core import Lattice, Structure

from liponflow.analysis.provenance import fingerprint, provenance
from liponflow.analysis.result import EngineInfo
from liponflow.engines.engine import EngineOptions
from liponflow.engines.reading import read_calculation
from liponflow.engines.registry import get_engine
from liponflow.workflows.jobs import named
from liponflow.workflows.request import RunRequest
from liponflow_eos.parameters import EosParameters
from liponflow_eos.result import EosResult, equation_of_state

FORCE_LIMIT = 0.05
"""eV/Å; without effect, since nothing is relaxed."""


def flow(request: RunRequest[EosParameters]) -> Flow:
    """Make the flow of a request: static calculations at several volumes, and the fit."""
    parameters = request.parameters
    crystal, source = request.structure, request.source
    if crystal is None:
        element, lattice = parameters.element, Lattice.cubic(parameters.lattice)
        crystal = Structure.from_spacegroup("Fm-3m", lattice, [element], [[0, 0, 0]])
        source = f"fcc {element}"
    options = EngineOptions(FORCE_LIMIT, max_steps=2, arguments=request.engine_arguments)
    engine = get_engine(request.engine, options)
    engine.require("static")
    engine.check(crystal)
    statics = []
    for strain in np.linspace(-parameters.strain, parameters.strain, parameters.points):
        strained = crystal.copy()
        strained.scale_lattice(crystal.volume * (1 + strain) ** 3)
        statics.append(named(engine.static().make(strained), f"static {strain:+.3f}"))
    document = parameters.model_dump(mode="json")
    made = {
        "preset": request.preset,
        "parameters": document,
        "input_fingerprint": fingerprint(crystal, engine.describe(), document),
        "source_structure": source,
        "parent_uuids": [static.uuid for static in statics],
    }
    result = conclude([static.output for static in statics], engine.describe(), made)
    return Flow([*statics, named(result, "result")], output=result.output, name="eos")


@job
def conclude(documents: list[Any], engine: EngineInfo, made: dict[str, Any]) -> EosResult:
    """Read what the engine computed, and fit."""
    calculations = [read_calculation(document, engine, FORCE_LIMIT) for document in documents]
    return equation_of_state(calculations, provenance(engine=calculations[0].engine, **made))
