"""Reasons to refuse an unconverged calculation, with the limit and the remedy."""

from liponflow.analysis.result import Calculation


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
    steps = f"after {calculation.ionic_steps} steps"
    if calculation.max_force is None or calculation.force_limit is None:
        return f"not converged {steps}: look into {calculation.directory or 'its directory'}"
    if calculation.max_force < calculation.force_limit:
        return (
            f"cell or electrons not converged {steps} (largest force "
            f"{calculation.max_force:.3f} eV/Å, limit {calculation.force_limit:g}): "
            "raise the number of steps (max_steps, NSW)"
        )
    return (
        f"largest force {calculation.max_force:.3f} eV/Å {steps}, "
        f"limit {calculation.force_limit:g}: raise the number of steps (max_steps, NSW)"
    )
