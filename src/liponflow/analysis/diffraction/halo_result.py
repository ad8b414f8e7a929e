"""Result of the halo of a glass model."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result


class HaloResult(Result):
    """First sharp peak of a glass in S(q), and the halo of its X-ray pattern."""

    kind: Literal["halo"] = "halo"
    wavelength: Annotated[float, Quantity("Å", heading="wavelength", fmt=".5f")] = Field(
        description="Wavelength of the angles."
    )
    r_max: Annotated[float, Quantity("Å", heading="range of G(r)", fmt="g")] = Field(
        description="Range of the pair distribution that S(q) is computed from."
    )
    position: Annotated[float, Quantity("1/Å", heading="first sharp peak", fmt=".2f")] = Field(
        description="Momentum transfer of the maximum of the X-ray S(q)."
    )
    q_width: Annotated[float, Quantity("1/Å", heading="its width", fmt=".2f")] = Field(
        description="Full width at half of the height above the line between the minima beside it."
    )
    resolution: Annotated[float, Quantity("1/Å", heading="resolution", fmt=".2f")] = Field(
        description="Full width at half maximum that the finite range of G(r) gives a sharp line."
    )
    two_theta: Annotated[float, Quantity("degrees", heading="2θ of the peak", fmt=".1f")] = Field(
        description="Scattering angle of the maximum of S(q)."
    )
    halo: Annotated[float, Quantity("degrees", heading="2θ of the halo", fmt=".1f")] = Field(
        description="Scattering angle of the maximum of the coherent intensity, as a pattern "
        "shows it: form factors that fall with q move it below that of S(q)."
    )
    halo_width: Annotated[float, Quantity("degrees", heading="width of the halo", fmt=".1f")] = (
        Field(description="Full width at half maximum of the halo, as of the peak of S(q).")
    )
    published_two_theta: Annotated[
        float, Quantity("degrees", heading="published 2θ", fmt=".1f")
    ] = Field(description="Published angle of the halo of LiPON, at the wavelength used here.")
    q: Annotated[list[float], Quantity("1/Å", label="q")] = Field(description="Momentum transfer.")
    s: Annotated[list[float], Quantity("", label="S(q)")] = Field(description="X-ray S(q).")
    intensity: Annotated[list[float], Quantity("", label="coherent intensity")] = Field(
        description="Coherent intensity of an atom, <f²> + <f>² [S(q) - 1], over its maximum."
    )
    angle: Annotated[list[float], Quantity("degrees", label="2θ")] = Field(
        description="Scattering angles of `q`, as far as the wavelength reaches."
    )
