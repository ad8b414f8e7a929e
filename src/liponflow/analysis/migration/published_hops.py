"""Published barriers of hops, and of mechanisms, in hosts that hold the atom that moves."""

from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict, Field

from liponflow.analysis.migration.hop_documents import Mechanism
from liponflow.analysis.published import Published, topics


class PublishedHop(Published):
    """Barrier of a hop, or of the easiest hop of a mechanism."""

    model_config = ConfigDict(frozen=True)

    host: str = Field(description="Reduced formula of the host.")
    space_group: int = Field(description="Number of its space group.")
    dopant: str = Field(description="Element that moves.")
    mechanism: Mechanism
    hop: str | None = Field(
        None, description="Name of the hop; None if the source names none of its hops."
    )
    environment: Literal["divacancy"] | None = Field(
        None, description="What stands beside the hop."
    )
    low: float = Field(description="Barrier, or the lower end of its range (eV).")
    high: float = Field(description="Barrier, or the upper end of its range (eV).")
    verified: str = Field(description="How far the number was checked against the source.")


def published_hops(host: str, space_group: int) -> Sequence[PublishedHop]:
    """Return the published barriers for a host.

    Parameters
    ----------
    host
        Reduced formula, as pymatgen writes it.
    space_group
        Its number: polymorphs differ.

    Examples
    --------
    >>> [(found.mechanism, found.low) for found in published_hops("Li3PO4", 62)]
    [('vacancy', 0.6), ('interstitial', 0.2)]
    >>> list(published_hops("Li3PO4", 31))
    []
    """
    entries = (PublishedHop.model_validate(entry) for entry in topics()["migration_hops"])
    return [entry for entry in entries if (entry.host, entry.space_group) == (host, space_group)]
