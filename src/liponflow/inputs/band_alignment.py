"""Parameters of the model of a band alignment; the presets are in band_alignment.yaml."""

from typing import Annotated

from pydantic import ConfigDict, Field

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

Energy = Annotated[float, Unit("eV"), Field(ge=-20, le=20)]


class BandAlignmentParameters(Document):
    """Parameters of the model of a band alignment.

    Bendings and dipoles are steps of the energy of an electron, from the cathode to the anode:
    negative where the bands go down.
    """

    model_config = ConfigDict(frozen=True)

    cathode: str = Field(description="Formula of the cathode.")
    electrolyte: str = Field(description="Name of the electrolyte.")
    anode: str = Field(description="Formula of the anode, a metal.")
    cathode_fermi_level: Energy = Field(
        description="Fermi level above the valence band maximum in the bulk of the cathode."
    )
    cathode_bending: Energy = Field(
        description="Bending in the cathode, from its bulk to the electrolyte."
    )
    cathode_offset: Energy = Field(
        description="Valence band maximum of the cathode less that of the electrolyte at their "
        "interface."
    )
    cathode_dipole: Energy = Field(
        description="Step of the vacuum level at this interface, which the offset contains."
    )
    inner_bending: Energy = Field(
        description="Bending in the electrolyte, from the cathode to its bulk."
    )
    anode_bending: Energy = Field(
        description="Bending in the electrolyte, from its bulk to the anode."
    )
    anode_offset: Energy = Field(
        description="Fermi level of the anode less the valence band maximum of the electrolyte at "
        "their interface."
    )
    anode_dipole: Energy = Field(
        description="Step of the vacuum level at this interface, which the offset contains."
    )
    measured_voltage: Annotated[float | None, Unit("V")] = Field(
        gt=0,
        le=20,
        description="Measured voltage of the cell to compare with; null for none.",
        examples=["2.8"],
    )
