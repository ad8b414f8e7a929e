"""Published energy densities of cells."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedDensity(Published):
    """Energy density of a cell."""

    name: str = Field(description="Name of the cell.")
    substrate: float | None = Field(description="Thickness of its substrate (µm), if printed.")
    density: tuple[float, float] = Field(description="Lowest and highest value (Wh/L).")


def published_densities() -> tuple[PublishedDensity, ...]:
    """Return the published energy densities.

    Examples
    --------
    >>> [item.density[1] for item in published_densities() if item.name == "liquid electrolyte"]
    [700.0]
    """
    return tuple(PublishedDensity.model_validate(entry) for entry in topics()["cell"])
