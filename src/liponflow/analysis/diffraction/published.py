"""Published values of diffraction."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedHalo(Published):
    """Halo of a glass."""

    two_theta: float = Field(description="Scattering angle (degrees).")
    wavelength: float = Field(description="Wavelength (Å).")


def published_halo() -> PublishedHalo:
    """Return the published halo of LiPON.

    Examples
    --------
    >>> published_halo().two_theta
    23.0
    """
    return PublishedHalo.model_validate(topics()["diffraction"]["halo"])
