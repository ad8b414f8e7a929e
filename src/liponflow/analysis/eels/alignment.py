"""Absolute energy scale of computed edges: one rigid shift, fixed on one peak."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from liponflow.analysis.eels.peaks import Peak
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document

REFERENCE = ("Li2O", "Li K")
"""Material and edge on whose published main peak the scale is fixed."""


class EnergyScale(Document):
    """A rigid shift from the energies of the code to measured ones."""

    material: Annotated[str, Column(heading="fixed on")] = Field(
        description="Material of the reference."
    )
    edge: Annotated[str, Column(heading="edge")] = Field(description="Edge of the reference.")
    computed: Annotated[float, Quantity("eV", heading="computed", fmt=".2f")] = Field(
        description="Main peak of the reference on the scale of the code."
    )
    published: Annotated[float, Quantity("eV", heading="published", fmt=".1f")] = Field(
        description="Published main peak of the reference."
    )
    citation: str = Field(description="Source of the published peak.")

    @property
    def shift(self) -> float:
        """Energy (eV) that is added to those of the code, for every edge the same."""
        return self.published - self.computed


def shifted(spectrum: Spectrum, shift: float) -> Spectrum:
    """Return a spectrum whose energies are higher by a shift (eV)."""
    return Spectrum.from_arrays(spectrum.energy + shift, spectrum.intensity)


def main_peaks(peaks: Sequence[Peak], number: int) -> list[Peak]:
    """Return the most prominent peaks, by increasing energy.

    Which computed peak a published one is follows from this alone, and not from its misfit.

    Parameters
    ----------
    peaks
        Peaks of an edge.
    number
        How many; there are fewer if the edge has fewer.
    """
    main = sorted(peaks, key=lambda peak: peak.prominence, reverse=True)[:number]
    return sorted(main, key=lambda peak: peak.energy)
