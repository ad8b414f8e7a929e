"""What is known about a glass: the fingerprint of one model, and the result of a campaign."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.glass.cleavage import GlassCleavage
from liponflow.analysis.glass.elastic import GlassElasticity
from liponflow.analysis.glass.pdf_comparison import PdfComparison
from liponflow.analysis.glass.transition import GlassTransition
from liponflow.analysis.result import Result, StructureField


class Share(BaseModel):
    """A named part of a whole, averaged over frames or over models."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "share", "error", "published")

    name: str = Field(description="Name of the part, such as Q1_0 or Li[O4].")
    share: float = Field(description="Its mean share of the whole (dimensionless, 0 to 1).")
    error: float | None = Field(
        None,
        description="Standard error of the mean from blocks of frames, or standard deviation over "
        "models; None where there are too few.",
    )
    published: str | None = Field(None, description="What was published of it, if anything.")


class PairCorrelation(BaseModel):
    """Partial pair correlation of two elements."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "pair",
        "first_peak",
        "first_minimum",
        "coordination",
        "coordination_reverse",
    )

    pair: str = Field(description="Elements, such as P-O: neighbours O around P.")
    g: list[float] = Field(description="g(r) on the grid `r` of the fingerprint (1 at random).")
    g_error: list[float] | None = Field(
        None, description="Standard error of g(r) from blocks of frames, or over models."
    )
    first_peak: float | None = Field(description="Position of the first peak (Å).")
    first_minimum: float | None = Field(
        description="Position of the minimum behind it (Å): cut-off of the coordination numbers."
    )
    coordination: float | None = Field(
        description="Neighbours of the second element around the first within first_minimum."
    )
    coordination_reverse: float | None = Field(
        description="Neighbours of the first element around the second within first_minimum."
    )


class Scattering(BaseModel):
    """Weighted total functions as a scattering experiment sees them."""

    model_config = ConfigDict(extra="forbid")

    probe: Literal["neutron", "x-ray"]
    weights: dict[str, float] = Field(
        description="Faber-Ziman weight of every pair (dimensionless, sums to 1; x-ray at q = 0)."
    )
    q: list[float] = Field(description="Momentum transfer (1/Å).")
    s: list[float] = Field(
        description="Faber-Ziman structure factor S(q) on `q`, of a G(r) that a window of Lorch "
        "takes to zero where the grid of r ends (unless the settings say otherwise)."
    )
    g: list[float] = Field(
        description="Reduced pair distribution function G(r) on the grid `r` (1/Å²), terminated "
        "and broadened as `treatment` says."
    )
    treatment: str = Field(description="Range of q, window, damping and broadening of G(r).")


class BondStatistics(BaseModel):
    """Lengths of one kind of bond."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "length", "error", "width", "number")

    name: str = Field(description="Kind of bond, such as P-N (bridging).")
    length: float = Field(description="Mean length (Å).")
    error: float | None = Field(None, description="As in Share (Å).")
    width: float = Field(description="Standard deviation over all bonds (Å).")
    number: float = Field(description="Bonds per frame.")


class AngleStatistics(BaseModel):
    """Distribution of one kind of angle."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "angle", "error", "width", "number")

    name: str = Field(description="Atoms, the vertex in the middle: O-P-O.")
    angle: float = Field(description="Mean (degrees).")
    error: float | None = Field(None, description="As in Share (degrees).")
    width: float = Field(description="Standard deviation over all angles (degrees).")
    number: float = Field(description="Angles per frame.")
    density: list[float] = Field(
        description="Distribution from 0 to 180 degrees in equal bins (1/degree)."
    )


class Defect(BaseModel):
    """Something that a good model of the glass has none of."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "mean", "worst", "last")

    name: str = Field(description="What it is, such as P with fewer than 4 anions.")
    mean: float = Field(description="Mean number per frame.")
    worst: int = Field(description="Largest number in a frame.")
    last: int = Field(description="Number in the last frame.")


class Cutoff(BaseModel):
    """Longest distance that counts as a bond."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("pair", "cutoff", "origin")

    pair: str = Field(description="Elements, such as P-O.")
    cutoff: float = Field(description="Longest bond (Å).")
    origin: str = Field(description="Where the number comes from.")


class Fingerprint(BaseModel):
    """Structure of a glass in numbers, averaged over frames."""

    model_config = ConfigDict(extra="forbid")

    formula: str = Field(description="Reduced formula.")
    n_atoms: int = Field(description="Atoms in the cell.")
    n_frames: int = Field(description="Frames that were averaged over.")
    density: float = Field(description="Mass density (g/cm³).")
    density_error: float | None = Field(None, description="As in Share (g/cm³).")
    number_density: float = Field(description="Atoms per volume (1/Å³).")
    half_width: float = Field(
        description="Half of the narrowest width of the cell (Å): beyond it g(r) sees the "
        "periodic images."
    )
    cutoffs: list[Cutoff] = Field(description="Cut-offs of bonds and environments.")
    r: list[float] = Field(description="Centres of the bins of r (Å).")
    pairs: list[PairCorrelation] = Field(description="Partial g(r) and coordination numbers.")
    scattering: list[Scattering] = Field(description="Neutron- and x-ray-weighted functions.")
    bonds: list[BondStatistics] = Field(description="Bond lengths.")
    angles: list[AngleStatistics] = Field(description="Bond angles.")
    units: list[Share] = Field(description="Share of network formers in each unit Q^n_m.")
    nitrogen_sites: list[Share] = Field(
        description="Share of N that is bridging, apical, triply coordinated or free."
    )
    oxygen_sites: list[Share] = Field(description="The same of O.")
    fragments: list[Share] = Field(
        description="Share of network formers in connected fragments by their number of formers."
    )
    rings: list[Share] = Field(
        description="Rings of formers and bridging anions by their number of formers: rings per "
        "former."
    )
    li_environments: list[Share] = Field(description="Share of Li by its anions: Li[O3N].")
    defects: list[Defect] = Field(description="Defects; those that never occur are listed as 0.")


class SeriesPoint(BaseModel):
    """State of a model at one time of the protocol."""

    model_config = ConfigDict(extra="forbid")

    time: float = Field(description="Time since the start of the protocol (ps).")
    stage: str = Field(description="Stage of the protocol.")
    temperature: float | None = Field(None, description="Kinetic temperature (K).")
    volume_per_atom: float | None = Field(None, description="Volume (Å³/atom).")
    energy_per_atom: float | None = Field(None, description="Potential energy (eV/atom).")


class GlassModel(BaseModel):
    """One model of the glass: how it was made, and its fingerprint."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "seed",
        "start",
        "density",
        "pressure",
        "energy_per_atom",
        "max_force",
        "converged",
    )

    seed: int = Field(description="Seed of the packing and of the velocities.")
    start: str = Field(description="What the protocol started from: unit-packed, crystal, ...")
    notes: list[str] = Field(default_factory=list, description="Remarks from building and MD.")
    structure: StructureField = Field(description="Final structure, relaxed if the preset does.")
    density: float = Field(description="Mass density of the final structure (g/cm³).")
    pressure: float | None = Field(
        None,
        description="Pressure of the relaxed structure (GPa): what holding the cell at a density "
        "leaves; None where nothing was relaxed.",
    )
    energy_per_atom: float | None = Field(description="Energy of the final structure (eV/atom).")
    max_force: float | None = Field(description="Largest force left on an atom (eV/Å).")
    converged: bool = Field(description="Whether the protocol ended and the relaxation converged.")
    criterion: str = Field(description="Convergence criterion and the value reached.")
    fingerprint: Fingerprint = Field(
        description="Of the last stage's trajectory, or of the final structure without one."
    )
    trajectories: list[str] = Field(
        default_factory=list, description="Trajectory files, with host; never their data."
    )
    series: list[SeriesPoint] = Field(
        default_factory=list, description="Temperature, volume and energy through the protocol."
    )


class GlassResult(Result):
    """Result of a glass campaign: n independent models, and their mean and spread."""

    kind: Literal["glass"] = "glass"
    n_models: int = Field(description="Models that entered.")
    density: float = Field(description="Mean mass density of the models (g/cm³).")
    density_spread: float | None = Field(
        description="Standard deviation of the density over models (g/cm³); None for one model."
    )
    protocol: list[str] = Field(description="Stages of the protocol, one line each.")
    models: list[GlassModel] = Field(description="Models that entered.")
    mean: Fingerprint = Field(
        description="Mean over the models; every `error` in it is the standard deviation over "
        "models (None for one model)."
    )
    problems: list[str] = Field(description="Defects that the models have, one line each.")
    tg: GlassTransition | None = Field(None, description="Glass transition from cooling.")
    elastic: GlassElasticity | None = Field(None, description="Elastic moduli.")
    cleavage: GlassCleavage | None = Field(None, description="Strength of the units' bonds.")


class FingerprintResult(Result):
    """Fingerprint of somebody's structures or trajectories, read from files."""

    kind: Literal["fingerprint"] = "fingerprint"
    files: list[str] = Field(description="Files that were read, in their order.")
    fingerprint: Fingerprint
    series: list[SeriesPoint] = Field(
        default_factory=list, description="Temperature, volume and energy of the frames."
    )
    problems: list[str] = Field(description="Defects that the frames have, one line each.")
    comparison: PdfComparison | None = Field(
        None, description="A measured G(r) beside the computed one, if a file was given."
    )
