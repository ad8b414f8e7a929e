"""Spectra, and the spectrum of one absorbing site as an engine computes it."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from liponflow.analysis.quantity import Quantity
from liponflow.arrays import FloatArray
from liponflow.document import Document


class Spectrum(Document):
    """Intensity over energy loss.

    Examples
    --------
    >>> Spectrum(energies=[55.0, 56.0, 56.0], intensities=[0.0, 1.0, 0.5])
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Spectrum
      Value error, the energies of a spectrum must increase: 56 eV (point 3) follows 56 eV ...
    """

    energies: Annotated[list[float], Quantity("eV", label="energy loss")] = Field(
        min_length=2, description="Energy losses, increasing; the steps may differ."
    )
    intensities: Annotated[list[float], Quantity("", label="intensity")] = Field(
        description="Intensity at each energy loss; in a0²/eV as FEFF writes it, in arbitrary "
        "units once it is normalised or averaged."
    )

    @model_validator(mode="after")
    def _one_intensity_per_energy(self) -> Self:
        if len(self.energies) != len(self.intensities):
            raise ValueError(
                f"the spectrum has {len(self.energies)} energies and {len(self.intensities)} "
                "intensities"
            )
        late = np.flatnonzero(np.diff(self.energies) <= 0)
        if len(late):
            point = int(late[0]) + 1
            raise ValueError(
                f"the energies of a spectrum must increase: {self.energies[point]:g} eV (point "
                f"{point + 1}) follows {self.energies[point - 1]:g} eV"
            )
        return self

    @property
    def energy(self) -> FloatArray:
        """Energy losses (eV), shape (n,)."""
        return np.array(self.energies)

    @property
    def intensity(self) -> FloatArray:
        """Intensities, shape (n,)."""
        return np.array(self.intensities)

    @classmethod
    def from_arrays(cls, energy: FloatArray, intensity: FloatArray) -> Self:
        """Return the spectrum of two arrays of one shape, (n,); energies in eV."""
        return cls(
            energies=[float(value) for value in energy],
            intensities=[float(value) for value in intensity],
        )


class SiteSpectrum(Document):
    """Spectrum of one absorbing atom, on the energy scale of the code that computed it."""

    element: str = Field(description="Symbol of the absorber.")
    level: Literal["K", "L1", "L2", "L3"] = Field(
        description="Core level; an L23 edge is the sum of two spectra."
    )
    site: int = Field(ge=0, description="Index of the absorber in the structure, from 0.")
    spectrum: Spectrum = Field(
        description="Spectrum on the code's own energy scale, broadened by nothing but the "
        "core hole's lifetime."
    )
    core_hole_width: Annotated[float, Quantity("eV")] | None = Field(
        None, ge=0, description="Full width of the core hole's lifetime in it; None if not stated."
    )
    scf_converged: bool = Field(description="Whether the potentials are self-consistent.")
    scf_iterations: int = Field(ge=0, description="Iterations of the potentials.")
    scf_change: Annotated[float, Quantity("eV")] | None = Field(
        None,
        ge=0,
        description="Change of the Fermi level in the last iteration; None if not stated.",
    )
    scf_radius: Annotated[float, Quantity("Å")] = Field(
        gt=0, description="Radius of the clusters of the self-consistent potentials."
    )
    fms_radius: Annotated[float, Quantity("Å")] = Field(
        gt=0, description="Radius of full multiple scattering."
    )
    cluster_atoms: int = Field(ge=1, description="Atoms of the cluster round the absorber.")
    seconds: Annotated[float, Quantity("s")] | None = Field(
        None, ge=0, description="Wall time of the run; None if not known, such as for files read."
    )
    made_by: str = Field(description="Program and version, and what it read.")

    @property
    def edge(self) -> str:
        """Edge as a user names it, such as ``P L3``."""
        return f"{self.element} {self.level}"
