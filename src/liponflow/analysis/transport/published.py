"""Published conductivities of glasses."""

from collections.abc import Collection

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedConductivity(Published):
    """Ionic conductivity at room temperature."""

    elements: tuple[str, ...] = Field(description="Elements of the glass, all of them.")
    conductivity: float = Field(description="S/cm.")
    activation_energy: float = Field(description="eV.")


def published_conductivity(elements: Collection[str]) -> PublishedConductivity | None:
    """Return the published conductivity of a glass of these elements.

    Examples
    --------
    >>> published_conductivity({"Li", "P", "O", "N"}).activation_energy
    0.55
    >>> published_conductivity({"Li", "Cl"}) is None
    True
    """
    entries = (PublishedConductivity.model_validate(entry) for entry in topics()["transport"])
    return next((entry for entry in entries if set(entry.elements) == set(elements)), None)
