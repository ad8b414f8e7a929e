"""Contents of the intercalant at which a host is computed, from its chemistry and its sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from liponflow.crystals.anions import anions
from liponflow.crystals.checked import StructureError
from liponflow.structures.lithiation.candidates import X_TOLERANCE, check_x, max_x
from liponflow.structures.lithiation.host import LithiationHost
from liponflow.structures.lithiation.redox import redox


@dataclass(frozen=True)
class Contents:
    """Contents to compute, and what there is to say about them.

    Attributes
    ----------
    x
        Intercalant per formula unit, ascending.
    remarks
        Sentences for the user and the result.
    """

    x: list[float]
    remarks: list[str]


def default_contents(host: LithiationHost, steps: int, insert_to: float | None = None) -> Contents:
    """Return the contents that the host and its metals allow.

    They go from the least that the metals can release to the content of the host. A host whose
    metals have no d electron to give, such as Li4Ti5O12, starts from its own content instead and
    goes up to what its octahedral sites and metals can take.

    Parameters
    ----------
    host
        The host.
    steps
        Steps of each range, fewer if the supercell has not as many atoms.
    insert_to
        Content up to which more is inserted; None for no further insertion.

    Returns
    -------
    Contents

    Raises
    ------
    StructureError
        If the metals cannot balance any change of the content.
    """
    unit, own = host.unit, host.unit.content
    allowed = redox(unit, anions(host.framework))
    remarks: list[str] = []
    low, high = allowed.lowest, own
    if allowed.inserts_only or own == 0:
        low, high = own, min(allowed.highest, _octahedral_limit(host))
        if own:
            remarks.append(
                f"the metals of {unit.formula} cannot be oxidised further: x goes from {own:g} "
                f"up, by insertion of {unit.intercalant}"
            )
    elif allowed.oxidises_anions:
        low = 0.0
    elif low > 0:
        remarks.append(
            f"x starts at {low:.3g} in {unit.variable}, where the metals reach their highest "
            "states; set x for less"
        )
    if insert_to is not None:
        high = insert_to
    ranges = [(low, min(own, high)), (own, high)] if low < own else [(low, high)]
    x = sorted({value for ends in ranges for value in _spread(host, *ends, steps)})
    if len(x) == 1:
        raise StructureError(
            f"{host.pristine.composition.formula} has no sites or metals for more or less "
            f"{unit.intercalant} than it contains; set x, or give a larger supercell"
        )
    return Contents(x, remarks + oxidation_remarks(host, x))


def asked_contents(host: LithiationHost, asked: Sequence[float]) -> Contents:
    """Return contents that the user asks for, on the grid of the supercell.

    Raises
    ------
    ValueError
        As from :func:`~liponflow.structures.lithiation.candidates.check_x`.
    """
    x = [check_x(host, value) for value in asked]
    return Contents(x, oxidation_remarks(host, x))


def oxidation_remarks(host: LithiationHost, x: Sequence[float]) -> list[str]:
    """Return a remark on contents that the metals of the host cannot balance."""
    unit = host.unit
    try:
        allowed = redox(unit, anions(host.framework))
    except StructureError as error:
        return [f"the oxidation states of the metals are unknown: {error}"]
    below = [f"{value:.3g}" for value in x if value < allowed.lowest - X_TOLERANCE]
    above = [f"{value:.3g}" for value in x if value > allowed.highest + X_TOLERANCE]
    remarks = []
    if below:
        remarks.append(
            f"x = {', '.join(below)}: below x = {allowed.lowest:.3g} in {unit.variable} the "
            "metals are in their highest states, so that the anions are oxidised; a real "
            "crystal may lose them or rearrange"
        )
    if above:
        remarks.append(
            f"x = {', '.join(above)}: above x = {allowed.highest:.3g} in {unit.variable} the "
            "metals are in their lowest states; a real crystal would decompose"
        )
    return remarks


def _octahedral_limit(host: LithiationHost) -> float:
    """Return the content at which all octahedral sites are full, or else all that there are."""
    filled = (len(host.octahedral_li) + len(host.octahedral_sites)) / host.formula_units
    return filled if filled > host.unit.content else max_x(host)


def _spread(host: LithiationHost, low: float, high: float, steps: int) -> list[float]:
    """Return evenly spread contents between two, on the grid of the supercell."""
    n = host.formula_units
    first, last = ceil((low - X_TOLERANCE) * n), floor((high + X_TOLERANCE) * n)
    atoms = np.unique(np.rint(np.linspace(first, last, min(steps, last - first) + 1)))
    return [int(count) / n for count in atoms]
