"""An engine whose spectra are lines that follow from the surroundings of the absorber."""

import os
from dataclasses import dataclass

import numpy as np
from jobflow import Maker, job
from pymatgen.core.structure import Structure

from liponflow.analysis.eels.spectrum import SiteSpectrum, Spectrum
from liponflow.analysis.result import EngineInfo
from liponflow.engines.engine import Engine
from liponflow.engines.planned import PlannedCalculation, announce
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.edges import parse_edge
from liponflow.structures.eels.sites import fingerprints

ONSETS = {"K": 60.0, "L3": 130.0, "L2": 131.0}
"""eV."""

FAIL = "SPECTRA_FAIL"
"""Variable with the edge and site of a run that fails, such as ``Li K 3``."""

UNCONVERGED = "Na"
"""Element whose potentials do not converge."""


def line_of(structure: Structure, site: int, level: str, radius: float = 20.0) -> Spectrum:
    """Return a line at an energy that depends on the fingerprint, closer to it at large radii."""
    energies = ONSETS[level] + np.arange(-10, 50, 0.05)
    place = ONSETS[level] + 3 + 4 * float(fingerprints(structure, [site])[0].sum())
    width = 1 + 4 * np.exp(-radius)
    heights = np.exp(-(((energies - place) / width) ** 2)) + 0.3 * (energies > place)
    return Spectrum.from_arrays(energies, heights)


@dataclass
class LineMaker(Maker):
    """Spectra of the engine."""

    cards: SpectrumCards
    name: str = "spectrum"

    def make(self, structure: Structure, site: int, edge: str):
        """Return the job of a site."""
        made = compute(structure, site, edge, self.cards)
        item = PlannedCalculation("spectrum", "lines", len(structure), 1, core_hours=0.01)
        announce(made, [item])
        return made


@job
def compute(structure: Structure, site: int, edge: str, cards: SpectrumCards) -> SiteSpectrum:
    """Return the spectrum of a site."""
    if os.environ.get(FAIL) == f"{edge} {site}":
        raise RuntimeError("it fails")
    one = parse_edge(edge)
    radius = cards.scf_radius + cards.fms_radius / 4
    return SiteSpectrum(
        element=one.element,
        level=one.shell,
        site=site,
        spectrum=line_of(structure, site, one.shell, radius),
        scf_converged=one.element != UNCONVERGED,
        scf_iterations=7,
        scf_change=0.5 if one.element == UNCONVERGED else 1e-4,
        scf_radius=cards.scf_radius,
        fms_radius=cards.fms_radius,
        cluster_atoms=len(structure),
        seconds=0.5,
        made_by="lines 1",
    )


@dataclass(frozen=True)
class LineEngine(Engine):
    """Engine of lines."""

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(name=self.name, version="1", surrogate=True, method="made-up lines")

    def spectrum(self, cards: SpectrumCards) -> Maker:
        """See Engine."""
        return LineMaker(cards)
