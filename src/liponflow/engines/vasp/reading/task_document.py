"""Task documents of atomate2's VASP jobs."""

from typing import Any

from emmet.core.types.enums import TaskState
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.analysis.method import Method
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.standin.engine import stand_in_engine
from liponflow.engines.task_documents import calculation
from liponflow.engines.vasp.reading.force_field import force_field_engine
from liponflow.engines.vasp.reading.method import charge_of, vasp_method
from liponflow.engines.vasp.reading.parts import record_of
from liponflow.inputs.vasp.ionic import has_criterion, is_static


def read_task_document(document: Any, info: EngineInfo, force_limit: float) -> Calculation:
    """Return the result of a relaxation or static calculation; see Engine.read.

    Parameters
    ----------
    document
        An ``emmet.core.tasks.TaskDoc``, complete as atomate2 makes them.
    info, force_limit
        As for Engine.read.
    """
    last = document.calcs_reversed[0]
    version = last.vasp_version
    magmoms = document.output.structure.site_properties.get("magmom")
    # pymatgen takes it for convergence that steps are left, as where a STOPCAR ended a relaxation.
    relaxation = not is_static(last.input.parameters)
    endless = relaxation and not has_criterion(last.input.parameters)
    stopped = relaxation and (last.output.outcar or {}).get("is_stopped", False)
    stand_in = stand_in_engine(version)
    method = _method(last.input)
    by = info.model_copy(update={"version": version})
    if (last.input.incar or {}).get("ML_LMLFF"):
        by = force_field_engine(version, method.label)
    found = calculation(
        document,
        stand_in or by,
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=last.has_vasp_completed is TaskState.SUCCESS and not (stopped or endless),
        ionic_steps=len(last.output.num_electronic_steps),
        force_limit=force_limit,
        # A stand-in has the method of its potential, not that of the input files.
        method=None if stand_in or by.surrogate else method,
    )
    record = record_of(document.additional_json)
    steps = found.ionic_steps + record.steps
    earlier = record.beside(document.dir_name)
    return found.model_copy(update={"ionic_steps": steps, "continued_from": earlier})


def _method(given: Any) -> Method:
    """Return the method of an ``emmet.core.vasp.calculation.CalculationInput``."""
    tags = (given.incar or {}) | (given.parameters or {})
    kpoints = given.kpoints
    titles = [spec.titel or "" for spec in given.potcar_spec or []]
    symbols = [site.specie.symbol for site in given.structure]
    return vasp_method(
        {key.strip(): value for key, value in tags.items()},
        titles=titles,
        symbols=symbols,
        lattice=given.structure.lattice,
        kpoints=Kpoints.from_dict(kpoints) if isinstance(kpoints, dict) else kpoints,
        charge=charge_of(given.incar or {}, titles, symbols),
    )
