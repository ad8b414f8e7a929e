"""Fingerprint of a glass model, and the result of a glass campaign."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.glass.cleavage import GlassCleavage
from liponflow.analysis.glass.elastic import GlassElasticity
from liponflow.analysis.glass.pdf_comparison import PdfComparison
from liponflow.analysis.glass.transition import GlassTransition
from liponflow.analysis.method import Method
from liponflow.analysis.quantity import Column, FileNames, Inline, Quantity
from liponflow.analysis.result import Result, StructureField
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document


class Share(Document):
    """Named share of a whole, averaged over frames or models."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "share", "error", "published")

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the part, such as Q1_0 or Li[O4]."
    )
    share: Annotated[float, Quantity("", heading="share", fmt=".3f")] = Field(
        description="Mean share of the whole, 0 to 1."
    )
    error: Annotated[float | None, Quantity("", heading="±", fmt=".2g")] = Field(
        None,
        description="Standard error of the mean from blocks of frames, or standard deviation over "
        "models; None where there are too few.",
    )
    published: Annotated[str | None, Column(heading="published", wraps=True)] = Field(
        None, description="Published value, if any."
    )


class PairCorrelation(Document):
    """Partial pair correlation function of two elements."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "pair",
        "first_peak",
        "first_minimum",
        "coordination",
        "coordination_reverse",
    )

    pair: Annotated[str, Column(heading="pair")] = Field(
        description="Elements of the pair: P-O means neighbours O around P."
    )
    g: Annotated[list[float], Quantity("", label="g(r)")] = Field(
        description="g(r) on the grid `r` of the fingerprint, 1 in a random arrangement."
    )
    g_error: Annotated[list[float] | None, Quantity("")] = Field(
        None, description="Standard error of g(r) from blocks of frames, or over models."
    )
    first_peak: Annotated[float | None, Quantity("Å", heading="peak", fmt=".2f")] = Field(
        description="Position of the first peak."
    )
    first_minimum: Annotated[float | None, Quantity("Å", heading="cut-off", fmt=".2f")] = Field(
        description="Position of the first minimum behind the peak: cut-off of the coordination "
        "numbers."
    )
    coordination: Annotated[float | None, Quantity("", heading="neigh-\nbours", fmt=".2f")] = (
        Field(
            description="Neighbours of the second element around the first within `first_minimum`."
        )
    )
    coordination_reverse: Annotated[
        float | None, Quantity("", heading="the other\nway", fmt=".2f")
    ] = Field(
        description="Neighbours of the first element around the second within `first_minimum`."
    )


class Scattering(Document):
    """Total functions with the weights of a scattering experiment."""

    probe: Literal["neutron", "x-ray"] = Field(description="Kind of radiation.")
    weights: Annotated[dict[str, float], Quantity("")] = Field(
        description="Faber-Ziman weight of every pair; they sum to 1, for x-rays at q = 0."
    )
    q: Annotated[list[float], Quantity("1/Å", label="q")] = Field(description="Momentum transfer.")
    s: Annotated[list[float], Quantity("", label="S(q)")] = Field(
        description="Faber-Ziman structure factor S(q) on `q`. By default a Lorch window takes "
        "G(r) to zero at the end of the grid of r."
    )
    g: Annotated[list[float], Quantity("1/Å²", label="G(r)")] = Field(
        description="Reduced pair distribution function G(r) on the grid `r`, terminated and "
        "broadened as `treatment` says."
    )
    treatment: str = Field(description="Range of q, window, damping and broadening of G(r).")


class BondStatistics(Document):
    """Length distribution of one kind of bond."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "length", "error", "width", "number")

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Kind of bond, such as P-N (bridging)."
    )
    length: Annotated[float, Quantity("Å", heading="length", fmt=".3f")] = Field(
        description="Mean length."
    )
    error: Annotated[float | None, Quantity("Å", heading="±", fmt=".2g")] = Field(
        None, description="Standard error of the mean, as in the shares."
    )
    width: Annotated[float, Quantity("Å", heading="width", fmt=".3f")] = Field(
        description="Standard deviation over all bonds."
    )
    number: Annotated[float, Quantity("", heading="number", fmt=".3g")] = Field(
        description="Number of bonds per frame."
    )


class AngleStatistics(Document):
    """Distribution of one kind of angle."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "angle", "error", "width", "number")

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Atoms, the vertex in the middle: O-P-O."
    )
    angle: Annotated[float, Quantity("degrees", heading="angle", fmt=".1f")] = Field(
        description="Mean angle."
    )
    error: Annotated[float | None, Quantity("degrees", heading="±", fmt=".2g")] = Field(
        None, description="Standard error of the mean, as in the shares."
    )
    width: Annotated[float, Quantity("degrees", heading="width", fmt=".3f")] = Field(
        description="Standard deviation over all angles."
    )
    number: Annotated[float, Quantity("", heading="number", fmt=".3g")] = Field(
        description="Number of angles per frame."
    )
    density: Annotated[list[float], Quantity("1/degree", label="probability")] = Field(
        description="Distribution from 0 to 180 degrees in equal bins."
    )


class Defect(Document):
    """Defect that a good model of the glass does not have."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "mean", "worst", "last")

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Kind of defect, such as P with fewer than 4 anions."
    )
    mean: Annotated[float, Quantity("", heading="mean", fmt=".3g")] = Field(
        description="Mean number per frame."
    )
    worst: Annotated[int, Column(heading="most", fmt="d")] = Field(
        description="Largest number in a frame."
    )
    last: Annotated[int, Column(heading="in the\nlast", fmt="d")] = Field(
        description="Number in the last frame."
    )


class Cutoff(Document):
    """Longest distance that counts as a bond."""

    summary_columns: ClassVar[tuple[str, ...]] = ("pair", "cutoff", "origin")

    pair: Annotated[str, Column(heading="pair")] = Field(description="Elements, such as P-O.")
    cutoff: Annotated[float, Quantity("Å", heading="cut-off", fmt=".2f")] = Field(
        description="Longest bond."
    )
    origin: Annotated[str, Column(heading="origin", wraps=True)] = Field(
        description="Source of the number."
    )


class Fingerprint(Document):
    """Structural fingerprint of a glass, averaged over frames."""

    formula: str = Field(description="Reduced formula.")
    n_atoms: int = Field(description="Atoms in the cell.")
    n_frames: int = Field(description="Number of frames averaged over.")
    density: Annotated[float, Quantity("g/cm³", fmt=".3f")] = Field(description="Mass density.")
    density_error: Annotated[float | None, Quantity("g/cm³", fmt=".2g")] = Field(
        None, description="Standard error of the density, as in the shares."
    )
    number_density: Annotated[float, Quantity("1/Å³")] = Field(description="Atoms per volume.")
    half_width: Annotated[float, Quantity("Å")] = Field(
        description="Half of the narrowest width of the cell; beyond it g(r) includes periodic "
        "images."
    )
    cutoffs: list[Cutoff] = Field(description="Cut-offs of bonds and environments.")
    r: Annotated[list[float], Quantity("Å", label="r")] = Field(
        description="Centres of the bins of r."
    )
    pairs: list[PairCorrelation] = Field(description="Partial g(r) and coordination numbers.")
    scattering: list[Scattering] = Field(description="Neutron- and x-ray-weighted functions.")
    bonds: list[BondStatistics] = Field(description="Bond lengths.")
    angles: list[AngleStatistics] = Field(description="Bond angles.")
    units: list[Share] = Field(description="Share of network formers in each unit Q^n_m.")
    nitrogen_sites: list[Share] = Field(
        description="Share of N that is bridging, apical, triply coordinated or free."
    )
    oxygen_sites: list[Share] = Field(
        description="Share of O that is bridging, apical, triply coordinated or free."
    )
    fragments: list[Share] = Field(
        description="Share of network formers in connected fragments, by the number of formers "
        "in the fragment."
    )
    rings: list[Share] = Field(
        description="Rings of formers and bridging anions per former, by the number of formers "
        "in the ring."
    )
    li_environments: list[Share] = Field(description="Share of Li by its anions: Li[O3N].")
    defects: list[Defect] = Field(description="Defects; those that never occur are listed with 0.")


class SeriesPoint(Document):
    """State of a model at one time of the protocol."""

    summary_columns: ClassVar[tuple[str, ...]] = ("energy_per_atom", "temperature")

    time: Annotated[float, Quantity("ps", label="time")] = Field(
        description="Time since the start of the protocol."
    )
    stage: str = Field(description="Stage of the protocol.")
    temperature: Annotated[float | None, Quantity("K", heading="T", fmt=".0f")] = Field(
        None, description="Kinetic temperature."
    )
    volume_per_atom: Annotated[float | None, Quantity("Å³/atom", label="V")] = Field(
        None, description="Volume per atom."
    )
    energy_per_atom: Annotated[float | None, Quantity("eV/atom", heading="E", fmt=".4f")] = Field(
        None, description="Potential energy per atom."
    )


class GlassModel(Document):
    """One model of the glass: its preparation and its fingerprint."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "seed",
        "start",
        "density",
        "pressure",
        "energy_per_atom",
        "max_force",
        "converged",
    )

    seed: Annotated[int, Column(heading="seed", fmt="d")] = Field(
        description="Seed of the packing and of the velocities."
    )
    start: Annotated[str, Column(heading="start", wraps=True)] = Field(
        description="Starting point of the protocol: unit-packed, crystal, ..."
    )
    notes: list[str] = Field(default_factory=list, description="Remarks from building and MD.")
    structure: StructureField = Field(
        description="Final structure, relaxed if the preset asks for it."
    )
    density: Annotated[float, Quantity("g/cm³", heading="density", fmt=".3f")] = Field(
        description="Mass density of the final structure."
    )
    pressure: Annotated[float | None, Quantity("GPa", heading="pressure", fmt="z.2f")] = Field(
        None,
        description="Pressure of the relaxed structure, non-zero where the cell was held at a "
        "density; None where nothing was relaxed.",
    )
    energy_per_atom: Annotated[float | None, Quantity("eV/atom", heading="E", fmt=".4f")] = Field(
        description="Energy of the final structure."
    )
    recorded_method: Method | None = Field(
        None, description="Method of the energy, where its files tell more than the engine does."
    )
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest remaining force on an atom."
    )
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the protocol ended and the relaxation converged."
    )
    criterion: str = Field(description="Convergence criterion and the value reached.")
    fingerprint: Fingerprint = Field(
        description="Fingerprint of the last stage's trajectory, or of the final structure "
        "without one."
    )
    trajectories: Annotated[list[str], FileNames()] = Field(
        default_factory=list, description="Paths of the trajectory files, with the host's name."
    )
    series: list[SeriesPoint] = Field(
        default_factory=list, description="Temperature, volume and energy through the protocol."
    )


class GlassResult(ComparedResult):
    """Result of a glass campaign: independent models with their mean and spread."""

    kind: Literal["glass"] = "glass"
    schema_version: int = Field(3, description="Version of the schema of this kind.")
    n_models: Annotated[int, Column(heading="models")] = Field(description="Number of models.")
    density: Annotated[float, Quantity("g/cm³", heading="density", fmt=".3f")] = Field(
        description="Mean mass density of the models."
    )
    density_spread: Annotated[
        float | None, Quantity("g/cm³", heading="spread of density", fmt=".3f")
    ] = Field(description="Standard deviation of the density over models; None for one model.")
    protocol: Annotated[list[str], Column(heading="protocol")] = Field(
        description="Stages of the protocol, one line each."
    )
    models: list[GlassModel] = Field(description="Models of the glass.")
    mean: Fingerprint = Field(
        description="Mean over the models; every `error` in it is the standard deviation over "
        "models (None for one model)."
    )
    problems: Annotated[list[str], Column(heading="problems")] = Field(
        description="Defects of the models, one line each."
    )
    tg: Annotated[
        GlassTransition | None,
        Inline(
            {
                "temperature": "glass transition",
                "error": "its error",
                "cooling_rate": "cooling rate",
                "resolved": "transition resolved",
                "note": "note on it",
            }
        ),
    ] = Field(None, description="Glass transition on cooling.")
    elastic: Annotated[GlassElasticity | None, Inline({"note": "note on elasticity"})] = Field(
        None, description="Elastic moduli."
    )
    cleavage: Annotated[
        GlassCleavage | None,
        Inline(
            {
                "ratio_bridging": "P-O over P-N, bridging",
                "ratio_apical": "P-O over P-N, apical",
                "published": "published",
                "note": "note on bonds",
            }
        ),
    ] = Field(None, description="Bond strengths of the structural units.")


def with_elastic_definition(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of version 1 as version 2, which states what its elastic moduli are.

    Those of version 1 are stress-strain coefficients. They cannot be converted without the whole
    tensor of the residual stress.
    """
    elastic = document.get("elastic")
    if elastic is None:
        return document
    models = [{**model, "definition": "stress-strain coefficients"} for model in elastic["models"]]
    return {**document, "elastic": {**elastic, "models": models}}


class FingerprintResult(Result):
    """Fingerprint of structures or trajectories read from files."""

    kind: Literal["fingerprint"] = "fingerprint"
    files: Annotated[list[str], Column(heading="files")] = Field(
        description="Files read, in order."
    )
    fingerprint: Annotated[
        Fingerprint,
        Inline(
            {
                "n_frames": "frames",
                "density": "density",
                "density_error": "its error",
            }
        ),
    ] = Field(description="Fingerprint averaged over the frames.")
    series: list[SeriesPoint] = Field(
        default_factory=list, description="Temperature, volume and energy of the frames."
    )
    problems: Annotated[list[str], Column(heading="problems")] = Field(
        description="Defects of the frames, one line each."
    )
    comparison: Annotated[
        PdfComparison | None,
        Inline(
            {"file": "measured G(r)", "r_w": "R_w", "scale": "scale", "treatment": "treatment"}
        ),
    ] = Field(
        None, description="Measured G(r) compared with the computed one, if a file was given."
    )
