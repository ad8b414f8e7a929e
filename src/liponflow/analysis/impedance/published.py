"""Published conductivities of freestanding films."""

from collections.abc import Collection

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedFilm(Published):
    """Ionic and electronic conductivity of a film."""

    elements: tuple[str, ...] = Field(description="Elements of the film, all of them.")
    thickness: float = Field(description="µm.")
    ionic: float = Field(description="S/cm, by impedance spectroscopy.")
    electronic: float = Field(description="S/cm, by DC polarisation.")
    voltage: float = Field(description="Voltage of the polarisation (V).")


def published_film(elements: Collection[str]) -> PublishedFilm | None:
    """Return the published conductivities of a film of these elements.

    Examples
    --------
    >>> published_film({"Li", "P", "O", "N"}).ionic
    2.5e-06
    >>> published_film({"Li", "O"}) is None
    True
    """
    entries = (PublishedFilm.model_validate(entry) for entry in topics()["impedance"])
    return next((entry for entry in entries if set(entry.elements) == set(elements)), None)
