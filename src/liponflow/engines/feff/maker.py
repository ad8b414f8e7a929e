"""Jobs of spectra by FEFF."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from jobflow import Job, Maker, job
from pymatgen.core.structure import Structure

from liponflow.analysis.eels.spectrum import SiteSpectrum, Spectrum
from liponflow.engines.engine import EngineError
from liponflow.engines.feff.cost import run_seconds
from liponflow.engines.feff.installation import PACKAGE, command, installed_version
from liponflow.engines.feff.run import TIME_LIMIT, run_feff
from liponflow.engines.planned import SPECTRUM, PlannedCalculation, announce
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.edges import parse_edge
from liponflow.inputs.feff.text import card_values, feff_input, titles
from liponflow.settings import load_settings
from liponflow.structures.eels.cluster import Cluster, spectrum_cluster


@dataclass
class FeffSpectrumMaker(Maker):
    """Spectrum of an absorbing site.

    Attributes
    ----------
    cards
        What FEFF computes.
    engine
        Name of the engine as the user gave it.
    time_limit
        Longest time of a run (s).
    name
        Name of the job, before site and edge.
    """

    cards: SpectrumCards
    engine: str = "feff"
    time_limit: float = TIME_LIMIT
    name: str = SPECTRUM

    def make(self, structure: Structure, site: int, edge: str) -> Job:
        """Return the job, whose output is a SiteSpectrum.

        Parameters
        ----------
        structure
            Ordered periodic structure.
        site
            Index of the absorber, from 0.
        edge
            Edge such as ``Li K`` or ``P L3``; L23 takes two jobs.

        Raises
        ------
        ValueError
            If the absorber lacks the edge.
        ClusterError
            If there is no cluster of which the spectrum can be computed.
        """
        cluster = site_cluster(structure, site, self.cards)
        # Refused here rather than in the job
        feff_input(cluster, self.cards, parse_edge(edge))
        made: Job = compute_spectrum(structure, site, edge, self.cards, self.time_limit)
        made.name = f"{self.name} {edge} site {site}"
        announce(made, [self.planned_spectrum(cluster, edge)])
        return made

    def planned_spectrum(self, cluster: Cluster, edge: str) -> PlannedCalculation:
        """Return the calculation of an edge in a cluster, with its estimated time."""
        return PlannedCalculation(
            SPECTRUM,
            self.engine,
            atoms=cluster.atoms_within(self.cards.fms_radius)[0],
            ionic_steps=1,
            effort=run_seconds(cluster, self.cards),
            # The clusters of an edge differ in size from site to site.
            name=f"{SPECTRUM} {edge}",
        )


def site_cluster(structure: Structure, site: int, cards: SpectrumCards) -> Cluster:
    """Return the cluster of an absorber for cards; see :func:`spectrum_cluster`."""
    return spectrum_cluster(
        structure,
        site,
        scf_radius=cards.scf_radius,
        fms_radius=cards.fms_radius,
        potentials=cards.potentials,
        min_distance=cards.min_distance,
    )


@job
def compute_spectrum(
    structure: Structure, site: int, edge: str, cards: SpectrumCards, time_limit: float
) -> SiteSpectrum:
    """Run FEFF in the directory of the job.

    Parameters
    ----------
    structure, site, edge
        As for :meth:`FeffSpectrumMaker.make`.
    cards
        What FEFF computes.
    time_limit
        Longest time (s).
    """
    return spectrum_in(Path.cwd(), structure, site, edge, cards, time_limit=time_limit)


def spectrum_in(
    directory: Path,
    structure: Structure,
    site: int,
    edge: str,
    cards: SpectrumCards,
    *,
    time_limit: float = TIME_LIMIT,
) -> SiteSpectrum:
    """Return the spectrum of an absorber, computed in a directory.

    Parameters
    ----------
    directory
        Existing directory.
    structure, site, edge, cards, time_limit
        As for :func:`compute_spectrum`.

    Raises
    ------
    EngineError
        If there is no FEFF on this machine.
    FeffError
        If it fails.
    """
    words = command(load_settings())
    wheel = None if words else installed_version()
    if not words and wheel is None:
        raise EngineError(f"no FEFF: {PACKAGE} is not installed; see `liponflow doctor`")
    one = parse_edge(edge)
    cluster = site_cluster(structure, site, cards)
    text = feff_input(cluster, cards, one, titles(structure, site, one))
    found = run_feff(directory, text, command=words, time_limit=time_limit)
    return SiteSpectrum(
        element=one.element,
        level=cast("Literal['K', 'L1', 'L2', 'L3']", one.shell),
        site=site,
        spectrum=Spectrum.from_arrays(found.table.energies, found.table.total),
        core_hole_width=found.core_hole_width,
        scf_converged=found.scf.converged,
        scf_iterations=found.scf.iterations,
        scf_change=found.scf.fermi_change,
        scf_radius=cards.scf_radius,
        fms_radius=cards.fms_radius,
        cluster_atoms=len(cluster),
        seconds=found.seconds,
        made_by=_made_by(found.version, wheel, words, card_values(cards, one)),
    )


def _made_by(
    stated: str | None, wheel: str | None, words: tuple[str, ...], cards: dict[str, Any]
) -> str:
    """Return program, version and cards on one line."""
    program = f"FEFF {stated}" if stated else "FEFF"
    way = f"{PACKAGE} {wheel}" if wheel else f"command {words[0]}"
    values = "; ".join(f"{name} {' / '.join(text.splitlines())}" for name, text in cards.items())
    return f"{program} ({way}): {values}"
