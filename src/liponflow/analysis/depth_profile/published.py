"""Published depth profile of LiPON on LNMO."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedProfile(Published):
    """Weibull fit of a profile, and the Li that its extrapolation leaves."""

    parameters: dict[str, float] = Field(description="a0 (1/cm²), a1, a2 (keV) and a3.")
    errors: dict[str, float] = Field(description="Errors of these.")
    r_squared: float = Field(description="R² of the fit.")
    fitted: tuple[float, float] = Field(description="Energies of the fit (keV).")
    extrapolated_to: float = Field(description="keV.")
    integrated: tuple[float, float] = Field(description="Energies of the integral (keV).")
    density: float = Field(description="Li gained (1/cm³).")
    percent: float = Field(description="The same, of the Li of LNMO (%), rounded.")


def published_profile() -> PublishedProfile:
    """Return the published profile.

    Examples
    --------
    >>> published_profile().parameters["a1"]
    2412.46
    """
    return PublishedProfile.model_validate(topics()["depth_profile"])
