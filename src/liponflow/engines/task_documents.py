"""Reading of the fields that all of atomate2's task documents share."""

from typing import Any

import numpy as np

from liponflow.analysis.method import Method
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.units import GPA_PER_KBAR


def calculation(
    document: Any,
    engine: EngineInfo,
    *,
    magmoms: list[float] | None,
    converged: bool,
    ionic_steps: int,
    force_limit: float,
    method: Method | None = None,
) -> Calculation:
    """Return the calculation in a document, with the data that depend on its kind.

    Parameters
    ----------
    document
        Task document of atomate2's force-field or VASP jobs, with stress in kbar and positive
        under compression.
    engine
        Engine that computed it.
    magmoms
        Magnetic moment per site, µB; None without.
    converged
        Whether it converged.
    ionic_steps
        Ionic steps taken.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    method
        Method of the energy, where it tells more than the engine does.

    Returns
    -------
    Calculation
        Calculation with the stress in GPa, positive under tension.
    """
    output = document.output
    structure = output.structure
    if magmoms is not None:
        structure = structure.copy(site_properties={"magmom": magmoms})
    stress = None
    if output.stress:
        stress = (-GPA_PER_KBAR * np.array(output.stress)).tolist()
    return Calculation(
        engine=engine,
        structure=structure,
        energy=output.energy,
        magmoms=magmoms,
        stress=stress,
        max_force=float(np.linalg.norm(output.forces, axis=1).max()),
        force_limit=force_limit,
        converged=converged,
        ionic_steps=ionic_steps,
        directory=document.dir_name,
        recorded_method=method,
    )
