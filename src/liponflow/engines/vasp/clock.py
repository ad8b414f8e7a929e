"""The variable by which custodian knows when a batch job started.

Every job of every engine asks for it, so that custodian, whose import takes seconds, is imported
only where the length of the batch job is known.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from liponflow.engines.engine import EngineError

if TYPE_CHECKING:
    from custodian.vasp.handlers import WalltimeHandler

START_VARIABLE = "CUSTODIAN_WALLTIME_START"
"""Variable of custodian: when the batch job started, as ``date`` prints it."""

LENGTH_VARIABLES = ("PBS_WALLTIME", "SBATCH_TIMELIMIT")
"""Variables of schedulers with the length of the batch job."""


def batch_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variable with the start of the batch job where only its length is known.

    Parameters
    ----------
    environment
        Variables of this process, which the batch job started.

    Raises
    ------
    EngineError
        If the variable of the length holds no time.
    """
    if START_VARIABLE in environment or not any(name in environment for name in LENGTH_VARIABLES):
        return {}
    if batch_seconds(environment) is None:
        return {}
    return {START_VARIABLE: datetime.now().strftime("%a %b %d %H:%M:%S UTC %Y")}  # noqa: DTZ005


def batch_seconds(environment: Mapping[str, str]) -> float | None:
    """Return the length of the batch job (s), where the scheduler states it.

    Raises
    ------
    EngineError
        If the variable holds no time.

    Examples
    --------
    >>> batch_seconds({"PBS_WALLTIME": "3600"}), batch_seconds({"SBATCH_TIMELIMIT": "1-12"})
    (3600.0, 129600.0)
    >>> batch_seconds({}) is None
    True
    """
    for variable in LENGTH_VARIABLES:
        if (text := environment.get(variable)) is None:
            continue
        handler = clockless({variable: text})
        return None if handler.wall_time is None else float(handler.wall_time)
    return None


def clockless(environment: Mapping[str, str]) -> "WalltimeHandler":
    """Return custodian's handler for these variables; it would set its own for the process.

    Raises
    ------
    EngineError
        If a variable holds no time.
    """
    from custodian.vasp.handlers import WalltimeHandler

    before = dict(os.environ)
    names = (*LENGTH_VARIABLES, START_VARIABLE)
    try:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(environment)
        return WalltimeHandler()
    except ValueError as error:
        shown = ", ".join(f"{name} = {value}" for name, value in environment.items())
        raise EngineError(f"{shown}: no walltime ({error}); correct or unset it") from error
    finally:
        for name in names:
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
