"""Computed edges beside the published peaks, on one absolute scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from liponflow.analysis.eels.alignment import REFERENCE, EnergyScale, main_peaks, shifted
from liponflow.analysis.eels.broadening import Broadening, broadened
from liponflow.analysis.eels.combine import normalised, onset
from liponflow.analysis.eels.peaks import Peak, find
from liponflow.analysis.eels.published import published_peaks
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document

NEAR_EDGE = (5.0, 20.0)
"""Energies (eV) below and above the edge between which spectra are normalised and compared."""


Role = Literal["fixes the scale", "predicted", "no scale"]


@dataclass(frozen=True)
class Edge:
    """An averaged edge of a material.

    Attributes
    ----------
    material
        Name of the material.
    formula
        Its formula.
    edge
        Edge, such as P L23.
    spectrum
        Average on the scale of the code.
    """

    material: str
    formula: str
    edge: str
    spectrum: Spectrum


class ShownEdge(Document):
    """An edge of a material as it is drawn and compared."""

    material: Annotated[str, Column(heading="material")] = Field(description="Material.")
    edge: Annotated[str, Column(heading="edge")] = Field(description="Edge, such as P L23.")
    onset: Annotated[float, Quantity("eV", heading="edge at", fmt=".1f")] = Field(
        description="Energy at which the broadened spectrum reaches a tenth of its maximum."
    )
    positions: Annotated[str, Column(heading="peaks at (eV)", wraps=True)] = Field(
        description="Energies of its peaks as text, for the table."
    )
    spectrum: Spectrum = Field(
        description="Broadened spectrum, shifted to the absolute scale if there is one, with the "
        "area 1 (1/eV) from 5 eV below the edge, or its first energy, to 20 eV above it."
    )
    peaks: Annotated[list[Peak], Column()] = Field(
        description="Peaks in this range, by increasing energy."
    )


class ComparedPeak(Document):
    """A published peak beside the computed one."""

    material: Annotated[str, Column(heading="material")] = Field(description="Material.")
    edge: Annotated[str, Column(heading="edge")] = Field(description="Edge, such as P L23.")
    published: Annotated[float, Quantity("eV", heading="published", fmt=".1f")] = Field(
        description="Published position."
    )
    computed: Annotated[float | None, Quantity("eV", heading="FEFF scale", fmt=".2f")] = Field(
        description="Position on the scale of the code. Of n published peaks of an edge the "
        "first belongs to the first of its n most prominent ones, and so on; None if it has "
        "fewer."
    )
    predicted: Annotated[float | None, Quantity("eV", heading="predicted", fmt=".2f")] = Field(
        description="Position on the absolute scale; None without one."
    )
    misfit: Annotated[float | None, Quantity("eV", heading="misfit", fmt="+.2f")] = Field(
        description="Predicted position minus published one; 0 by construction where the scale "
        "is fixed."
    )
    nearest: Annotated[float | None, Quantity("eV", heading="nearest", fmt=".2f")] = Field(
        description="Position of whichever peak of the edge is nearest to the published one, on "
        "the absolute scale. It is not a prediction: it was chosen after the fact."
    )
    role: Annotated[Role, Column(heading="role")] = Field(
        description="Whether the peak fixes the scale, or the scale predicts it."
    )
    citation: Annotated[str, Column(heading="source")] = Field(
        description="Source of the published position."
    )


class PeakComparison(Document):
    """Computed edges beside published peaks."""

    broadening: Broadening = Field(description="Widths added to the computed spectra.")
    scale: EnergyScale | None = Field(
        description="Absolute scale; None if no peak of its reference was found."
    )
    edges: Annotated[list[ShownEdge], Column()] = Field(
        description="Edges of all materials as they are drawn."
    )
    peaks: Annotated[list[ComparedPeak], Column()] = Field(
        description="Published peaks of these materials and edges."
    )

    def shown(self, edge: str) -> list[ShownEdge]:
        """Return an edge of all materials that have it."""
        return [item for item in self.edges if item.edge == edge]

    @property
    def predictions(self) -> list[ComparedPeak]:
        """Published peaks whose positions the scale predicts."""
        return [peak for peak in self.peaks if peak.role == "predicted"]

    @property
    def largest_misfit(self) -> float | None:
        """Largest |misfit| (eV) of a prediction; None if there is no prediction."""
        misfits = [abs(peak.misfit) for peak in self.predictions if peak.misfit is not None]
        return max(misfits, default=None)

    @property
    def in_words(self) -> str:
        """The shift, what it is fixed on, and the largest misfit of a prediction."""
        scale = self.scale
        if scale is None:
            material, edge = REFERENCE
            fixed_on = f"{edge} of {material}, on which it is fixed"
            return f"that of FEFF, as no peak of {fixed_on}, was found"
        text = (
            f"all energies of FEFF {scale.shift:+.2f} eV, fixed on the main peak of {scale.edge} "
            f"of {scale.material} at {scale.published:g} eV ({scale.citation})"
        )
        if self.largest_misfit is None:
            return f"{text}; no other published position is predicted"
        count = sum(peak.misfit is not None for peak in self.predictions)
        noun = "position" if count == 1 else "positions"
        return f"{text}; largest misfit of {count} predicted {noun} {self.largest_misfit:.1f} eV"


def compared(
    edges: Sequence[Edge], broadening: Broadening
) -> tuple[PeakComparison | None, list[str]]:
    """Return the edges on one absolute scale, beside the published peaks.

    Parameters
    ----------
    edges
        Averaged edges of all materials.
    broadening
        Widths to add.

    Returns
    -------
    PeakComparison or None
        The one shift fixes the published main peak of Li2O at the Li K edge. It holds for every
        edge, so that all other positions are predictions. None if no edge can be compared.
    list of str
        Edges that are left out, with the reasons: a spectrum has no edge, or ends less than 20 eV
        above it.
    """
    on_own_scale: list[tuple[Edge, ShownEdge]] = []
    left_out = []
    for edge in edges:
        try:
            on_own_scale.append((edge, _shown(edge, broadening)))
        except ValueError as error:
            left_out.append(f"{edge.material} {edge.edge}: {error}")
    if not on_own_scale:
        return None, left_out
    scale = _scale(on_own_scale)
    shift = scale.shift if scale else 0.0
    comparison = PeakComparison(
        broadening=broadening,
        scale=scale,
        edges=[_moved(shown, shift) for _, shown in on_own_scale],
        peaks=[row for edge, shown in on_own_scale for row in _compared(edge, shown, scale)],
    )
    return comparison, left_out


def _shown(edge: Edge, broadening: Broadening) -> ShownEdge:
    """Return an edge, broadened and normalised, on the scale of the code."""
    wide = broadened(edge.spectrum, broadening, edge=onset(edge.spectrum))
    begin = onset(wide)
    window = (max(begin - NEAR_EDGE[0], wide.energies[0]), begin + NEAR_EDGE[1])
    shown = normalised(wide, window)
    peaks = find(shown, window=window)
    return ShownEdge(
        material=edge.material,
        edge=edge.edge,
        onset=begin,
        positions=_listed(peaks),
        spectrum=shown,
        peaks=peaks,
    )


def _listed(peaks: Sequence[Peak]) -> str:
    return ", ".join(f"{peak.energy:.1f}" for peak in peaks) or "none"


def _moved(shown: ShownEdge, shift: float) -> ShownEdge:
    peaks = [peak.model_copy(update={"energy": peak.energy + shift}) for peak in shown.peaks]
    return ShownEdge(
        material=shown.material,
        edge=shown.edge,
        onset=shown.onset + shift,
        positions=_listed(peaks),
        spectrum=shifted(shown.spectrum, shift),
        peaks=peaks,
    )


def _scale(edges: Sequence[tuple[Edge, ShownEdge]]) -> EnergyScale | None:
    published = published_peaks(*REFERENCE)
    if published is None:
        raise ValueError(f"no peak is published for the {' '.join(REFERENCE)} edge")
    for edge, item in edges:
        if edge.edge == published.edge and published.covers(edge.formula) and item.peaks:
            return EnergyScale(
                material=edge.material,
                edge=edge.edge,
                computed=main_peaks(item.peaks, 1)[0].energy,
                published=published.energies[0],
                citation=published.citation,
            )
    return None


def _compared(edge: Edge, shown: ShownEdge, scale: EnergyScale | None) -> list[ComparedPeak]:
    """Return the published peaks of one edge, with the edge on the scale of the code."""
    published = published_peaks(edge.formula, edge.edge)
    if published is None:
        return []
    main = main_peaks(shown.peaks, len(published.energies))
    rows = []
    for number, energy in enumerate(published.energies):
        # With fewer peaks than published ones, which is which is not known.
        found = main[number].energy if len(main) == len(published.energies) else None
        predicted = nearest = None
        role: Role = "no scale"
        if scale is not None:
            fixed = (edge.material, edge.edge) == (scale.material, scale.edge)
            role = "fixes the scale" if fixed else "predicted"
            predicted = None if found is None else found + scale.shift
            if shown.peaks:
                moved = np.array([peak.energy + scale.shift for peak in shown.peaks])
                nearest = float(moved[np.argmin(np.abs(moved - energy))])
        rows.append(
            ComparedPeak(
                material=edge.material,
                edge=edge.edge,
                published=energy,
                computed=found,
                predicted=predicted,
                misfit=None if predicted is None else predicted - energy,
                nearest=nearest,
                role=role,
                citation=published.citation,
            )
        )
    return rows
