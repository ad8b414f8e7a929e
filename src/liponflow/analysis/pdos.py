"""Projected densities of states: summed by element and orbital, and smoothed as published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike
from pydantic import Field
from pymatgen.core.structure import Structure

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result, StructureField
from liponflow.arrays import FloatArray
from liponflow.document import Document

PUBLISHED_WINDOW = 10
"""Points in the adjacent average of the published PDOS (D. Cheng, dissertation, UC San Diego
2023, section 5.2.6)."""

Spin = Literal["up", "down", "both"]
"""Channel of a density; ``both`` where the calculation did not separate them."""

Orbital = Literal["s", "p", "d", "f"]


@dataclass(frozen=True)
class SiteDensities:
    """Densities of states as read from a file."""

    energies: FloatArray
    """Shape (n,), eV, on VASP's own scale."""
    efermi: float
    """Fermi level on the same scale (eV)."""
    total: Mapping[Spin, FloatArray]
    """Total density per channel, shape (n,), states/eV per cell."""
    sites: Sequence[Mapping[tuple[Orbital, Spin], FloatArray]]
    """Projected densities of every site, shape (n,), states/eV."""


class ProjectedDensity(Document):
    """Density of states of all sites of an element, in one kind of orbital and one channel."""

    element: str = Field(description="Chemical symbol.")
    orbital: Orbital = Field(description="Kind of orbital.")
    spin: Spin = Field(description="Channel; both where they are not separated.")
    density: Annotated[
        list[float], Quantity("states/eV per cell", label="projected density of states")
    ] = Field(description="Density of states per cell, unsmoothed.")


class PDOSState(Document):
    """Projected density of states of one structure."""

    summary_columns: ClassVar[tuple[str, ...]] = ("x", "formula", "efermi", "directory")
    """Fields for a narrow table."""

    formula: Annotated[str, Column(heading="formula", wraps=True)] = Field(
        description="Formula of the cell."
    )
    x: Annotated[float | None, Quantity("", heading="x", fmt=".4g")] = Field(
        None, description="Li per formula unit, if the structure belongs to a lithiation."
    )
    structure: StructureField = Field(description="Structure with the sites of the projection.")
    efermi: Annotated[float, Quantity("eV", heading="E Fermi", fmt=".3f")] = Field(
        description="Fermi level on the energy scale of VASP."
    )
    energies: Annotated[list[float], Quantity("eV", label="E − E$_F$")] = Field(
        description="Energies relative to the Fermi level."
    )
    total: Annotated[dict[Spin, list[float]], Quantity("states/eV per cell")] = Field(
        description="Total density of states per channel and cell, unsmoothed."
    )
    projections: list[ProjectedDensity] = Field(
        description="Densities by element and orbital, within the projection spheres only."
    )
    directory: Annotated[str, Column(heading="directory", wraps=True)] = Field(
        description="Directory of the calculation."
    )

    @property
    def elements(self) -> list[str]:
        """Elements in the order of the structure."""
        return list(dict.fromkeys(projection.element for projection in self.projections))

    def smoothed(self, points: int = PUBLISHED_WINDOW) -> "PDOSState":
        """Apply :func:`adjacent_average` to every density.

        Parameters
        ----------
        points
            Points in the window.

        Returns
        -------
        PDOSState
            The same state on ``points - 1`` fewer energies.
        """

        def average(values: Sequence[float]) -> list[float]:
            averaged: list[float] = adjacent_average(values, points).tolist()
            return averaged

        return self.model_copy(
            update={
                "energies": average(self.energies),
                "total": {spin: average(density) for spin, density in self.total.items()},
                "projections": [
                    item.model_copy(update={"density": average(item.density)})
                    for item in self.projections
                ],
            }
        )


class PDOSResult(Result):
    """Projected densities of states of one or several structures, from the same method."""

    kind: Literal["pdos"] = "pdos"
    states: list[PDOSState] = Field(description="By ascending x, where x is known.")


def adjacent_average(values: ArrayLike, points: int = PUBLISHED_WINDOW) -> FloatArray:
    """Return the averages over each window of adjacent points.

    A window of an even number of points has no middle point. Energies and densities are therefore
    averaged in the same way: each average is at the mean energy of its ten points, halfway between
    the fifth and the sixth, and the curve is not shifted. Only whole windows are averaged, so
    nothing is assumed about what lies beyond the ends; on a grid that starts and ends where there
    are no states, the integral is kept.

    Parameters
    ----------
    values
        Energies or densities on an even grid, shape (..., n).
    points
        Points in the window; 1 leaves the values as they are.

    Returns
    -------
    numpy.ndarray
        Shape (..., n - points + 1).

    Raises
    ------
    ValueError
        If the window is empty or longer than the grid.

    Examples
    --------
    >>> adjacent_average([0, 0, 0, 4, 0, 0, 0], points=2)
    array([0., 0., 2., 2., 0., 0.])
    >>> adjacent_average([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], points=2)
    array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55])
    """
    array = np.asarray(values, dtype=float)
    if not 1 <= points <= array.shape[-1]:
        raise ValueError(
            f"a window of {points} points on a grid of {array.shape[-1]}: use 1 to "
            f"{array.shape[-1]} points, or compute the density on a finer grid (NEDOS)"
        )
    averaged: FloatArray = sliding_window_view(array, points, axis=-1).mean(axis=-1)
    return averaged


def pdos_state(
    densities: SiteDensities, structure: Structure, directory: str, x: float | None = None
) -> PDOSState:
    """Return the densities summed by element and orbital, with the Fermi level at zero.

    Parameters
    ----------
    densities
        Densities as read.
    structure
        Structure with the sites in the order of the file.
    directory
        Directory of the calculation.
    x
        Li per formula unit.

    Returns
    -------
    PDOSState
        Elements in the order of the structure, orbitals from s to f, up before down.

    Raises
    ------
    ValueError
        If the number of sites differs, or nothing is projected.
    """
    if not any(densities.sites):
        raise ValueError(
            "the density of states is not projected on sites: run a static calculation with "
            "LORBIT = 11"
        )
    if len(densities.sites) != len(structure):
        raise ValueError(
            f"projections of {len(densities.sites)} sites, but {len(structure)} sites in the "
            "structure: the files belong to different calculations"
        )
    summed: dict[tuple[str, Orbital, Spin], FloatArray] = {}
    for site, projections in zip(structure, densities.sites, strict=True):
        for (orbital, spin), density in projections.items():
            key = (site.specie.symbol, orbital, spin)
            summed[key] = summed.get(key, 0.0) + density
    return PDOSState(
        formula=structure.composition.formula,
        x=x,
        structure=structure,
        efermi=densities.efermi,
        energies=(densities.energies - densities.efermi).tolist(),
        total={spin: density.tolist() for spin, density in densities.total.items()},
        projections=[
            ProjectedDensity(element=element, orbital=orbital, spin=spin, density=density.tolist())
            for (element, orbital, spin), density in summed.items()
        ],
        directory=directory,
    )
