"""Documents of the migration campaign: the dopants, their comparisons and the result."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.migration.hop_documents import (
    HopBarrier,
    Mechanism,
    OfMover,
    SiteEnergy,
    hop_label,
)
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document


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
