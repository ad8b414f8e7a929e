"""Whether a run of VASP has the total energy of a self-consistent calculation."""

import math
import re
from collections.abc import Mapping
from typing import Any

from liponflow.freeformat.ionic_steps import IonicStep

_SELF_CONSISTENT = re.compile(r"$|N(?!O[NT])|V|F|C(?!HI|RPA)|A(?!CFDT)|D")
"""Begin of the values of ALGO that minimise the energy (VASP wiki, "ALGO"). The others are single
diagonalisations (Exact, None, Subrot, ...), GW, RPA, BSE and time-dependent DFT."""

_NOT_SELF_CONSISTENT = (2, 3, 4, 90)
"""Values of IALGO that take the orbitals as they are, or diagonalise once (VASP wiki, "IALGO")."""

_FIXED_DENSITY = 10
"""From this ICHARG on, the charge density is not updated (VASP wiki, "ICHARG")."""

_RESPONSES = {
    "LEPSILON": "the dielectric response",
    "LCALCEPS": "the dielectric response",
    "LCHIMAG": "NMR shieldings",
}
"""Tags of runs whose last energies are those of a response to a field."""


def not_self_consistent(*tags: Mapping[str, Any]) -> str | None:
    """Return why tags give no total energy.

    Parameters
    ----------
    tags
        INCAR, and the parameters that VASP used.

    Returns
    -------
    str or None
        None if the run is self-consistent.

    Examples
    --------
    >>> not_self_consistent({"ALGO": "G0W0"})
    'ALGO = G0W0 computes no self-consistent total energy'
    >>> not_self_consistent({"ICHARG": 11})
    'ICHARG = 11 keeps the charge density, so that its energy is not self-consistent'
    >>> not_self_consistent({"ALGO": "Fast", "ICHARG": 1})
    """
    merged = {key.strip(): value for group in tags for key, value in group.items()}
    charge = max((int(group.get("ICHARG") or 0) for group in tags), default=0)
    if charge >= _FIXED_DENSITY:
        return (
            f"ICHARG = {charge} keeps the charge density, so that its energy is not "
            "self-consistent"
        )
    algorithm = str(merged.get("ALGO") or "").strip().upper()
    if not _SELF_CONSISTENT.match(algorithm):
        return f"ALGO = {algorithm} computes no self-consistent total energy"
    if not algorithm and merged.get("IALGO") in _NOT_SELF_CONSISTENT:
        return f"IALGO = {merged['IALGO']} computes no self-consistent total energy"
    for tag, response in _RESPONSES.items():
        if merged.get(tag):
            return f"{tag} computes {response}, and no total energy after it"
    return None


def missing_energy(step: IonicStep) -> str | None:
    """Return why an ionic step has no total energy; None if it has one."""
    if step.overflows:
        return f"the energy of step {step.number} is asterisks, too long for its column"
    if step.energy is None:
        return f"step {step.number} has no total energy"
    if not math.isfinite(step.energy):
        return f"the energy of step {step.number} is {step.energy}, which is not finite"
    return None
