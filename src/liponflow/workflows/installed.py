"""What an engine needs on the machine that runs it, found out before any job starts."""

import shlex
import shutil
from importlib.util import find_spec

from atomate2 import SETTINGS as ATOMATE2

from liponflow.inputs.vasp import POTCAR_LIBRARY, has_potcar_library
from liponflow.workflows.engines import EngineError, check_name

REQUIREMENTS = {
    "chgnet": ("chgnet", "chgnet"),
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


def check_installed(name: str) -> None:
    """Find out before any job that an engine cannot run on this machine.

    Parameters
    ----------
    name
        As for :func:`get_engine`.

    Raises
    ------
    EngineError
        If the name is unknown, or what the engine needs is missing; the remedy is named.
    """
    check_name(name)
    if name == "vasp":
        _check_vasp()
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


def _check_vasp() -> None:
    program = shlex.split(ATOMATE2.VASP_CMD)[0]
    missing = []
    if shutil.which(program) is None:
        missing.append(f"{program!r} is not on the PATH (atomate2's setting VASP_CMD)")
    if not has_potcar_library():
        missing.append(f"no POTCAR library is configured ({POTCAR_LIBRARY})")
    if missing:
        raise EngineError(
            f"VASP cannot run here: {' and '.join(missing)}; `liponflow inputs` writes its inputs"
        )
