"""Running VASP: its command, its requirements on this machine, and custodian's options."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liponflow.engines.standin.identity import PROGRAM
from liponflow.inputs.vasp.potcar import (
    POTCAR_LIBRARY,
    has_potcar_library,
    lost_potcar_library,
)
from liponflow.settings import VaspCommands, split_command

STANDARD, GAMMA, NON_COLLINEAR, BAND, GAMMA_BAND = (
    f"ATOMATE2_VASP_{name}CMD" for name in ("", "GAMMA_", "NCL_", "NEB_", "NEB_GAMMA_")
)
"""Variables of the commands: atomate2's settings, and two for bands. custodian takes a command for
the Γ point where KPOINTS or KSPACING gives that point alone."""

POLLING_S = 0.5
"""Interval at which custodian checks whether VASP has ended (s); its default is 10 s."""

MONITORING_S = 300
"""Interval at which it checks a running VASP for errors (s); this is its default."""

_CHECKS = 20
"""Fewest checks of a run whose time is limited: two before its last tenth begins."""


def custodian_options(left: float | None = None) -> dict[str, Any]:
    """Return the options of custodian.

    Parameters
    ----------
    left
        Time that is left to the run (s), if it is limited: a short run is checked more often.

    Examples
    --------
    >>> custodian_options(), custodian_options(60)["monitor_freq"]
    ({'polling_time_step': 0.5, 'monitor_freq': 600}, 6)
    """
    interval = MONITORING_S if left is None else min(MONITORING_S, left / _CHECKS)
    return {"polling_time_step": POLLING_S, "monitor_freq": max(1, round(interval / POLLING_S))}


def vasp_environment(commands: VaspCommands | str | None) -> dict[str, str]:
    """Return the variables that make atomate2 run VASP by its commands.

    atomate2 reads them when it is imported, so that is not imported here if there are commands.

    A program that is not on the PATH is also looked for in the directory of this Python, as the
    stand-in in a virtual environment that is not activated.

    Parameters
    ----------
    commands
        The setting ``vasp_cmd``; if None, atomate2's own settings hold.

    Returns
    -------
    dict
        Beside atomate2's settings the commands of bands, for which it has none.

    Examples
    --------
    >>> found = vasp_environment(VaspCommands(std="mpirun vasp_std", gam="mpirun vasp_gam"))
    >>> found["ATOMATE2_VASP_CMD"], found["ATOMATE2_VASP_GAMMA_CMD"]
    ('mpirun vasp_std', 'mpirun vasp_gam')
    """
    if commands is None:
        from atomate2 import SETTINGS as ATOMATE2

        return {
            NON_COLLINEAR: ATOMATE2.VASP_NCL_CMD,
            BAND: ATOMATE2.VASP_CMD,
            GAMMA_BAND: ATOMATE2.VASP_GAMMA_CMD,
        }
    given = VaspCommands.model_validate(commands)
    gamma = given.gam or given.std
    found = {
        STANDARD: given.std,
        GAMMA: gamma,
        NON_COLLINEAR: given.ncl,
        BAND: given.for_bands,
        GAMMA_BAND: given.neb or gamma,
    }
    return {name: _beside_python(command) for name, command in found.items() if command}


def _beside_python(command: str) -> str:
    program, *arguments = split_command(command)
    beside = Path(sys.executable).parent / program
    if shutil.which(program) is None and beside.is_file():
        program = str(beside)
    return shlex.join([program, *arguments])


def has_gamma_program(commands: VaspCommands | None, *, band: bool = False) -> bool:
    """Return whether calculations at the Γ point alone run by a program of their own.

    Parameters
    ----------
    commands
        The setting ``vasp_cmd``.
    band
        Whether the calculation is a band, for which the user's program of bands is taken.
    """
    if commands is not None:
        return commands.gam is not None and not (band and commands.neb)
    from atomate2 import SETTINGS as ATOMATE2

    # custodian looks for the last word, and takes the standard program without it.
    return shutil.which((ATOMATE2.VASP_GAMMA_CMD.split() or [""])[-1]) is not None


WITHOUT_VASP = (
    f"`liponflow inputs` writes its inputs, and vasp_cmd: {PROGRAM} rehearses the campaign"
)
"""What works where VASP is missing."""


def missing_for_vasp(commands: VaspCommands | str | None) -> list[str]:
    """Return what this machine lacks to run VASP, with the remedies.

    Parameters
    ----------
    commands
        As for :func:`vasp_environment`.
    """
    from atomate2 import SETTINGS as ATOMATE2

    programs: list[str] = []
    found = {STANDARD: ATOMATE2.VASP_CMD} if commands is None else vasp_environment(commands)
    for name, command in found.items():
        try:
            words = split_command(command)
        except ValueError as error:
            return [f"atomate2's setting VASP_CMD (variable {name}): {error}"]
        programs += _programs(words)
    missing = [
        f"{program!r} is not on the PATH: correct the setting vasp_cmd, or atomate2's VASP_CMD"
        for program in dict.fromkeys(programs)
        if shutil.which(program) is None
    ]
    if not has_potcar_library() and any(Path(program).name != PROGRAM for program in programs):
        missing.append(f"no POTCAR library is configured: set {POTCAR_LIBRARY}")
    if (folder := lost_potcar_library()) is not None:
        missing.append(f"{POTCAR_LIBRARY} names {folder}, which is not a folder: correct it")
    return missing


def _programs(words: Sequence[str]) -> list[str]:
    """Return the programs of a command: the first, and what a launcher of MPI starts.

    Examples
    --------
    >>> _programs(["mpirun", "-np", "16", "vasp_std"]), _programs(["sh", "run.sh"])
    (['mpirun', 'vasp_std'], ['sh'])
    """
    # A container between them has programs of its own.
    starts_last = Path(words[0]).name in _LAUNCHERS and not any(map(shutil.which, words[1:-1]))
    return [words[0], *words[-1:]] if starts_last and len(words) > 1 else [words[0]]


_LAUNCHERS = {"srun", "mpirun", "mpiexec", "mpiexec.hydra", "orterun", "aprun", "jsrun", "ibrun"}
