"""Parameters of the EELS campaign."""

from typing import Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from liponflow.crystals.plausible import Policy
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.edges import parse_edge

TOPIC = "eels"


class EELSParameters(SpectrumCards):
    """Parameters of an EELS campaign: materials, edges, absorbing sites, and FEFF's cards."""

    model_config = ConfigDict(frozen=True)

    phases: list[str] = Field(
        description="Crystals of the library, if no structure is given.",
        examples=["Li2O,Li3PO4_gamma"],
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
