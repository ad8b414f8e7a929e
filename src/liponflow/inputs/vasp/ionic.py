"""Treatment of the ions by an INCAR: NSW, IBRION and EDIFFG, written and read in one place."""

from collections.abc import Mapping
from typing import Any, Literal

from liponflow.inputs.presets import Cited

_CELL_MOVES = 3
"""From this ISIF on, the cell relaxes."""

IonicTask = Literal["static", "md", "relaxation", "finite differences"]

_STATIC, _MD = -1, 0
_TASKS: dict[int, IonicTask] = {
    _STATIC: "static",
    _MD: "md",
    **dict.fromkeys((1, 2, 3), "relaxation"),
    **dict.fromkeys((5, 6, 7, 8), "finite differences"),
}
"""Task by IBRION, for the values that this package supports (VASP wiki, "IBRION")."""


def relaxation_limits(force_limit: float, max_steps: int) -> dict[str, Cited]:
    """Return the INCAR values of a relaxation to a largest force.

    Parameters
    ----------
    force_limit
        Parameter of the campaign, eV/Å.
    max_steps
        Parameter of the campaign.

    Examples
    --------
    >>> {key: cited["value"] for key, cited in relaxation_limits(0.05, 99).items()}
    {'EDIFFG': -0.05, 'NSW': 99}
    """
    force = Cited(value=-force_limit, source="parameter force_limit")
    return {"EDIFFG": force} | step_limit(max_steps)


def step_limit(max_steps: int) -> dict[str, Cited]:
    """Return the INCAR value of the largest number of ionic steps, a parameter of the campaign.

    Examples
    --------
    >>> step_limit(99)
    {'NSW': {'value': 99, 'source': 'parameter max_steps'}}
    """
    return {"NSW": Cited(value=max_steps, source="parameter max_steps")}


def ionic_steps(incar: Mapping[str, Any]) -> int:
    """Return the largest number of ionic steps; 0 for a static calculation."""
    return max(0, int(incar.get("NSW", 0)))


def is_static(incar: Mapping[str, Any]) -> bool:
    """Return whether the ions stay at rest.

    Examples
    --------
    >>> is_static({"ENCUT": 520}), is_static({"NSW": 99, "IBRION": 2})
    (True, False)
    """
    return ionic_task(incar) == "static"


def relaxes_cell(incar: Mapping[str, Any]) -> bool:
    """Return whether a relaxation changes the cell (VASP wiki, "ISIF").

    Examples
    --------
    >>> relaxes_cell({"NSW": 9, "IBRION": 2, "ISIF": 3}), relaxes_cell({"NSW": 9, "IBRION": 2})
    (True, False)
    """
    return ionic_task(incar) == "relaxation" and int(incar.get("ISIF", 2)) >= _CELL_MOVES


def ionic_task(incar: Mapping[str, Any]) -> IonicTask | None:
    """Return what VASP does with the ions; None for an unsupported IBRION.

    Parameters
    ----------
    incar
        INCAR, or the parameters of a vasprun.xml.

    Notes
    -----
    NSW = 0 (or -1) is a static calculation whatever IBRION is, except for finite differences. The
    default of IBRION is then -1, and 0 otherwise (VASP wiki, "IBRION").

    Examples
    --------
    >>> ionic_task({"NSW": 10, "IBRION": 2}), ionic_task({"NSW": 0, "IBRION": 2})
    ('relaxation', 'static')
    """
    steps = ionic_steps(incar)
    task = _TASKS.get(int(incar.get("IBRION", _MD if steps else _STATIC)))
    return "static" if task in ("md", "relaxation") and not steps else task


NO_CRITERION = (
    "EDIFFG = 0 ends a relaxation by no criterion, after all NSW steps: continue it with a "
    "largest force, such as EDIFFG = -0.02"
)
"""Why such a run does not count as converged."""


def has_criterion(incar: Mapping[str, Any]) -> bool:
    """Return whether a relaxation ends by a criterion: with EDIFFG = 0, VASP takes all NSW steps.

    Examples
    --------
    >>> has_criterion({"EDIFFG": -0.02}), has_criterion({}), has_criterion({"EDIFFG": 0})
    (True, True, False)
    """
    return float(incar.get("EDIFFG", 1.0)) != 0


def force_limit(incar: Mapping[str, Any]) -> float | None:
    """Return the largest force of a converged relaxation (eV/Å).

    Returns
    -------
    float or None
        None if the ions do not relax, or relax to a change of the energy (EDIFFG above 0).

    Examples
    --------
    >>> force_limit({"NSW": 10, "IBRION": 2, "EDIFFG": -0.05})
    0.05
    """
    limit = -float(incar.get("EDIFFG", 0.0))
    return limit if limit > 0 and ionic_task(incar) == "relaxation" else None
