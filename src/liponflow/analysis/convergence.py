"""Reasons to refuse an unconverged calculation, with the limit and the remedy."""

from liponflow.analysis.result import Calculation

REMEDY = "raise the number of steps (max_steps, NSW)"


def unconverged_reason(calculation: Calculation) -> str | None:
    """Return why a calculation is unconverged: the value, the limit and the remedy.

    Parameters
    ----------
    calculation
        Any calculation.

    Returns
    -------
    str or None
        None if it converged.
    """
    if calculation.converged:
        return None
    if calculation.max_force is None or calculation.force_limit is None:
        where = calculation.directory or "its directory"
        return f"not converged {_steps(calculation)}: look into {where}"
    return f"{shortfall(calculation)}: {REMEDY}"


def shortfall(calculation: Calculation) -> str:
    """Return by how much an unconverged calculation misses its limit."""
    steps = _steps(calculation)
    force, limit = calculation.max_force, calculation.force_limit
    if force is None or limit is None:
        return f"not converged {steps}"
    if force < limit:
        return (
            f"cell or electrons not converged {steps} (largest force {force:.3f} eV/Å, "
            f"limit {limit:g})"
        )
    return f"largest force {force:.3f} eV/Å {steps}, limit {limit:g}"


def _steps(calculation: Calculation) -> str:
    number = calculation.ionic_steps
    return f"after {number} step{'' if number == 1 else 's'}"
