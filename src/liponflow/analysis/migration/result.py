"""Documents of the migration campaign: sites, hops, their analysis and the result."""

from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation, StructureField
from liponflow.analysis.runs import NEBImage
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document

Jump = tuple[int, int, float, float, float]
"""Start, end (indices of sites in the cell of the host) and the vector between them (Å)."""

Mechanism = Literal["interstitial", "vacancy"]


class Mover(NamedTuple):
    """What moves through a host."""

    dopant: str
    """Element."""
    mechanism: Mechanism

    def __str__(self) -> str:
        """Return the name for labels.

        Examples
        --------
        >>> str(Mover("N", "interstitial")), str(Mover("Li", "vacancy"))
        ('N', 'Li vacancy')
        """
        return self.dopant if self.mechanism == "interstitial" else f"{self.dopant} vacancy"


class OfMover(Document):
    """What belongs to one dopant and mechanism."""

    dopant: Annotated[str, Column(heading="atom")] = Field(description="Element of the dopant.")
    mechanism: Annotated[Mechanism, Column(heading="by")] = Field(
        "interstitial",
        description="How it moves: from interstice to interstice, or from a site of the host into "
        "a vacancy.",
    )

    @property
    def mover(self) -> Mover:
        """Dopant and mechanism."""
        return Mover(self.dopant, self.mechanism)


class SiteEnergy(OfMover):
    """Dopant or vacancy relaxed on one kind of site."""

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

    site: Annotated[str, Column(heading="site")] = Field(
        description="Kind of site from which the relaxation started."
    )
    multiplicity: int = Field(description="Number of equivalent sites in the cell of the host.")
    positions: list[int] = Field(
        description="Indices of these sites in the cell of the host, as in the jumps."
    )
    radius: Annotated[float, Quantity("Å")] = Field(
        description="Distance to the nearest host atom, unrelaxed."
    )
    site_energy: Annotated[float | None, Quantity("eV", heading="E", fmt="z.3f")] = Field(
        description="Energy relative to the dopant's, or vacancy's, lowest site; None if the "
        "relaxation did not converge or the defect left the site."
    )
    ends_at: Annotated[str, Column(heading="ends at")] = Field(
        description="Kind of site occupied after the relaxation."
    )
    displacement: Annotated[float, Quantity("Å", heading="host moves", fmt=".2f")] = Field(
        description="Largest displacement of a host atom from its site in the perfect host."
    )
    moved: str | None = Field(
        None, description="Site to which the defect moved; None if it stayed."
    )
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest remaining force; None if not reported."
    )
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the relaxation converged."
    )
    reason: str | None = Field(
        None, description="Why the site is left out: the value, the limit and the remedy."
    )
    calculation: Calculation | None = Field(description="Relaxation; None if it did not run.")


class PassedSite(Document):
    """Site that a band passes between its end points, compared with the relaxed site."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "site",
        "distance",
        "band_energy",
        "site_energy",
        "below",
    )
    """Fields for a narrow table."""

    site: Annotated[str, Column(heading="site")] = Field(description="Kind of site.")
    distance: Annotated[float, Quantity("Å", heading="distance", fmt=".2f")] = Field(
        description="Least distance of the dopant's path from the site."
    )
    band_energy: Annotated[float, Quantity("eV", heading="band", fmt="z.3f")] = Field(
        description="Energy of the band there, above the start."
    )
    site_energy: Annotated[float | None, Quantity("eV", heading="relaxed", fmt="z.3f")] = Field(
        description="Energy of the dopant relaxed on the site, held there by symmetry if it would "
        "leave it, above the start; None if it was not relaxed."
    )
    below: Annotated[float | None, Quantity("eV", heading="below", fmt="z.3f")] = Field(
        description="How far the relaxed site lies below the band; above 0.02 eV the band is "
        "started again through the site."
    )


class Restart(Document):
    """Second band of a hop, started through a site that lies below the first band."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "site",
        "first_barrier",
        "second_barrier",
        "kept",
    )
    """Fields for a narrow table."""

    site: Annotated[str, Column(heading="through")] = Field(description="Kind of that site.")
    first_barrier: Annotated[float | None, Quantity("eV", heading="first", fmt=".3f")] = Field(
        description="Barrier of the band from the interpolation; None if it did not converge."
    )
    second_barrier: Annotated[float | None, Quantity("eV", heading="second", fmt=".3f")] = Field(
        description="Barrier of the band through the site; None if it did not converge."
    )
    kept: Annotated[Literal["first", "second"], Column(heading="kept")] = Field(
        description="The band from which the hop was taken: the lower one that converged."
    )
    reason: str = Field(description="Why it was started, and what was found.")


class HopBarrier(OfMover):
    """One distinct hop of a dopant and its barrier."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "barrier",
        "published_barrier",
        "published_barrier_high",
        "reverse_barrier",
        "hop_distance",
        "imaginary_modes",
        "max_force",
        "converged",
    )
    """Fields for a narrow table."""

    hop: Annotated[str, Column(heading="hop", wraps=True)] = Field(
        description="Kinds of the sites it joins, including those on the way."
    )
    environment: Literal["divacancy"] | None = Field(
        None,
        description="What stands beside the hop: a second vacancy; None for nothing. Such a hop "
        "does not enter the network.",
    )
    start_site: str = Field(description="Kind of the initial site.")
    end_site: str = Field(description="Kind of the final site.")
    via: list[str] = Field(default_factory=list, description="Kinds of site on the way.")
    hop_distance: Annotated[float, Quantity("Å", heading="length", fmt=".2f")] = Field(
        description="Distance between the end points along a straight line."
    )
    from_start: int = Field(description="Number of equivalent hops that leave one initial site.")
    from_end: int = Field(description="Number of equivalent hops that leave one final site.")
    jumps: list[Jump] = Field(
        description="Every equivalent hop in the host's cell, in one direction: index of the "
        "start, index of the end, vector between them (Å)."
    )
    symmetric: bool = Field(
        description="Whether half of the images were computed and the others mirrored."
    )
    barrier: Annotated[float | None, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Energy of the saddle above the start: from a spline through energies and "
        "forces, or of the climbing image where the forces along the path are unknown; None if "
        "the band did not converge."
    )
    reverse_barrier: Annotated[
        float | None, Quantity("eV", heading="reverse barrier", fmt=".3f")
    ] = Field(description="Energy of the saddle above the end; None as for `barrier`.")
    highest_image: Annotated[float | None, Quantity("eV")] = Field(
        description="Energy of the highest image above the start; None as for `barrier`."
    )
    saddle_energy: Annotated[float | None, Quantity("eV")] = Field(
        description="Energy of the saddle above the dopant's lowest site; None without a barrier "
        "or a site energy."
    )
    saddle_distance: Annotated[float | None, Quantity("Å")] = Field(
        description="Path length from the start to the saddle; None without a barrier."
    )
    lowest_on_the_way: Annotated[float | None, Quantity("eV")] = Field(
        description="Energy of an intermediate minimum relative to the start; None without one."
    )
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest remaining force perpendicular to the path."
    )
    force_limit: Annotated[float, Quantity("eV/Å")] = Field(
        description="Force below which the band counts as converged."
    )
    climbing: bool = Field(description="Whether the highest image climbed.")
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the band converged."
    )
    reason: str | None = Field(
        None, description="Why there is no barrier: the value, the limit and the remedy."
    )
    steps: int | None = Field(None, description="Steps of the band's relaxation.")
    force_evaluations: int | None = Field(
        None, description="Force evaluations, counted per image."
    )
    force_history: Annotated[
        list[float], Quantity("eV/Å", label="largest force perpendicular\nto the path")
    ] = Field(
        default_factory=list, description="Largest force perpendicular to the path at every step."
    )
    passed: list[PassedSite] = Field(
        default_factory=list, description="Sites that the first band passes on the way."
    )
    restart: Restart | None = Field(
        None, description="Second band through a site below the first; None if none was needed."
    )
    images: list[NEBImage] = Field(description="Images, end points included.")
    profile: list[tuple[float, float]] = Field(
        default_factory=list,
        description="Spline through the band: path length (Å) and energy relative to the start "
        "(eV).",
    )
    saddle: StructureField | None = Field(
        None, description="Image nearest to the saddle; None without a barrier."
    )
    imaginary_modes: Annotated[int | None, Column(heading="imag.\nmodes", fmt=".0f")] = Field(
        None,
        description="Number of imaginary modes at the saddle, 1 for a true saddle; None if not "
        "checked.",
    )
    start_frequencies: Annotated[list[float] | None, Quantity("THz")] = Field(
        None, description="Γ-point frequencies at the start, translations left out."
    )
    saddle_frequencies: Annotated[list[float] | None, Quantity("THz")] = Field(
        None, description="Γ-point frequencies at the saddle, negative if imaginary."
    )
    end_frequencies: Annotated[list[float] | None, Quantity("THz")] = Field(
        None,
        description="Γ-point frequencies at the end, if it is of another kind than the start.",
    )
    saddle_reason: str | None = Field(
        None, description="Why there is no prefactor: what the frequencies are instead."
    )
    attempt_frequency: Annotated[float | None, Quantity("THz")] = Field(
        None, description="Vineyard prefactor from the start; None if not computed."
    )
    reverse_attempt_frequency: Annotated[float | None, Quantity("THz")] = Field(
        None, description="Vineyard prefactor from the end; None if not computed."
    )
    published_barrier: Annotated[float | None, Quantity("eV", heading="published", fmt=".2f")] = (
        Field(
            None,
            description="Published barrier of this hop, or of the dopant in this host if this hop "
            "explains it; None for other hops. Of a published range, its lower end.",
        )
    )
    published_barrier_high: Annotated[float | None, Quantity("eV", heading="to", fmt=".2f")] = (
        Field(None, description="Upper end of a published range; None without one.")
    )
    published_source: str | None = Field(
        None,
        description="Source of the published barrier of this hop, and how far it was checked.",
    )


class Migration(OfMover):
    """Migration of one dopant by one mechanism: percolating barrier, diffusivities and times."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "mechanism",
        "lowest_site",
        "percolating_barrier",
        "network_dimension",
        "attempt_frequency",
        "diffusivity_300",
        "time_to_published_width",
        "published_barrier",
        "published_explained_by",
    )
    """Fields for a narrow table."""

    charge: str | None = Field(
        None, description="What removing or adding the atom does to the electrons of the host."
    )
    lowest_site: Annotated[str | None, Column(heading="lowest site")] = Field(
        description="Kind of site of lowest energy; None if no site converged."
    )
    percolating_barrier: Annotated[float | None, Quantity("eV", heading="barrier", fmt=".3f")] = (
        Field(
            description="Energy of the highest saddle above the lowest site along the easiest "
            "path through the crystal; None if no converged hops cross it."
        )
    )
    network_dimension: Annotated[int, Column(heading="dimen-\nsions", fmt="d")] = Field(
        description="Number of directions, 0 to 3, in which the converged hops cross the crystal."
    )
    percolating_hops: list[str] = Field(description="Hops along that path.")
    attempt_frequency: Annotated[float, Quantity("THz", heading="prefactor", fmt=".2f")] = Field(
        description="Attempt frequency of the bottleneck."
    )
    attempt_frequency_source: Literal["Vineyard", "assumed"] = Field(
        description="Whether the prefactor was computed or is the preset's."
    )
    barrier_low: Annotated[float | None, Quantity("eV")] = Field(
        description="Lowest barrier over the potentials, or over the sources of spread."
    )
    barrier_high: Annotated[float | None, Quantity("eV")] = Field(
        description="Highest barrier over the potentials, or over the sources of spread."
    )
    published_barrier: Annotated[
        float | None, Quantity("eV", heading="published\n(hop not named)", fmt=".2f")
    ] = Field(
        description="Published barrier of the dopant in this host; the publication names no hop."
    )
    published_citation: str | None = Field(
        None,
        description="Short form of the source of `published_barrier`; None for that of the "
        "dissertation.",
    )
    published_explained_by: Annotated[str | None, Column(heading="explained by", wraps=True)] = (
        Field(
            None, description="Hop that explains the published barrier; None if none is known to."
        )
    )
    published_reason: str | None = Field(
        None, description="Why that hop explains the published barrier, with the source."
    )
    temperatures: Annotated[list[float], Quantity("K", label="temperature")] = Field(
        description="Temperatures of the diffusivities."
    )
    diffusivities: Annotated[list[float], Quantity("m²/s", label="diffusivity")] = Field(
        description="Diffusivity of the dopant or vacancy at each temperature, a third of the "
        "trace of the tensor. That of the atoms is smaller by the share of vacant sites."
    )
    diffusivities_low: Annotated[list[float], Quantity("m²/s")] = Field(
        description="Diffusivity at each temperature with the highest barrier; empty without a "
        "spread."
    )
    diffusivities_high: Annotated[list[float], Quantity("m²/s")] = Field(
        description="Diffusivity at each temperature with the lowest barrier; empty without a "
        "spread."
    )
    diffusivity_300: Annotated[float | None, Quantity("m²/s", heading="D 300 K", fmt=".1e")] = (
        Field(description="Diffusivity at 300 K.")
    )
    diffusivity_300_low: Annotated[float | None, Quantity("m²/s")] = Field(
        None, description="Diffusivity at 300 K with the highest barrier; None without a spread."
    )
    diffusivity_300_high: Annotated[float | None, Quantity("m²/s")] = Field(
        None, description="Diffusivity at 300 K with the lowest barrier; None without a spread."
    )
    time_to_published_width: Annotated[
        float | None, Quantity("s", heading="time to\nwidth, {unit}", fmt=".1e", label="time")
    ] = Field(
        description="Time at which sqrt(6 D t) at 300 K reaches the published width of the "
        "interphase."
    )


class ModelBarrier(Document):
    """Barrier of one hop with one of several potentials."""

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

    dopant: Annotated[str, Column(heading="atom")] = Field(description="Element of the dopant.")
    hop: Annotated[str, Column(heading="hop", wraps=True)] = Field(
        description="Name of the hop, as in `hops`."
    )
    model: Annotated[str, Column(heading="model")] = Field(description="Engine with its weights.")
    barrier: Annotated[float | None, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Barrier; None if the band did not converge."
    )
    lowest_on_the_way: Annotated[float | None, Quantity("eV")] = Field(
        None, description="Energy of an intermediate minimum relative to the start."
    )
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest remaining force perpendicular to the path."
    )
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the band converged."
    )
    reason: str | None = Field(None, description="Why there is no barrier.")
    published_barrier: Annotated[float | None, Quantity("eV", heading="published", fmt=".2f")] = (
        Field(None, description="Published barrier if this hop explains it, as in `hops`.")
    )


class Favoured(Document):
    """The mechanism by which a dopant crosses the host over the lower barrier."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "mechanism",
        "frenkel_energy",
        "statement",
    )
    """Fields for a narrow table."""

    dopant: Annotated[str, Column(heading="atom")] = Field(description="Element of the dopant.")
    mechanism: Annotated[Mechanism | None, Column(heading="lower barrier by")] = Field(
        description="The mechanism of the lower percolating barrier; None if neither has one."
    )
    barrier: Annotated[float | None, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Its percolating barrier."
    )
    other_barrier: Annotated[float | None, Quantity("eV", heading="other", fmt=".3f")] = Field(
        description="Percolating barrier of the other mechanism; None without one."
    )
    frenkel_energy: Annotated[
        float | None, Quantity("eV", heading="vacancy and\ninterstitial", fmt=".3f")
    ] = Field(
        None,
        description="Energy to take an atom from its site to an interstice far away, both defects "
        "relaxed in neutral cells; None if one is missing.",
    )
    statement: Annotated[str, Column(heading="comparison", wraps=True)] = Field(
        description="The comparison, and what it leaves out."
    )


class FiniteSize(Document):
    """Barrier of one hop in cells of two sizes."""

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

    dopant: Annotated[str, Column(heading="atom")] = Field(description="Element of the dopant.")
    hop: Annotated[str, Column(heading="hop", wraps=True)] = Field(
        description="Name of the hop, as in `hops`."
    )
    n_atoms_small: Annotated[int, Column(heading="atoms", fmt="d")] = Field(
        description="Number of host atoms in the smaller cell."
    )
    barrier_small: Annotated[float, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Barrier in the smaller cell."
    )
    n_atoms_large: Annotated[int, Column(heading="atoms", fmt="d")] = Field(
        description="Number of host atoms in the larger cell."
    )
    barrier_large: Annotated[float, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Barrier in the larger cell."
    )
    barrier_extrapolated: Annotated[float, Quantity("eV", heading="infinite", fmt=".3f")] = Field(
        description="Barrier in an infinite cell, if the elastic error is proportional to the "
        "inverse volume."
    )


class Refinement(Document):
    """One hop on one rung of a ladder of engines: what each step changed, and what it took."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "dopant",
        "hop",
        "model",
        "single_point_barrier",
        "barrier",
        "barrier_before",
        "saddle_force",
        "calculations",
    )
    """Fields for a narrow table."""

    dopant: Annotated[str, Column(heading="atom")] = Field(description="Element of the dopant.")
    hop: Annotated[str, Column(heading="hop", wraps=True)] = Field(
        description="Name of the hop, as in `hops`."
    )
    model: Annotated[str, Column(heading="engine", wraps=True)] = Field(
        description="Refining engine, with its version."
    )
    geometry_of: Annotated[str | None, Column(heading="geometry of", wraps=True)] = Field(
        None, description="Engine at whose geometry the refinement started."
    )
    barrier_before: Annotated[float | None, Quantity("eV", heading="before", fmt=".3f")] = Field(
        None, description="Barrier of the engine in `geometry_of`."
    )
    single_point_barrier: Annotated[
        float | None, Quantity("eV", heading="single\npoints", fmt=".3f")
    ] = Field(
        None,
        description="Highest image above the start, by single points of the refining engine at "
        "the geometry of the engine before, in the lattice of the refining one.",
    )
    single_point_profile: list[tuple[float, float]] = Field(
        default_factory=list,
        description="Those single points: path length (Å) and energy relative to the start (eV).",
    )
    barrier: Annotated[float | None, Quantity("eV", heading="relaxed", fmt=".3f")] = Field(
        description="Barrier of the refining engine: between the relaxed states, or from its band "
        "as for `hops`; None without one."
    )
    reverse_barrier: Annotated[float | None, Quantity("eV")] = Field(
        None, description="Relaxed saddle above the end of the hop; None as for `barrier`."
    )
    saddle_by: Annotated[Literal["symmetry", "band"] | None, Column(heading="saddle by")] = Field(
        None,
        description="How the saddle was found: by a relaxation within the symmetry that fixes it, "
        "or by a band; None if neither ended.",
    )
    space_group: Annotated[str | None, Column(heading="space group")] = Field(
        None, description="Space group of the end point; None if it was not kept."
    )
    saddle_space_group: Annotated[str | None, Column(heading="of the saddle")] = Field(
        None, description="Space group of the saddle; None if it was not kept."
    )
    symmetrised_by: Annotated[float | None, Quantity("Å")] = Field(
        None,
        description="Largest displacement of an atom that made end point and saddle symmetric "
        "before they were relaxed.",
    )
    single_point_force: Annotated[float | None, Quantity("eV/Å")] = Field(
        None,
        description="Largest force on an atom of the start or the highest image in the single "
        "points.",
    )
    end_force: Annotated[float | None, Quantity("eV/Å", heading="F max\nstart", fmt=".3f")] = (
        Field(None, description="Largest force left at the relaxed start.")
    )
    saddle_force: Annotated[float | None, Quantity("eV/Å", heading="F max\nsaddle", fmt=".3f")] = (
        Field(
            None,
            description="Largest force left at the saddle; in a band, perpendicular to the path.",
        )
    )
    hessian_of: str | None = Field(
        None,
        description="Engine with whose Hessian the relaxations of end points and saddle began; "
        "None if they began with a uniform curvature, or by a rule of the refining engine.",
    )
    single_points: int | None = Field(None, description="Number of single points.")
    end_steps: int | None = Field(
        None,
        description="Ionic steps of the end points, of which hops from one site share the first.",
    )
    saddle_steps: int | None = Field(
        None,
        description="Ionic steps of the relaxed saddle, or force evaluations of the band counted "
        "per image.",
    )
    calculations: Annotated[int | None, Column(heading="SCFs", fmt=".0f")] = Field(
        None,
        description="Energies and forces computed in all, for DFT self-consistent fields: single "
        "points, steps of end points and saddle.",
    )
    unchecked: str | None = Field(None, description="What was not checked, and how to check it.")
    remarks: list[str] = Field(
        default_factory=list, description="What the steps showed, with values and limits."
    )
    steps_from_interpolation: Annotated[
        int | None, Column(heading="steps from\ninterpolation", fmt=".0f")
    ] = Field(None, description="Steps of a band from the interpolated images; None if not run.")
    steps_from_path: Annotated[int | None, Column(heading="steps from\nthe path", fmt=".0f")] = (
        Field(None, description="Steps of the band from the path before; None if not run.")
    )
    reason: str | None = Field(None, description="Why there is no relaxed barrier.")


class MigrationResult(ComparedResult):
    """Result of a migration campaign."""

    kind: Literal["migration"] = "migration"
    schema_version: int = Field(3, description="Version of the schema of this kind.")
    host_atoms: Annotated[int, Column(heading="host atoms")] = Field(
        description="Number of host atoms in the supercell."
    )
    host_lattice: Annotated[list[list[float]], Quantity("Å")] = Field(
        description="Lattice vectors of the host's cell, as rows."
    )
    site_positions: Annotated[list[list[float]], Quantity("")] = Field(
        description="Fractional coordinates of the interstitial sites in the host's cell; empty "
        "if no dopant moves between them."
    )
    vacancy_positions: Annotated[dict[str, list[list[float]]], Quantity("")] = Field(
        default_factory=dict,
        description="By element, fractional coordinates of its sites in the host's cell, to which "
        "the jumps of its vacancies refer.",
    )
    migrations: list[Migration] = Field(description="One entry per dopant and mechanism.")
    favoured: list[Favoured] = Field(
        default_factory=list,
        description="One entry per dopant that was computed by both mechanisms.",
    )
    sites: list[SiteEnergy] = Field(description="Every kind of site of every dopant.")
    hops: list[HopBarrier] = Field(description="Every distinct hop of every dopant.")
    models: list[ModelBarrier] = Field(
        default_factory=list, description="Hops with several potentials."
    )
    finite_size: list[FiniteSize] = Field(
        default_factory=list, description="Hops in cells of two sizes."
    )
    refinements: list[Refinement] = Field(
        default_factory=list,
        description="Hops refined by costlier engines, in the order of the ladder.",
    )

    def of(self, dopant: str, mechanism: Mechanism | None = None) -> Migration | None:
        """Return the migration of a dopant by a mechanism (any if None), or None without one."""
        return next(
            (
                found
                for found in self.migrations
                if found.dopant == dopant and mechanism in {None, found.mechanism}
            ),
            None,
        )

    def hops_of(self, dopant: str, mechanism: Mechanism | None = None) -> list[HopBarrier]:
        """Return the hops of a dopant by a mechanism (any if None)."""
        return [
            hop for hop in self.hops if hop.dopant == dopant and mechanism in {None, hop.mechanism}
        ]


def without_monte_carlo(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of version 1 as version 2, without its kinetic Monte Carlo diffusivities.

    They only checked the analytic diffusivities, which stay.
    """
    dropped = {"monte_carlo_300", "monte_carlo_300_error"}
    migrations = [
        {name: value for name, value in found.items() if name not in dropped}
        for found in document["migrations"]
    ]
    return document | {"migrations": migrations}


def without_hops_of_published(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of version 2 as version 3, with published barriers for dopants only.

    Version 2 printed the barrier of a dopant beside each of its hops, and had spreads of its own
    instead of those that all campaigns share.
    """
    cleared = {
        key: [row | {"published_barrier": None} for row in document.get(key, [])]
        for key in ("hops", "models")
    }
    kept = {key: value for key, value in document.items() if key != "spreads"}
    return kept | cleared | {"engine_spreads": _engine_spreads(document)}


def _engine_spreads(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the spreads of a document of version 2 in the form of all campaigns."""
    return [
        {
            "quantity": "barrier",
            "subject": hop_label(spread["dopant"], spread["hop"]),
            "unit": "eV",
            "values": {
                model["model"]: model["barrier"]
                for model in document.get("models", [])
                if (model["dopant"], model["hop"]) == (spread["dopant"], spread["hop"])
                and model["barrier"] is not None
            },
            "n_engines": spread["n_models"],
            "mean": spread["barrier_mean"],
            "low": spread["barrier_low"],
            "high": spread["barrier_high"],
        }
        for spread in document.get("spreads", [])
    ]


def hop_label(dopant: str, hop: str) -> str:
    """Return a hop as the subject of an observable.

    Examples
    --------
    >>> hop_label("N", "oct-oct 1.72 Å")
    'N, oct-oct 1.72 Å'
    """
    return f"{dopant}, {hop}"
