"""The migration campaign's documents: sites, hops, what follows from them, and the result."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.result import Calculation, Result, StructureField
from liponflow.analysis.runs import NEBImage

Jump = tuple[int, int, float, float, float]
"""Start, end (indices of sites in the cell of the host) and the vector between them (Å)."""


class SiteEnergy(BaseModel):
    """A foreign atom relaxed on one kind of site."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "site",
        "site_energy",
        "ends_at",
        "displacement",
        "max_force",
        "converged",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    site: str = Field(description="Kind of site that it started from.")
    multiplicity: int = Field(description="Equivalent sites in the cell of the host.")
    positions: list[int] = Field(
        description="Indices of these sites in the cell of the host, as in the jumps."
    )
    radius: float = Field(description="Distance to the nearest host atom, unrelaxed (Å).")
    site_energy: float | None = Field(
        description="Energy relative to the dopant's lowest site (eV); None if it did not "
        "converge or did not stay."
    )
    ends_at: str = Field(description="Kind of site at which it was after the relaxation.")
    displacement: float = Field(
        description="Largest displacement of a host atom from its place in the perfect host (Å)."
    )
    moved: str | None = Field(None, description="Where it moved to; None if it stayed.")
    max_force: float | None = Field(description="Largest force left (eV/Å); None if not reported.")
    converged: bool = Field(description="Whether the relaxation converged.")
    reason: str | None = Field(
        None, description="Why it does not count: the value, the limit and the remedy."
    )
    calculation: Calculation | None = Field(description="The relaxation; None if it did not run.")


class HopBarrier(BaseModel):
    """One distinct hop of a foreign atom and its barrier."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "hop_distance",
        "barrier",
        "reverse_barrier",
        "published_barrier",
        "max_force",
        "imaginary_modes",
        "converged",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    hop: str = Field(description="Kinds of site that it joins, those on the way included.")
    start_site: str = Field(description="Kind of site that it leaves.")
    end_site: str = Field(description="Kind of site that it reaches.")
    via: list[str] = Field(default_factory=list, description="Kinds of site on the way.")
    hop_distance: float = Field(description="Length of the straight line (Å).")
    from_start: int = Field(description="Equivalent hops that leave a site of the start's kind.")
    from_end: int = Field(description="Equivalent hops that leave a site of the end's kind.")
    jumps: list[Jump] = Field(
        description="Every equivalent hop of the host's cell, in one direction: index of the "
        "start, index of the end, vector between them (Å)."
    )
    symmetric: bool = Field(description="Whether half the images were computed and mirrored.")
    barrier: float | None = Field(
        description="Saddle above the start (eV), from a spline through energies and forces; None "
        "if the band did not converge."
    )
    reverse_barrier: float | None = Field(description="Saddle above the end (eV); None likewise.")
    highest_image: float | None = Field(
        description="Highest image above the start (eV); None likewise."
    )
    saddle_energy: float | None = Field(
        description="Saddle above the dopant's lowest site (eV); None without barrier or site."
    )
    saddle_distance: float | None = Field(
        description="Path length from the start to the saddle (Å); None without barrier."
    )
    lowest_on_the_way: float | None = Field(
        description="Energy of a minimum between the images, relative to the start (eV); None if "
        "there is none."
    )
    max_force: float | None = Field(
        description="Largest force perpendicular to the path that is left (eV/Å)."
    )
    force_limit: float = Field(
        description="Force below which the band counts as converged (eV/Å)."
    )
    climbing: bool = Field(description="Whether the highest image climbed.")
    converged: bool = Field(description="Whether the band converged.")
    reason: str | None = Field(
        None, description="Why there is no barrier: the value, the limit and the remedy."
    )
    steps: int | None = Field(None, description="Steps of the band's relaxation.")
    force_evaluations: int | None = Field(None, description="Images whose forces were computed.")
    force_history: list[float] = Field(
        default_factory=list, description="Largest perpendicular force at every step (eV/Å)."
    )
    images: list[NEBImage] = Field(description="Images, end points included.")
    profile: list[tuple[float, float]] = Field(
        default_factory=list,
        description="Spline: path length (Å) and energy relative to the start (eV).",
    )
    saddle: StructureField | None = Field(
        None, description="Image nearest to the saddle; None without barrier."
    )
    imaginary_modes: int | None = Field(
        None, description="Imaginary modes of the saddle, one if it is one; None if unchecked."
    )
    start_frequencies: list[float] | None = Field(
        None, description="Γ-point frequencies at the start (THz), translations left out."
    )
    saddle_frequencies: list[float] | None = Field(
        None, description="Γ-point frequencies at the saddle (THz), imaginary ones negative."
    )
    end_frequencies: list[float] | None = Field(
        None, description="Γ-point frequencies at an end of another kind (THz), likewise."
    )
    saddle_reason: str | None = Field(
        None, description="Why there is no prefactor: what the frequencies are instead."
    )
    attempt_frequency: float | None = Field(
        None, description="Vineyard prefactor from the start (THz); None if not computed."
    )
    reverse_attempt_frequency: float | None = Field(
        None, description="Vineyard prefactor from the end (THz); None if not computed."
    )
    published_barrier: float | None = Field(
        None, description="Published barrier of the dopant in this host (eV), which hop unsaid."
    )


class Migration(BaseModel):
    """What sites and hops of one foreign atom add up to."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "lowest_site",
        "percolating_barrier",
        "published_barrier",
        "network_dimension",
        "attempt_frequency",
        "diffusivity_300",
        "time_to_published_width",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    lowest_site: str | None = Field(
        description="Kind of site of lowest energy; None if none converged."
    )
    percolating_barrier: float | None = Field(
        description="Highest saddle above the lowest site on the easiest way through the crystal "
        "(eV); None if no converged set of hops crosses it."
    )
    network_dimension: int = Field(
        description="Directions (0 to 3) in which the converged hops cross the crystal."
    )
    percolating_hops: list[str] = Field(description="Hops that this way takes.")
    attempt_frequency: float = Field(description="Attempt frequency of the bottleneck (THz).")
    attempt_frequency_source: Literal["Vineyard", "assumed"] = Field(
        description="Whether the prefactor was computed or is the preset's."
    )
    barrier_low: float | None = Field(
        description="Lowest barrier over the potentials, or over the sources of spread (eV)."
    )
    barrier_high: float | None = Field(description="Highest barrier likewise (eV).")
    published_barrier: float | None = Field(description="Published barrier (eV).")
    temperatures: list[float] = Field(description="Temperatures of the diffusivities (K).")
    diffusivities: list[float] = Field(
        description="Diffusivity at each temperature (m²/s), a third of the tensor's trace."
    )
    diffusivities_low: list[float] = Field(
        description="The same with the highest barrier (m²/s); empty without spread."
    )
    diffusivities_high: list[float] = Field(
        description="The same with the lowest barrier (m²/s); empty without spread."
    )
    diffusivity_300: float | None = Field(description="Diffusivity at 300 K (m²/s).")
    diffusivity_300_low: float | None = Field(
        None, description="The same with the highest barrier (m²/s); None without spread."
    )
    diffusivity_300_high: float | None = Field(
        None, description="The same with the lowest barrier (m²/s); None without spread."
    )
    monte_carlo_300: float | None = Field(
        None, description="The same by kinetic Monte Carlo (m²/s); None if not run."
    )
    monte_carlo_300_error: float | None = Field(
        None, description="Standard error of the kinetic Monte Carlo (m²/s)."
    )
    time_to_published_width: float | None = Field(
        description="Time in which sqrt(6 D t) at 300 K reaches the published width of the "
        "interphase (s)."
    )


class ModelBarrier(BaseModel):
    """The same hop with one of several potentials."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "model",
        "barrier",
        "published_barrier",
        "max_force",
        "converged",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    hop: str = Field(description="Hop, as in hops.")
    model: str = Field(description="Engine with its weights.")
    barrier: float | None = Field(description="Barrier (eV); None if the band did not converge.")
    lowest_on_the_way: float | None = Field(
        None, description="A minimum between the images, relative to the start (eV)."
    )
    max_force: float | None = Field(description="Largest perpendicular force left (eV/Å).")
    converged: bool = Field(description="Whether the band converged.")
    reason: str | None = Field(None, description="Why there is no barrier.")
    published_barrier: float | None = Field(None, description="Published barrier (eV).")


class ModelSpread(BaseModel):
    """Error bar of a barrier: how far the potentials lie apart."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "n_models",
        "barrier_mean",
        "barrier_low",
        "barrier_high",
        "published_barrier",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    hop: str = Field(description="Hop, as in hops.")
    n_models: int = Field(description="Potentials whose band converged.")
    barrier_mean: float = Field(description="Mean barrier (eV).")
    barrier_low: float = Field(description="Lowest barrier (eV).")
    barrier_high: float = Field(description="Highest barrier (eV).")
    published_barrier: float | None = Field(None, description="Published barrier (eV).")


class FiniteSize(BaseModel):
    """One hop in cells of two sizes."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "n_atoms_small",
        "barrier_small",
        "n_atoms_large",
        "barrier_large",
        "barrier_extrapolated",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    hop: str = Field(description="Hop, as in hops.")
    n_atoms_small: int = Field(description="Host atoms of the smaller cell.")
    barrier_small: float = Field(description="Barrier there (eV).")
    n_atoms_large: int = Field(description="Host atoms of the larger cell.")
    barrier_large: float = Field(description="Barrier there (eV).")
    barrier_extrapolated: float = Field(
        description="Barrier of an infinite cell if the elastic error falls as the inverse volume "
        "(eV)."
    )


class Refinement(BaseModel):
    """What a converged path of a potential saved a costlier engine."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "model",
        "steps_from_interpolation",
        "steps_from_path",
        "barrier",
    )
    """Fields for a narrow table."""

    dopant: str = Field(description="Element of the foreign atom.")
    hop: str = Field(description="Hop, as in hops.")
    model: str = Field(description="The costlier engine.")
    steps_from_interpolation: int | None = Field(
        description="Ionic steps from the interpolated images; None if not run."
    )
    steps_from_path: int | None = Field(
        description="Ionic steps from the potential's path; None if not run."
    )
    barrier: float | None = Field(description="Barrier of the costlier engine (eV).")
    reason: str | None = Field(None, description="Why there is no barrier.")


class MigrationResult(Result):
    """Result of a migration campaign."""

    kind: Literal["migration"] = "migration"
    host_atoms: int = Field(description="Host atoms in the supercell.")
    host_lattice: list[list[float]] = Field(
        description="Lattice vectors of the host's cell, rows (Å)."
    )
    site_positions: list[list[float]] = Field(
        description="Interstitial sites of the host's cell, fractional."
    )
    migrations: list[Migration] = Field(description="One per foreign atom.")
    sites: list[SiteEnergy] = Field(description="Every kind of site of every foreign atom.")
    hops: list[HopBarrier] = Field(description="Every distinct hop of every foreign atom.")
    models: list[ModelBarrier] = Field(
        default_factory=list, description="Hops over several potentials."
    )
    spreads: list[ModelSpread] = Field(
        default_factory=list, description="Their spread, the error bar of the barrier."
    )
    finite_size: list[FiniteSize] = Field(
        default_factory=list, description="Hops in cells of two sizes."
    )
    refinements: list[Refinement] = Field(
        default_factory=list, description="Hops refined by a costlier engine."
    )

    def of(self, dopant: str) -> Migration | None:
        """Return what was found for a foreign atom, None if it is not in the result."""
        return next((found for found in self.migrations if found.dopant == dopant), None)

    def hops_of(self, dopant: str) -> list[HopBarrier]:
        """Return the hops of a foreign atom."""
        return [hop for hop in self.hops if hop.dopant == dopant]
