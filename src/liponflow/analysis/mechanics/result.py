"""Result of the model of mechanics: domes over plated Li, misfit of a cathode, indentation."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class Dome(Document):
    """A dome of the current collector over plated Li."""

    strain: Annotated[float, Quantity("", heading="strain", fmt=".4f")] = Field(
        description="Circumferential strain of the collector."
    )
    height_ratio: Annotated[float, Quantity("", heading="height/\nchord", fmt=".3f")] = Field(
        description="Height of the dome over its chord, which has this strain."
    )
    chord: Annotated[float | None, Quantity("µm", heading="chord", fmt=".3g")] = Field(
        None, description="Width of the dome at its foot; null if no length is known."
    )
    radius: Annotated[float | None, Quantity("µm", heading="radius", fmt=".3g")] = Field(
        None, description="Radius of the Li sphere; null if no length is known."
    )
    thickness: Annotated[float | None, Quantity("µm", heading="film", fmt=".3g")] = Field(
        None, description="Thickness of the collector; null if no length is known."
    )
    ratio: Annotated[float, Quantity("", heading="t/r", fmt=".4f", label="thickness / radius")] = (
        Field(description="Thickness of the collector over the radius of the sphere.")
    )
    stress: Annotated[
        float, Quantity("GPa", heading="stress", fmt=".3f", label="interfacial stress")
    ] = Field(description="Interfacial stress by the published formula.")
    lame_stress: Annotated[float, Quantity("GPa", heading="Lamé", fmt=".3f")] = Field(
        description="Interfacial stress by the exact solution of a thick-walled sphere."
    )
    thin_shell_stress: Annotated[float, Quantity("GPa", heading="thin", fmt=".3f")] = Field(
        description="Limit of a thin collector, 2 σ t/r."
    )
    largest_stress: Annotated[float, Quantity("GPa", fmt=".3f")] = Field(
        description="Limit of a thick collector at this strain."
    )
    film_stress: Annotated[float, Quantity("GPa", heading="in the\nfilm", fmt=".2f")] = Field(
        description="Biaxial stress in the collector, if it stays elastic."
    )
    external_ratio: Annotated[float, Quantity("", heading="over\nexternal", fmt=".0f")] = Field(
        description="Interfacial stress over the external pressure."
    )


class Misfit(Document):
    """Stress of a film on a cathode that changes its volume."""

    film: Annotated[str, Column(heading="film")] = Field(description="Name of the film.")
    volume_change: Annotated[
        float, Quantity("%", heading="ΔV/V", fmt=".3g", label="volume change of the cathode")
    ] = Field(description="Volume change of the cathode.")
    linear_strain: Annotated[float, Quantity("%", heading="strain", fmt=".2f")] = Field(
        description="Linear strain of an isotropic cathode with this volume change."
    )
    stress: Annotated[
        float, Quantity("GPa", heading="stress", fmt=".2f", label="misfit stress in the film")
    ] = Field(description="Biaxial stress of the film, if both stay elastic and bonded.")
    yield_ratio: Annotated[float, Quantity("", heading="over\nH/3", fmt=".2f")] = Field(
        description="Stress over a third of the hardness, at which a film yields (Tabor)."
    )


class Indentation(Document):
    """Hardness and modulus of a film."""

    film: Annotated[str, Column(heading="film")] = Field(description="Name of the film.")
    hardness: Annotated[float, Quantity("GPa", heading="hardness", fmt=".2f")] = Field(
        description="Hardness."
    )
    modulus: Annotated[float, Quantity("GPa", heading="modulus", fmt=".1f")] = Field(
        description="Young's modulus, as given."
    )
    hardness_ratio: Annotated[float, Quantity("", heading="H/E", fmt=".4f")] = Field(
        description="Hardness over Young's modulus."
    )
    reduced_modulus: Annotated[float, Quantity("GPa", heading="reduced", fmt=".1f")] = Field(
        description="Reduced modulus against a diamond."
    )
    elastic_share: Annotated[float, Quantity("", heading="elastic\nshare", fmt=".3f")] = Field(
        description="Share of the work of indentation that must be recovered for both values."
    )
    modulus_from_hardness: Annotated[float, Quantity("GPa", heading="E from H", fmt=".1f")] = (
        Field(description="Young's modulus from the hardness and one elastic share for all films.")
    )


class MechanicsResult(Result):
    """Stresses at the interfaces of LiPON, by elastic models."""

    kind: Literal["mechanics"] = "mechanics"
    modulus: Annotated[float, Quantity("GPa", heading="modulus of the collector", fmt=".1f")] = (
        Field(description="Young's modulus of the collector.")
    )
    poisson_ratio: Annotated[
        float, Quantity("", heading="Poisson's ratio of the collector", fmt=".3f")
    ] = Field(description="Poisson's ratio of the collector.")
    elastic_share: Annotated[
        float, Quantity("", heading="elastic share of indentation", fmt=".3f")
    ] = Field(description="Recovered share of the work of indentation, used for all films.")
    domes: list[Dome] = Field(description="Domes of the collector.")
    misfits: list[Misfit] = Field(description="Films on a cathode that changes its volume.")
    indentations: list[Indentation] = Field(description="Hardness and modulus of the films.")
