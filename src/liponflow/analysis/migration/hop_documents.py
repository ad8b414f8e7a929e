"""Documents of what moves through a host: its sites and its hops, one by one."""

from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation, StructureField
from liponflow.analysis.runs import NEBImage
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


def hop_label(dopant: str, hop: str) -> str:
    """Return a hop as the subject of an observable.

    Examples
    --------
    >>> hop_label("N", "oct-oct 1.72 Å")
    'N, oct-oct 1.72 Å'
    """
    return f"{dopant}, {hop}"
