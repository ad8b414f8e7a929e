"""The stand-in as the engine of a result."""

from liponflow.analysis.result import EngineInfo
from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.engines.standin.identity import potential_name, stand_in_label

_UNUSED = EngineOptions(force_limit=1.0, max_steps=1)
"""Options of a description, which needs no limits."""


def stand_in_engine(vasp_version: str) -> EngineInfo | None:
    """Return the engine of the stand-in, so that its results are never taken for VASP's.

    Parameters
    ----------
    vasp_version
        As for :func:`liponflow.engines.standin.identity.stand_in_label`.

    Returns
    -------
    EngineInfo or None
        None if VASP itself computed.

    Examples
    --------
    >>> stand_in_engine("0.0.0.stand-in: chgnet 0.3.0").label
    'vasp (stand-in: chgnet 0.3.0) (machine-learned potential, not DFT)'
    >>> stand_in_engine("6.4.3") is None
    True
    """
    label = stand_in_label(vasp_version)
    if label is None:
        return None
    name = f"vasp ({label})"
    try:
        potential = get_engine(potential_name(label), _UNUSED).describe()
    except EngineError:  # made where that engine is installed
        return EngineInfo(name=name, version=None, surrogate=True)
    return EngineInfo(
        name=name,
        version=None,
        functional=potential.functional,
        method=potential.method,
        surrogate=True,
    )
