"""Parameters of the EELS campaign."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from liponflow.crystals.plausible import Policy
from liponflow.inputs.feff.cards import LEAST_RADIUS, MOST_RADIUS, SpectrumCards
from liponflow.inputs.feff.edges import parse_edge
from liponflow.inputs.parameter import Unit

TOPIC = "eels"

Radii = Annotated[
    list[Annotated[float, Field(ge=LEAST_RADIUS, le=MOST_RADIUS)]], Unit("Å"), Field(max_length=12)
]
"""Radii of a convergence scan, increasing."""


class EELSParameters(SpectrumCards):
    """Parameters of an EELS campaign: materials, edges, absorbing sites, and FEFF's cards."""

    model_config = ConfigDict(frozen=True)

    phases: list[str] = Field(
        description="Crystals of the library; those of the preset are left out where a structure "
        "is given.",
        examples=["Li2O,Li3PO4_gamma"],
    )
    glass: str | None = Field(
        None,
        description="Glass beside the crystals: LiPON for the model of the library, the first "
        "characters of the uuid of a glass in the store, or latest; null for none. That of the "
        "preset is left out where a structure or trajectory is given.",
        examples=["latest"],
    )
    trajectory: Path | None = Field(
        None,
        description="File of a trajectory, of which a frame is a material beside the others; "
        "crystals and glass of the preset are then left out.",
        examples=["XDATCAR"],
    )
    frame: int | None = Field(
        None,
        ge=0,
        description="Frame of the trajectory, counted from 0; null for the last.",
        examples=[100],
    )
    edges: list[str] = Field(
        min_length=1,
        description="Edges as element and shell: K, L1, L2, L3, or L23 for the sum of two runs. "
        "Those of elements that a material lacks are left out.",
        examples=["Li K,P L23"],
    )
    representatives: int | None = Field(
        ge=1,
        le=1000,
        description="Largest number of absorbing sites of an element that are computed in a "
        "structure, each for a cluster of similar environments; null for all distinct sites.",
        examples=[4],
    )
    second_members: int = Field(
        0,
        ge=0,
        le=1000,
        description="Clusters, the largest first, of which a second site is computed, so that the "
        "error of an average over representatives is measured.",
        examples=[1],
    )
    scan_scf: Radii = Field(
        default_factory=list,
        description="Radii of the potentials that are compared on one site per edge and material "
        "before those of multiple scattering; [] for none.",
        examples=["2.2,2.6,3.2,4"],
    )
    scan_fms: Radii = Field(
        default_factory=list,
        description="Radii of multiple scattering that are compared on one site per edge and "
        "material, with the smallest converged radius of the potentials; [] for none.",
        examples=["4,5,6"],
    )
    scan_limit: Annotated[float, Unit("")] = Field(
        0.05,
        gt=0,
        le=1,
        description="Largest change of a spectrum from one radius of a scan to the next at which "
        "the smaller one counts as converged: the norm of the difference over that of the "
        "spectrum.",
    )
    instrument_width: Annotated[float, Unit("eV")] = Field(
        0.6,
        ge=0,
        le=20,
        description="Full width at half maximum of the instrument in the broadened spectra.",
    )
    core_hole_width: Annotated[float, Unit("eV")] = Field(
        0.0,
        ge=0,
        le=20,
        description="Lorentzian width in them beyond that of the core hole, which computed "
        "spectra have.",
    )
    final_state: bool = Field(
        default=False,
        description="Whether they get a width for the lifetime of the final state; spectra with "
        "the Hedin-Lundqvist self-energy have it.",
    )
    plausible: Policy = Field(
        default="refuse",
        description="What happens to a starting structure that no solid has, such as a molecule "
        "in vacuum: refuse, or warn to compute it all the same.",
    )

    @field_validator("edges")
    @classmethod
    def _known_edges(cls, value: list[str]) -> list[str]:
        for number, edge in enumerate(value):
            parse_edge(edge)
            if edge in value[:number]:
                raise ValueError(f"the edge {edge} is named twice")
        return value

    @field_validator("scan_scf", "scan_fms")
    @classmethod
    def _increasing(cls, value: list[float]) -> list[float]:
        if len(value) == 1:
            raise ValueError("a scan compares two radii or more; give two, or none")
        if value != sorted(set(value)):
            raise ValueError("the radii of a scan must increase")
        return value

    @model_validator(mode="after")
    def _scans_fit(self) -> Self:
        """Refuse scans in which multiple scattering ends within the potentials' clusters."""
        scf = max(self.scan_scf, default=self.scf_radius)
        if self.scan_scf and scf > self.fms_radius:
            raise ValueError(
                f"scan_scf goes to {scf:g} Å, beyond fms_radius = {self.fms_radius:g} Å, which it "
                "holds fixed: raise fms_radius"
            )
        if self.scan_fms and self.scan_fms[0] < scf:
            raise ValueError(
                f"scan_fms begins at {self.scan_fms[0]:g} Å, below a radius of the potentials of "
                f"{scf:g} Å: begin there or above"
            )
        return self

    @model_validator(mode="after")
    def _cluster_of_neighbours(self) -> Self:
        if self.fms_radius < self.scf_radius:
            raise ValueError(
                f"the radius of multiple scattering, {self.fms_radius:g} Å, is below that of the "
                f"potentials, {self.scf_radius:g} Å: raise fms_radius, which costs less"
            )
        return self

    @property
    def cards(self) -> SpectrumCards:
        """Parameters that the engine takes."""
        return SpectrumCards(**{name: getattr(self, name) for name in SpectrumCards.model_fields})
