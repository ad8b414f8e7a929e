"""Magnetic orders of reference crystals: which was computed, and which is the lowest."""

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document

SMALLEST_MOMENT = 0.1
"""µB; a crystal with smaller ones counts as non-magnetic."""

INDUCED = 0.15
"""Moments up to this share of the largest are those that it induces in its neighbours."""

NET_MOMENT = 0.05
"""Net moment to the sum of all sizes, below which an order is antiferromagnetic."""

NON_MAGNETIC, FERROMAGNETIC = "non-magnetic", "ferromagnetic"

FERROMAGNETS = frozenset({"Fe", "Co", "Ni"})
"""Elements that are ferromagnetic at 0 K."""


class OrderEnergy(Document):
    """A magnetic order of a crystal and its energy."""

    model_config = ConfigDict(frozen=True)

    summary_columns: ClassVar[tuple[str, ...]] = ("crystal", "order", "state", "above", "problem")

    crystal: Annotated[str, Column(heading="crystal", wraps=True)] = Field(
        description="Name of the crystal in the library."
    )
    order: Annotated[str, Column(heading="start", wraps=True)] = Field(
        description="Order of the initial moments, numbered by likelihood."
    )
    state: Annotated[str | None, Column(heading="reached", wraps=True)] = Field(
        description="Order of the moments that were reached; None if it failed."
    )
    above: Annotated[float | None, Quantity("eV/atom", heading="above lowest", fmt=".4f")] = Field(
        description="Energy above the lowest order, which is used; None if it failed."
    )
    problem: Annotated[str | None, Column(heading="why refused", wraps=True)] = Field(
        None, description="Why its energy may not be used; None if it may."
    )


def magnetic_state(moments: Sequence[float] | None) -> str | None:
    """Return the collinear order of moments.

    Parameters
    ----------
    moments
        Moment of every site (µB), with sign; None if unknown.

    Examples
    --------
    >>> magnetic_state([1.7, -1.7, 0.02, -0.02]), magnetic_state([4.1, -3.9, -4.0, 0.0])
    ('antiferromagnetic', 'ferrimagnetic')
    >>> magnetic_state([1.7, 0.2]), magnetic_state([0.01, 0.0]), magnetic_state(None)
    ('ferromagnetic', 'non-magnetic', None)
    """
    if moments is None:
        return None
    largest = max(map(abs, moments), default=0.0)
    if largest < SMALLEST_MOMENT:
        return NON_MAGNETIC
    large = [moment for moment in moments if abs(moment) >= INDUCED * largest]
    if abs(sum(large)) <= NET_MOMENT * sum(map(abs, large)):
        return "antiferromagnetic"
    return FERROMAGNETIC if len({moment > 0 for moment in large}) == 1 else "ferrimagnetic"


def one_order_remark(crystals: Iterable[str]) -> list[str]:
    """Return the warning that only the ferromagnetic order of crystals was computed.

    Examples
    --------
    >>> one_order_remark([])
    []
    """
    named = sorted(set(crystals))
    if not named:
        return []
    listed = ", ".join(named)
    remark = (
        f"only the ferromagnetic order of {listed} was computed: another may be lower, and then "
        "the phase is more stable than it looks"
    )
    return [remark]
