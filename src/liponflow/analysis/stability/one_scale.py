"""Check that the energies of a set compare, by the methods of its entries."""

from collections.abc import Sequence

from liponflow.analysis.method import (
    Method,
    describe_differences,
    named_differences,
)
from liponflow.analysis.stability.corrections import unfitted_potentials
from liponflow.analysis.stability.entries import Entry


class ScaleError(ValueError):
    """Energies on more than one scale; the message names one calculation of each."""

    page = "docs/stability.md"


def check_one_scale(entries: Sequence[Entry], *, mixed_u: bool) -> list[str]:
    """Return remarks on the methods of entries, which have to compare.

    Parameters
    ----------
    entries
        Entries that are used; those without a record of their method are passed over.
    mixed_u
        Whether their corrections put calculations with and without U on one scale.

    Returns
    -------
    list of str
        Differences of cut-off and mesh, and POTCARs that the corrections were not fitted with.

    Raises
    ------
    ScaleError
        If two of them do not compare; it names the setting with its values, and the two.
    """
    named = [(entry.source, entry.method) for entry in entries if entry.method is not None]
    minor = []
    for found in named_differences(named, mixed_u=mixed_u):
        if found.difference.fundamental:
            raise ScaleError(
                f"{found.difference.setting} is {found.difference.values[0]} ({found.first}) and "
                f"{found.difference.values[1]} ({found.second})"
            )
        minor.append(found.difference)
    unfitted = unfitted_potentials(method for _, method in named) if mixed_u else None
    return [*describe_differences(minor), *([unfitted] if unfitted else [])]


def unusable_method(method: Method) -> str | None:
    """Return why no energy of a method enters a phase diagram; None if it may.

    Examples
    --------
    >>> unusable_method(Method(code="vasp", charge=-1.0))
    'the cell has a charge of -1 e, and its energy compares only with those of the same charge; \
compute it neutral'
    """
    if not method.self_consistent:
        return (
            f"ICHARG = {method.icharg}: its density was kept, so its energy is not a total "
            "energy; compute it self-consistently"
        )
    remark = method.charge_remark
    return f"{remark}; compute it neutral" if remark else None
