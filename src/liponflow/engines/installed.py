"""What an engine needs on the machine that runs it, found out before any job starts."""

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from atomate2 import SETTINGS as ATOMATE2

from liponflow.engines.engine import EngineError
from liponflow.engines.registry import check_name
from liponflow.engines.standin.identity import PROGRAM
from liponflow.inputs.vasp.generator import POTCAR_LIBRARY, has_potcar_library

REQUIREMENTS = {
    "chgnet": ("chgnet", "chgnet"),
    "chgnet-0.2.0": ("chgnet", "chgnet"),
    "chgnet-r2scan": ("chgnet", "chgnet"),
    "DeepMD": ("deepmd", "deepmd-kit"),
    "FAIRChem": ("fairchem", "fairchem-core"),
    "GAP": ("quippy", "quippy-ase"),
    "M3GNet": ("matgl", "matgl"),
    "MACE-MP-0": ("mace", "mace-torch"),
    "MACE-MP-0b3": ("mace", "mace-torch"),
    "MACE-MPA-0": ("mace", "mace-torch"),
    "MatPES-PBE": ("matgl", "matgl"),
    "MatPES-r2SCAN": ("matgl", "matgl"),
    "MatterSim": ("mattersim", "mattersim"),
    "NEP": ("calorine", "calorine"),
    "Nequip": ("nequip", "nequip"),
    "Allegro": ("nequip", "nequip nequip-allegro"),
    "SevenNet": ("sevenn", "sevenn"),
    "UPET": ("upet", "upet"),
}
"""Module that ``atomate2.forcefields.utils.ase_calculator`` imports for each potential, and what
to install for it."""

NO_WEIGHTS = frozenset({"Allegro", "DeepMD", "GAP", "NEP", "Nequip"})
"""Architectures without universal weights: atomate2 needs the file of a fitted potential."""


def check_installed(name: str, vasp_command: str | None = None) -> None:
    """Find out before any job that an engine cannot run on this machine.

    Parameters
    ----------
    name
        As for :func:`get_engine`.
    vasp_command
        Command that runs VASP; atomate2's setting if None.

    Raises
    ------
    EngineError
        If the name is unknown, or what the engine needs is missing; the remedy is named.
    """
    check_name(name)
    if name == "vasp":
        _check_vasp(vasp_command)
    elif name in NO_WEIGHTS:
        raise EngineError(
            f"{name} has no universal potential, and a campaign cannot be given the file of a "
            "fitted one; use chgnet or another engine"
        )
    elif name in REQUIREMENTS and find_spec(REQUIREMENTS[name][0]) is None:
        raise EngineError(
            f"the engine {name} is not installed; install it with: "
            f"pip install {REQUIREMENTS[name][1]}"
        )


def vasp_environment(vasp_command: str | None) -> dict[str, str]:
    """Variables that make atomate2 run VASP by a command; none if its own setting is to hold.

    A program that is not on the PATH but was installed beside this Python, as the stand-in is in
    a virtual environment that is not activated, is found there.

    Examples
    --------
    >>> vasp_environment("mpirun -np 4 vasp_std")["ATOMATE2_VASP_CMD"]
    'mpirun -np 4 vasp_std'
    >>> vasp_environment(None)
    {}
    """
    if vasp_command is None:
        return {}
    program, *arguments = shlex.split(vasp_command)
    beside = Path(sys.executable).parent / program
    if shutil.which(program) is None and beside.is_file():
        program = str(beside)
    command = shlex.join([program, *arguments])
    return {"ATOMATE2_VASP_CMD": command, "ATOMATE2_VASP_GAMMA_CMD": command}


def _check_vasp(vasp_command: str | None) -> None:
    command = vasp_environment(vasp_command).get("ATOMATE2_VASP_CMD", ATOMATE2.VASP_CMD)
    program = shlex.split(command)[0]
    missing = []
    if shutil.which(program) is None:
        missing.append(
            f"{program!r} is not on the PATH (setting vasp_cmd, or atomate2's VASP_CMD)"
        )
    if not has_potcar_library() and Path(program).name != PROGRAM:
        missing.append(f"no POTCAR library is configured ({POTCAR_LIBRARY})")
    if missing:
        raise EngineError(
            f"VASP cannot run here: {' and '.join(missing)}; `liponflow inputs` writes its "
            f"inputs, and vasp_cmd: {PROGRAM} rehearses the campaign without VASP"
        )
