"""Result of the model of a space charge."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class Layer(Document):
    """Space-charge layer in one phase."""

    phase: Annotated[str, Column(heading="phase")] = Field(description="Name of the phase.")
    interstitial: Annotated[float, Quantity("eV", fmt=".3f", label="formation energy")] = Field(
        description="Formation energy of an interstitial Li⁺ at the common zero of its potential."
    )
    vacancy: Annotated[float, Quantity("eV", fmt=".3f")] = Field(
        description="Formation energy of a vacancy of Li⁺ at the same zero."
    )
    level: Annotated[
        float, Quantity("eV", heading="level", fmt="+.3f", label="chemical potential of Li⁺")
    ] = Field(description="Chemical potential of Li⁺ in the neutral bulk.")
    concentration: Annotated[float, Quantity("1/cm³", heading="defects", fmt=".1e")] = Field(
        description="Concentration of either defect in the bulk."
    )
    debye_length: Annotated[float, Quantity("nm", heading="Debye", fmt=".2f")] = Field(
        description="Debye length."
    )
    drop: Annotated[float, Quantity("V", heading="drop", fmt="+.3f")] = Field(
        description="Potential at the contact less that in the bulk."
    )
    bending: Annotated[float, Quantity("eV", heading="bending", fmt="+.3f")] = Field(
        description="Energy of an electron at the contact less that in the bulk."
    )
    width: Annotated[float, Quantity("nm", heading="width", fmt=".2f")] = Field(
        description="Depth at which the potential has fallen to 1/e of its value at the contact."
    )
    charge: Annotated[float, Quantity("µC/cm²", heading="charge", fmt="+.3f")] = Field(
        description="Charge of the layer."
    )
    lithium: Annotated[float, Quantity("1/cm²", heading="Li", fmt="+.1e")] = Field(
        description="Li⁺ that the layer has gained."
    )
    occupied: Annotated[float, Quantity("%", heading="sites\nat contact", fmt=".2g")] = Field(
        description="Share of the sites that have a defect at the contact."
    )
    depth: Annotated[list[float], Quantity("nm", label="distance from the contact")] = Field(
        description="Depths of the profiles, from the contact inwards."
    )
    potential: Annotated[list[float], Quantity("V", label="potential")] = Field(
        description="Potential above that in the bulk of the cathode, at each depth."
    )
    interstitials: Annotated[list[float], Quantity("1/cm³", label="concentration")] = Field(
        description="Interstitials at each depth."
    )
    vacancies: Annotated[list[float], Quantity("1/cm³")] = Field(
        description="Vacancies at each depth."
    )


class SpaceChargeResult(Result):
    """Space charge at the contact of a cathode and an electrolyte."""

    kind: Literal["space_charge"] = "space_charge"
    temperature: Annotated[float, Quantity("K", heading="temperature", fmt=".0f")] = Field(
        description="Temperature."
    )
    drop: Annotated[float, Quantity("V", heading="drop of the potential", fmt="+.3f")] = Field(
        description="Potential in the electrolyte less that in the cathode, as the levels differ."
    )
    capacitance: Annotated[float, Quantity("µF/cm²", heading="charge / drop", fmt=".2f")] = Field(
        description="Charge of a layer over the whole drop."
    )
    layers: list[Layer] = Field(description="The cathode, then the electrolyte.")
