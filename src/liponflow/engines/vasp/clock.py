"""The variable by which custodian knows when a batch job started.

Every job of every engine asks for it, so that custodian, whose import takes seconds, is imported
only where the length of the batch job is known.
"""

import os
from collections.abc import Mapping
from datetime import datetime

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
    from liponflow.engines.vasp.walltime import batch_seconds

    if batch_seconds(environment) is None:
        return {}
    return {START_VARIABLE: datetime.now().strftime("%a %b %d %H:%M:%S UTC %Y")}  # noqa: DTZ005
