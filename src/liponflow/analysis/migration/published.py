"""Published barriers of dopants in a host, and the width of the interphase."""

from pydantic import ConfigDict, Field

from liponflow.analysis.published import Published, topics
from liponflow.document import Document


class Explained(Document):
    """A hop that explains a barrier, which was published without naming its hop."""

    model_config = ConfigDict(frozen=True)

    hop: str = Field(description="Kinds of the sites that it joins, and those on the way.")
    reason: str = Field(description="Why it is this hop.")
    source: str = Field(description="Where the reason comes from.")


class PublishedBarriers(Published):
    """Barriers of interstitial diffusion."""

    values: dict[str, float] = Field(description="Barrier (eV) by element.")
    explained: dict[str, Explained] = Field(
        default_factory=dict, description="By element, the hop that explains the barrier."
    )


class PublishedWidth(Published):
    """Width of an interphase."""

    nm: float = Field(description="Width (nm).")
    layers_nm: dict[str, float] = Field(description="Widths of its layers (nm).")


class PublishedMigration(Document):
    """Published values for the migration of dopants in one host."""

    model_config = ConfigDict(frozen=True)

    host: str = Field(description="Reduced formula of the host.")
    barriers: PublishedBarriers
    interphase: PublishedWidth

    def barrier(self, dopant: str) -> float | None:
        """Return the barrier (eV) of an element; None if none was published."""
        return self.barriers.values.get(dopant)

    def barrier_of_hop(self, dopant: str, hop: str) -> float | None:
        """Return the barrier (eV) of an element if this hop explains it; None otherwise.

        Examples
        --------
        >>> found = published_migration("Li")
        >>> found.barrier_of_hop("P", "tetrahedral-octahedral-tetrahedral")
        0.42
        >>> found.barrier_of_hop("P", "tetrahedral-tetrahedral") is None
        True
        """
        explained = self.barriers.explained.get(dopant)
        return self.barrier(dopant) if explained and explained.hop == hop else None


def published_migration(host: str) -> PublishedMigration | None:
    """Return the published values for a host.

    Parameters
    ----------
    host
        Reduced formula, as pymatgen writes it.

    Returns
    -------
    PublishedMigration or None
        None if nothing is recorded for it.

    Examples
    --------
    >>> found = published_migration("Li")
    >>> found.barriers.values, found.interphase.nm
    ({'P': 0.42, 'N': 0.5, 'O': 1.08}, 76.0)
    >>> published_migration("Na") is None
    True
    """
    entries = (PublishedMigration.model_validate(entry) for entry in topics()["migration"])
    return next((entry for entry in entries if entry.host == host), None)
