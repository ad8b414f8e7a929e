"""Result of a measurement of transport in trajectories."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document


class SiteShare(Document):
    """Share of the ions in one environment."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "share", "error")

    name: Annotated[str, Column(heading="environment")] = Field(
        description="Anions in the shell, such as Li[O3N]."
    )
    share: Annotated[float, Quantity("", heading="share", fmt=".3f", label="share of ions")] = (
        Field(description="Mean share of the ions, 0 to 1.")
    )
    error: Annotated[float | None, Quantity("", heading="±", fmt=".2g")] = Field(
        None, description="Standard error from blocks of frames; None for too few frames."
    )


class Residence(Document):
    """Residence of ions on sites of one environment. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "environment", "stay", "jumps", "time", "time_low", "time_high",
    )  # fmt: skip

    environment: Annotated[str, Column(heading="site")] = Field(
        description="Anions of the site when the ion came; all for every site."
    )
    stay: Annotated[float, Quantity("ps", heading="time on\nsites", fmt=".4g")] = Field(
        description="Time that all ions together spent on such sites."
    )
    jumps: Annotated[int, Column(heading="jumps")] = Field(description="Jumps that left them.")
    time: Annotated[
        float | None, Quantity("ps", heading="residence", fmt=".3g", label="residence time")
    ] = Field(description="Mean residence time; None without a jump.")
    time_low: Annotated[float, Quantity("ps", heading="from", fmt=".3g")] = Field(
        description="Lower limit."
    )
    time_high: Annotated[float | None, Quantity("ps", heading="to", fmt=".3g")] = Field(
        description="Upper limit; None without a jump."
    )


class JumpNetwork(Document):
    """Sites and the jumps between them."""

    sites: int = Field(description="Different sites that were seen.")
    paths: int = Field(description="Different pairs of sites with a jump between them.")
    largest: int = Field(description="Sites in the largest connected part.")
    dimensions: int = Field(
        description="Directions in which connected jumps lead through the whole cell, 0 to 3: the "
        "network percolates if it is above 0."
    )


class SiteAnalysis(Document):
    """Sites of ions by their shells of anions, and jumps between them."""

    cutoff: Annotated[float, Quantity("Å", heading="cutoff", fmt=".2f")] = Field(
        description="Longest distance of an anion of the shell."
    )
    cutoff_origin: str = Field(description="Where the cut-off is from.")
    persistence: Annotated[float, Quantity("ps", heading="persistence", fmt=".3g")] = Field(
        description="Time for which a bond must be made or broken, and then all bonds of an ion "
        "still, for a jump to count."
    )
    shares: list[SiteShare] = Field(description="Environments in every frame.")
    residences: list[Residence] = Field(description="All sites, then those of each environment.")
    returns: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        description="Share of the jumps that lead back to the site before; None without a jump."
    )
    jump_length: Annotated[float | None, Quantity("Å", fmt=".2f")] = Field(
        description="Root mean square distance between the mean places before and after a jump; "
        "None without two stays of an ion."
    )
    survival_times: Annotated[list[float], Quantity("ps", label="time since arrival")] = Field(
        description="Times since an ion came to a site."
    )
    survival: Annotated[list[float], Quantity("", label="share still there")] = Field(
        description="Share of the stays that last longer (Kaplan and Meier)."
    )
    network: JumpNetwork = Field(description="Network of the jumps.")


class VanHoveCurve(Document):
    """Van Hove functions after one time."""

    time: Annotated[float, Quantity("ps", heading="time", fmt=".3g")] = Field(
        description="Time between the two frames."
    )
    r: Annotated[list[float], Quantity("Å", label="distance")] = Field(
        description="Centres of equal bins."
    )
    own: Annotated[list[float], Quantity("1/Å", label="4πr² G$_s$")] = Field(
        description="Probability density of the distance that an ion has moved, 4πr² G_s(r, t)."
    )
    beyond: Annotated[float, Quantity("", fmt=".2g")] = Field(
        description="Share of the ions that moved further than the last bin."
    )
    distinct: Annotated[list[float], Quantity("", label="G$_d$ / density")] = Field(
        description="Density of the other ions around where an ion was, over the mean one; as far "
        "as half the cell."
    )
    non_gaussian: Annotated[float, Quantity("", fmt=".2f")] = Field(
        description="3<r⁴> / 5<r²>² - 1; 0 for Brownian motion."
    )


class DensityGrid(Document):
    """Where the ions were, on a grid."""

    cell: Annotated[list[list[float]], Quantity("Å")] = Field(
        description="Cell of the first frame, vectors in rows."
    )
    shape: list[int] = Field(description="Voxels along the three vectors.")
    counts: list[int] = Field(
        description="Ions in each voxel, summed over the frames; the third vector runs fastest."
    )
    frames: int = Field(description="Frames that were summed.")


class RegionTransport(Document):
    """Transport in a slab of the cell. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "name", "ions", "diffusivity", "diffusivity_low", "diffusivity_high", "conductivity",
    )  # fmt: skip

    name: Annotated[str, Column(heading="region")] = Field(description="Name.")
    vector: str = Field(description="Lattice vector across the slab: a, b or c.")
    low: Annotated[float, Quantity("", fmt=".2f")] = Field(
        description="Fraction of that vector at which the slab begins."
    )
    high: Annotated[float, Quantity("", fmt=".2f")] = Field(
        description="Fraction at which it ends; below the other if it goes through the boundary."
    )
    ions: Annotated[float, Quantity("", heading="ions", fmt=".1f")] = Field(
        description="Mean number of mobile ions in it."
    )
    diffusivity: Annotated[float | None, Quantity("cm²/s", heading="D along", fmt=".2e")] = Field(
        description="Tracer diffusion coefficient along the slab, of windows that begin and end "
        "in it; None if there are too few, or the run is not diffusive."
    )
    diffusivity_low: Annotated[float | None, Quantity("cm²/s", heading="from", fmt=".2e")] = Field(
        description="Lower limit."
    )
    diffusivity_high: Annotated[float | None, Quantity("cm²/s", heading="to", fmt=".2e")] = Field(
        description="Upper limit."
    )
    conductivity: Annotated[float | None, Quantity("S/cm", heading="σ along", fmt=".2e")] = Field(
        description="Conductivity along the slab by Nernst and Einstein."
    )
    conductivity_low: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        description="Lower limit."
    )
    conductivity_high: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        description="Upper limit."
    )
    shares: list[SiteShare] = Field(description="Environments of the ions in it.")
    residence: Residence | None = Field(
        description="Residence of ions on sites in it; None without a site analysis."
    )


class Curve(Document):
    """Mean-squared displacements against time; their half slope per dimension is D."""

    time: Annotated[list[float], Quantity("ps", label="time interval")] = Field(
        description="Exact intervals, at most 50, up to half the run."
    )
    tracer: Annotated[list[float], Quantity("Å²", label="mean-squared displacement")] = Field(
        description="Of the single ions."
    )
    components: Annotated[list[list[float]], Quantity("Å²")] = Field(
        description="The parts along x, y and z of each."
    )
    collective: Annotated[list[float], Quantity("Å²")] = Field(
        description="Of the sum of all ions, over their number."
    )
    slope: Annotated[float | None, Quantity("Å²/ps", fmt=".3g")] = Field(
        description="Slope of the line through the tracer's MSD; None if it is not straight."
    )
    intercept: Annotated[float | None, Quantity("Å²", fmt=".3g")] = Field(
        description="Intercept of that line."
    )


class TransportPoint(Document):
    """Transport at one temperature. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "temperature", "length", "start", "diffusivity", "diffusivity_low", "diffusivity_high",
        "relative_deviation", "haven", "conductivity", "conductivity_low", "conductivity_high",
        "fitted",
    )  # fmt: skip

    temperature: Annotated[float, Quantity("K", heading="T", fmt=".0f")] = Field(
        description="Temperature, as given or as the mean of the files."
    )
    target: Annotated[float | None, Quantity("K", heading="target", fmt=".0f")] = Field(
        None, description="Temperature of the thermostat; None if unknown."
    )
    files: list[str] = Field(description="Segments of the run.")
    frames: int = Field(description="Frames that entered.")
    ions: int = Field(description="Mobile ions.")
    drift: str = Field(description="What is at rest: the framework, or all atoms.")
    time_step: Annotated[float, Quantity("fs", fmt=".4g")] = Field(
        description="Time from frame to frame."
    )
    length: Annotated[float, Quantity("ps", heading="length", fmt=".4g")] = Field(
        description="Time from the first frame to the last."
    )
    length_needed: Annotated[float | None, Quantity("ps", fmt=".3g")] = Field(
        description="Length that leaves a relative deviation of 0.5 at this rate of hops; None if "
        "the run is long enough or the ions do not diffuse."
    )
    volume: Annotated[float, Quantity("Å³", fmt=".1f")] = Field(
        description="Volume of the mean cell."
    )
    start: Annotated[float | None, Quantity("ps", heading="diffusive\nfrom", fmt=".3g")] = Field(
        None,
        description="Interval from which on a straight line fits; None if there is none, and then "
        "no coefficient.",
    )
    exponent: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="Exponent of the MSD against time from there on."
    )
    diffusivity: Annotated[
        float | None, Quantity("cm²/s", heading="D tracer", fmt=".2e", label="tracer diffusivity")
    ] = Field(
        None,
        description="Tracer diffusion coefficient, 1 Å²/ps is 1e-4 cm²/s; None if the run "
        "is not diffusive.",
    )
    diffusivity_low: Annotated[float | None, Quantity("cm²/s", heading="from", fmt=".2e")] = Field(
        None, description="Lower limit; below zero if no diffusion was seen."
    )
    diffusivity_high: Annotated[float | None, Quantity("cm²/s", heading="to", fmt=".2e")] = Field(
        None, description="Upper limit."
    )
    diffusivity_xyz: Annotated[list[float], Quantity("cm²/s", fmt=".2e")] = Field(
        default_factory=list,
        description="Tracer diffusion along x, y and z; empty if not diffusive.",
    )
    diffusivity_xyz_error: Annotated[list[float], Quantity("cm²/s", fmt=".1e")] = Field(
        default_factory=list, description="Half widths of their intervals."
    )
    collective: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        None,
        description="Collective (charge) diffusion coefficient; None if all atoms are mobile.",
    )
    collective_low: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        None, description="Lower limit."
    )
    collective_high: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        None, description="Upper limit."
    )
    haven: Annotated[float | None, Quantity("", heading="Haven", fmt=".2f")] = Field(
        None, description="Tracer over collective coefficient; None if the latter may be zero."
    )
    haven_low: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="Lower limit, both taken as independent."
    )
    haven_high: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="Upper limit."
    )
    conductivity: Annotated[
        float | None, Quantity("S/cm", heading="σ (N-E)", fmt=".2e", label="conductivity")
    ] = Field(
        None, description="Conductivity by Nernst and Einstein, from the tracer coefficient."
    )
    conductivity_low: Annotated[float | None, Quantity("S/cm", heading="from", fmt=".2e")] = Field(
        None, description="Lower limit."
    )
    conductivity_high: Annotated[float | None, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        None, description="Upper limit."
    )
    collective_conductivity: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        None, description="Conductivity from the collective coefficient."
    )
    collective_conductivity_low: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        None, description="Lower limit."
    )
    collective_conductivity_high: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        None, description="Upper limit."
    )
    effective_hops: Annotated[float, Quantity("", fmt=".3g")] = Field(
        description="Largest total MSD over the square of the hop length (He 2018)."
    )
    relative_deviation: Annotated[float | None, Quantity("", heading="RSD", fmt=".2f")] = Field(
        description="Relative standard deviation of D that so many hops leave (He 2018); None "
        "if no ion moved."
    )
    fitted: Annotated[bool, Quantity("", heading="fitted")] = Field(
        description="Whether it is reliable enough for the Arrhenius fit: a deviation up to 0.5, "
        "and D above zero."
    )
    curve: Curve = Field(description="Mean-squared displacements.")
    sites: SiteAnalysis | None = Field(
        None, description="Sites and jumps; None without anions around the ions."
    )
    van_hove: list[VanHoveCurve] = Field(
        default_factory=list, description="Van Hove functions after up to four times."
    )
    density: DensityGrid | None = Field(None, description="Where the ions were.")
    regions: list[RegionTransport] = Field(
        default_factory=list, description="Transport in the regions that were asked for."
    )


class ArrheniusLine(Document):
    """Arrhenius fit of the tracer coefficients. Intervals hold 95 %."""

    activation_energy: Annotated[float, Quantity("eV", heading="Ea", fmt=".3f")] = Field(
        description="Of D, and so of conductivity times temperature."
    )
    activation_energy_low: Annotated[float, Quantity("eV", fmt=".3f")] = Field(
        description="Lower limit."
    )
    activation_energy_high: Annotated[float, Quantity("eV", fmt=".3f")] = Field(
        description="Upper limit."
    )
    prefactor: Annotated[float, Quantity("cm²/s", fmt=".2e")] = Field(
        description="D at infinite temperature."
    )
    room_conductivity: Annotated[float, Quantity("S/cm", heading="σ(300 K)", fmt=".2e")] = Field(
        description="Nernst-Einstein conductivity at 300 K, at the density of the coldest run."
    )
    room_conductivity_low: Annotated[float, Quantity("S/cm", fmt=".2e")] = Field(
        description="Lower limit."
    )
    room_conductivity_high: Annotated[float, Quantity("S/cm", fmt=".2e")] = Field(
        description="Upper limit."
    )


class VTFCurve(Document):
    """Fit of D0 exp(-B / (T - T0)) (Vogel, Tammann, Fulcher). Intervals hold 95 %."""

    temperature: Annotated[float, Quantity("K", heading="T0", fmt=".0f")] = Field(
        description="T0, at which D would vanish; 0 is Arrhenius."
    )
    temperature_low: Annotated[float, Quantity("K", fmt=".0f")] = Field(description="Lower limit.")
    temperature_high: Annotated[float, Quantity("K", fmt=".0f")] = Field(
        description="Upper limit."
    )
    energy: Annotated[float, Quantity("eV", heading="k B", fmt=".3f")] = Field(
        description="B times the Boltzmann constant."
    )
    energy_low: Annotated[float, Quantity("eV", fmt=".3f")] = Field(description="Lower limit.")
    energy_high: Annotated[float, Quantity("eV", fmt=".3f")] = Field(description="Upper limit.")
    prefactor: Annotated[float, Quantity("cm²/s", fmt=".2e")] = Field(description="D0.")
    room_conductivity: Annotated[float | None, Quantity("S/cm", heading="σ(300 K)", fmt=".2e")] = (
        Field(description="Nernst-Einstein conductivity at 300 K; None if T0 is not below that.")
    )
    preferred: bool = Field(
        description="Whether its chi-square is lower than that of Arrhenius by more than 3.84, "
        "which happens by chance in 5 % of the fits at most."
    )


class TransportResult(ComparedResult):
    """Diffusion and conductivity of one ion at one or several temperatures."""

    kind: Literal["transport"] = "transport"
    species: str = Field(description="Mobile ion.")
    charge: int = Field(description="Its charge number.")
    hop_length: Annotated[float, Quantity("Å", heading="hop length", fmt=".2f")] = Field(
        description="Distance of neighbouring sites, which counts the effective hops."
    )
    points: list[TransportPoint] = Field(description="Each temperature.")
    arrhenius: ArrheniusLine | None = Field(
        description="Fit of the reliable temperatures; None with fewer than two."
    )
    vtf: VTFCurve | None = Field(
        None, description="Fit of four reliable temperatures or more; None with fewer."
    )
