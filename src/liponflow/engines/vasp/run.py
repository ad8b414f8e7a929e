"""Running VASP: its command, its requirements on this machine, and custodian's options."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from atomate2 import SETTINGS as ATOMATE2

from liponflow.engines.standin.identity import PROGRAM
from liponflow.inputs.vasp.potcar import POTCAR_LIBRARY, has_potcar_library
from liponflow.settings import split_command

POLLING_S = 0.5
"""Interval at which custodian checks whether VASP has ended (s); its default is 10 s."""

MONITORING_S = 300
"""Interval at which it checks a running VASP for errors (s); this is its default."""


def run_options(**options: Any) -> dict[str, Any]:
    """Return the ``run_vasp_kwargs`` of a VASP Maker.

    Parameters
    ----------
    **options
        Further arguments of ``atomate2.vasp.run.run_vasp``.

    Examples
    --------
    >>> run_options(max_errors=2)["custodian_kwargs"]
    {'polling_time_step': 0.5, 'monitor_freq': 600}
    """
    frequency = round(MONITORING_S / POLLING_S)
    custodian = {"polling_time_step": POLLING_S, "monitor_freq": frequency}
    return {"custodian_kwargs": custodian, **options}


def vasp_environment(vasp_command: str | None) -> dict[str, str]:
    """Return the variables that make atomate2 run VASP by a command.

    A program that is not on the PATH is also looked for in the directory of this Python, as the
    stand-in in a virtual environment that is not activated.

    Parameters
    ----------
    vasp_command
        The setting ``vasp_cmd``; if None, atomate2's own setting holds.

    Examples
    --------
    >>> vasp_environment("mpirun -np 4 vasp_std")["ATOMATE2_VASP_CMD"]
    'mpirun -np 4 vasp_std'
    >>> vasp_environment(None)
    {}
    """
    if vasp_command is None:
        return {}
    program, *arguments = split_command(vasp_command)
    beside = Path(sys.executable).parent / program
    if shutil.which(program) is None and beside.is_file():
        program = str(beside)
    command = shlex.join([program, *arguments])
    return {"ATOMATE2_VASP_CMD": command, "ATOMATE2_VASP_GAMMA_CMD": command}


def missing_for_vasp(vasp_command: str | None) -> list[str]:
    """Return what this machine lacks to run VASP, with the remedies.

    Parameters
    ----------
    vasp_command
        As for :func:`vasp_environment`.
    """
    command = vasp_environment(vasp_command).get("ATOMATE2_VASP_CMD", ATOMATE2.VASP_CMD)
    try:
        program = split_command(command)[0]
    except ValueError as error:
        return [f"atomate2's setting VASP_CMD (variable ATOMATE2_VASP_CMD): {error}"]
    missing = []
    if shutil.which(program) is None:
        missing.append(
            f"{program!r} is not on the PATH: correct the setting vasp_cmd, or atomate2's VASP_CMD"
        )
    if not has_potcar_library() and Path(program).name != PROGRAM:
        missing.append(f"no POTCAR library is configured: set {POTCAR_LIBRARY}")
    if missing:
        missing.append(
            f"without VASP, `liponflow inputs` writes its inputs and vasp_cmd: {PROGRAM} "
            "rehearses the campaign"
        )
    return missing
