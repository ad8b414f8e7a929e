"""Parameters of a spectrum by FEFF, which its cards state."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

LEAST_RADIUS = 1.5
"""Smallest radius of the SCF and FMS clusters (Å), our choice."""

MOST_RADIUS = 12.0
"""Largest (Å): the clusters of Li2O and Li3PO4 then have 1400 atoms, and FEFF takes 1000."""

Grouping = Literal["element", "symmetry", "coordination"]
"""What has a potential of its own: elements, their symmetry-distinct sites, or their atoms with
equally many anions round them."""


class SpectrumCards(Document):
    """What FEFF is asked to compute, whatever the absorber.

    It is part of the parameters of the campaign, and what an engine takes of them.
    """

    model_config = ConfigDict(frozen=True)

    beam_energy: Annotated[float, Unit("keV")] = Field(
        gt=0, le=3000, description="Energy of the electrons."
    )
    collection_angle: Annotated[float, Unit("mrad")] = Field(
        gt=0, le=200, description="Collection semi-angle."
    )
    convergence_angle: Annotated[float, Unit("mrad")] = Field(
        ge=0, le=200, description="Convergence semi-angle."
    )
    xkmax: Annotated[float, Unit("1/Å")] = Field(
        gt=0,
        le=20,
        description="Largest wave number of the photoelectron, the end of the spectrum.",
    )
    xkstep: Annotated[float, Unit("1/Å")] = Field(
        gt=0, le=1, description="Step of the wave number at high energies."
    )
    estep: Annotated[float, Unit("eV")] = Field(
        gt=0, le=5, description="Step of the energy at the edge."
    )
    core_hole: Literal["RPA", "FSR", "NONE"] = Field(
        description="Treatment of the core hole: screened by the random-phase approximation, by "
        "the final-state rule, or none."
    )
    exchange: Literal["Hedin-Lundqvist", "Dirac-Hara", "ground state"] = Field(
        description="Self-energy of the photoelectron."
    )
    s02: Annotated[float, Unit("")] = Field(gt=0, le=1, description="Amplitude reduction factor.")
    scf_radius: Annotated[float, Unit("Å")] = Field(
        ge=LEAST_RADIUS,
        le=MOST_RADIUS,
        description="Radius of the clusters of self-consistent potentials.",
    )
    fms_radius: Annotated[float, Unit("Å")] = Field(
        ge=LEAST_RADIUS,
        le=MOST_RADIUS,
        description="Radius of the cluster of full multiple scattering.",
    )
    scf_iterations: int = Field(
        ge=1, le=300, description="Largest number of iterations of the potentials."
    )
    scf_acceleration: Annotated[float, Unit("")] = Field(
        gt=0, le=0.9, description="Convergence accelerator of the potentials (ca)."
    )
    potentials: Grouping = Field(
        description="What has a potential of its own, besides the absorber: every element, every "
        "symmetry-distinct site, or the atoms of an element with equally many anions round them."
    )
    min_distance: Annotated[float, Unit("Å")] = Field(
        ge=0.5, le=2, description="Least distance between two atoms of the cluster."
    )
