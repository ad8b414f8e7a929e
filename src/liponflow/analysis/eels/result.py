"""Result of an EELS campaign: the averaged edges of every material."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.eels.comparison import PeakComparison
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result, StructureField
from liponflow.document import Document


class ComputedSite(Document):
    """An absorbing site that was computed, with what it stands for."""

    model: Annotated[int, Column(heading="model")] = Field(
        ge=0, description="Number of the model of a glass, from 0; 0 for a crystal."
    )
    site: Annotated[int, Column(heading="site")] = Field(
        ge=0, description="Index of the absorber in the structure of the model, from 0."
    )
    weight: Annotated[float, Quantity("", heading="weight", fmt=".3f")] = Field(
        ge=0, description="Weight in the average; those of an edge add up to 1."
    )
    stands_for: Annotated[list[int], Column()] = Field(
        description="Indices of the sites of its group, itself among them."
    )
    spectrum: Spectrum = Field(
        description="Spectrum, the sum of L2 and L3 for an L23 edge, on the scale of the code."
    )
    scf_converged: Annotated[bool, Column(heading="SCF conv.")] = Field(
        description="Whether the potentials of every run are self-consistent."
    )
    scf_change: Annotated[float | None, Quantity("eV", heading="SCF change", fmt=".1e")] = Field(
        description="Largest change of the Fermi level in the last iteration; None if not stated."
    )
    cluster_atoms: Annotated[int, Column(heading="atoms")] = Field(
        description="Atoms of the cluster round the absorber."
    )
    seconds: Annotated[float | None, Quantity("s", heading="time", fmt=".0f")] = Field(
        description="Wall time of its runs; None if not stated."
    )
    made_by: list[str] = Field(
        description="Program, version and what it read, of every run: two for an L23 edge."
    )


class RadiusStep(Document):
    """One radius of a convergence scan, compared with the next larger one."""

    radius: Annotated[float, Quantity("Å", heading="radius", fmt=".2f")] = Field(
        description="Radius."
    )
    change: Annotated[float | None, Quantity("", heading="change", fmt=".3f")] = Field(
        description="Norm of the difference from the spectrum at the next larger radius, over the "
        "norm of that spectrum, after a rigid shift; None for the largest."
    )
    shift: Annotated[float | None, Quantity("eV", heading="shift", fmt=".2f")] = Field(
        description="Rigid shift that brings the spectrum closest to the next; None for the "
        "largest."
    )


class RadiusScan(Document):
    """Convergence of the spectrum of one site with a radius."""

    what: Annotated[Literal["SCF", "FMS"], Column(heading="radius of")] = Field(
        description="Radius: of the self-consistent potentials or of full multiple scattering."
    )
    other_radius: Annotated[float, Quantity("Å", heading="other radius", fmt=".2f")] = Field(
        description="The other radius, held fixed."
    )
    steps: list[RadiusStep] = Field(description="Radii, increasing.")
    limit: Annotated[float, Quantity("", heading="limit", fmt=".3f")] = Field(
        description="Largest change at which a radius counts as converged."
    )
    converged_radius: Annotated[float | None, Quantity("Å", heading="converged", fmt=".2f")] = (
        Field(
            description="Smallest radius from which on no change is above the limit, and no shift "
            "above 0.2 eV; None if there is none, and then the radius must grow."
        )
    )


class EdgeScan(Document):
    """Convergence of an edge, measured on one of its sites."""

    material: Annotated[str, Column(heading="material")] = Field(description="Material.")
    edge: Annotated[str, Column(heading="edge")] = Field(description="Edge, of L23 only L3.")
    site: Annotated[int, Column(heading="site")] = Field(
        description="Index of the absorber, the one with the largest weight."
    )
    scf: RadiusScan | None = Field(description="Scan of the SCF radius; None without one.")
    fms: RadiusScan | None = Field(
        description="Scan of the FMS radius at the converged SCF radius, or at the largest of the "
        "scan if none has converged; None without one."
    )


class EdgeResult(Document):
    """An edge of a material, averaged over sites and models."""

    material: Annotated[str, Column(heading="material")] = Field(
        description="Name of the material: a crystal of the library, or a formula."
    )
    edge: Annotated[str, Column(heading="edge")] = Field(
        description="Edge, such as Li K or P L23."
    )
    spectrum: Spectrum = Field(
        description="Average over the sites of the element and over models, on the energy scale "
        "of the code, broadened by nothing but the core hole's lifetime."
    )
    n_sites: Annotated[int, Column(heading="sites")] = Field(
        description="Sites of the element in all models."
    )
    n_computed: Annotated[int, Column(heading="computed")] = Field(
        description="Sites that were computed."
    )
    n_runs: Annotated[int, Column(heading="runs")] = Field(
        description="Runs of the code: one per computed site, two for an L23 edge."
    )
    choice: Annotated[str, Column(wraps=True)] = Field(
        description="Which sites were computed, and with which weights, in words."
    )
    error: Annotated[float | None, Quantity("", heading="error", fmt=".3f")] = Field(
        description="Estimated error of the average because not all sites were computed: norm of "
        "the difference from the average over all sites, over the norm of the average. 0 if all "
        "that differ were computed, None if not and no group of sites has two computed ones."
    )
    error_basis: str = Field(description="What the estimated error rests on.")
    model_spread: Annotated[float | None, Quantity("", heading="over models", fmt=".3f")] = Field(
        None,
        description="Standard deviation over models, as a norm over the norm of the average; None "
        "for one model.",
    )
    sites: list[ComputedSite] = Field(description="Computed sites.")
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the potentials of every run are self-consistent."
    )


class EELSMaterial(Document):
    """A material of the campaign."""

    name: Annotated[str, Column(heading="material")] = Field(
        description="Crystal of the library, or formula."
    )
    formula: str = Field(description="Reduced formula.")
    source: Annotated[str, Column(heading="from", wraps=True)] = Field(
        description="Where the structure came from, and what made it."
    )
    models: list[StructureField] = Field(
        min_length=1, description="Structure, or the models of a glass."
    )
    glass: bool = Field(description="Whether it is a model of a glass.")


class EELSResult(Result):
    """Result of an EELS campaign: edges of materials, averaged over their absorbing sites."""

    kind: Literal["eels"] = "eels"
    materials: list[EELSMaterial] = Field(description="Materials, in the order of the request.")
    edges: list[EdgeResult] = Field(
        description="Edges of all materials, in the order of the requested edges."
    )
    n_runs: Annotated[int, Column(heading="runs")] = Field(
        description="Runs of the code that entered the averages."
    )
    scans: list[EdgeScan] = Field(
        default_factory=list, description="Convergence scans, if any were made."
    )
    energy_scale: Annotated[str, Column(heading="energy scale", wraps=True)] = Field(
        description="The one shift to measured energies, what it is fixed on, and the largest "
        "misfit of the positions that it predicts."
    )
    comparison: PeakComparison | None = Field(
        description="Broadened edges with their peaks, on an absolute scale if Li2O is among the "
        "materials, beside published peaks. Edges that are too short or empty are left out, which "
        "a warning says; None if all are."
    )

    def edge(self, material: str, edge: str) -> EdgeResult:
        """Return an edge of a material.

        Raises
        ------
        KeyError
            If the result has none; those that there are are listed.
        """
        for item in self.edges:
            if (item.material, item.edge) == (material, edge):
                return item
        known = ", ".join(f"{item.material} {item.edge}" for item in self.edges)
        raise KeyError(f"no edge {edge} of {material}; there are {known}")
