"""Structural fingerprint of a glass, computed in one pass over its frames."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.structure import Structure

from liponflow.analysis.block_average import BlockAverage, NamedAverages
from liponflow.analysis.glass.bonding import contact_lengths, network_angles, network_bonds
from liponflow.analysis.glass.chemistry import Roles, anion_bond, former_bond, roles
from liponflow.analysis.glass.distribution import Distribution, listed
from liponflow.analysis.glass.fragments import FragmentCounter
from liponflow.analysis.glass.li_environments import environments
from liponflow.analysis.glass.neighbours import PairFinder, Pairs, widths
from liponflow.analysis.glass.published import published_share
from liponflow.analysis.glass.quality import as_defects, defects
from liponflow.analysis.glass.radial import (
    first_shell,
    partial_g,
    radial_grid,
    running_coordination,
)
from liponflow.analysis.glass.result import (
    Cutoff,
    Fingerprint,
    PairCorrelation,
    Share,
)
from liponflow.analysis.glass.scattering import untabulated, weighted_scattering
from liponflow.analysis.glass.settings import MOBILE_LIMIT, FingerprintSettings
from liponflow.analysis.glass.structural_units import Network, anion_sites, classify_units, network
from liponflow.analysis.trajectory.frames import Frames, frames_of_structures
from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula
from liponflow.units import G_CM3_PER_U_A3

ANGLE_BINS = 90
"""Bins of 2 degrees."""
MOBILE_DEFAULT = 2.6
"""Cut-off of a mobile cation (Å) if g(r) has no first minimum."""
MARGIN = 0.01
"""Margin (Å) beyond the longest cut-off in the search for pairs, so that none is missed."""
AGREEMENT = 0.25
"""Largest difference (Å) between cut-off and first minimum without a remark."""


class Fingerprinter:
    """Accumulate frames block by block into one fingerprint.

    Parameters
    ----------
    symbols
        Element of every atom.
    settings
        Settings of the fingerprint.

    Raises
    ------
    ValueError
        If an element has two roles.
    """

    def __init__(self, symbols: Sequence[str], settings: FingerprintSettings) -> None:
        self.symbols, self.settings = tuple(symbols), settings
        present = sorted(set(symbols))
        self.roles = roles(
            present,
            formers=settings.formers,
            anions=settings.anions,
            cutoff=settings.cutoffs,
        )
        found = self.roles
        others = [e for e in present if e not in {*found.formers, *found.mobile, *found.anions}]
        self.elements = [*found.mobile, *others, *found.formers, *found.anions]
        self.r, self.shells = radial_grid(settings.r_max, settings.bin_width)
        self.finder = PairFinder(
            self.symbols,
            r_max=settings.r_max,
            bins=len(self.r),
            bond_radius=max(MOBILE_LIMIT, _bond_radius(found)),
            order=self.elements,
        )
        self.counts = {element: self.symbols.count(element) for element in self.elements}
        self.mass = float(Composition(self.counts).weight) * G_CM3_PER_U_A3
        self._g = BlockAverage(len(self.finder.names) * len(self.r))
        self._density = BlockAverage(1)
        self._inverse_volume = 0.0
        self._half_width = np.inf
        self._groups = {name: NamedAverages() for name in _GROUPS}
        self._bonds, self._angles = Distribution(bins=0), Distribution(bins=ANGLE_BINS)
        self._worst: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._fragments = FragmentCounter()
        self.mobile_cutoffs: dict[str, Cutoff] = {}
        self.n_frames = 0

    def add(self, frames: Frames) -> None:
        """Add frames of the same atoms."""
        histograms, pairs = self.finder.find(frames)
        volumes = frames.volumes
        g = self._partial_g(histograms, volumes)
        if not self.n_frames:
            self._choose_mobile_cutoffs(g.mean(axis=0))
        self._g.add(g.reshape(len(frames), -1))
        self._density.add(self.mass / volumes)
        self._inverse_volume += float((1 / volumes).sum())
        narrow = min(float(widths(cell).min()) for cell in frames.cells)
        self._half_width = min(self._half_width, narrow / 2)
        self.n_frames += len(frames)
        self._add_mobile(pairs)
        self._add_network(network(self.symbols, pairs, self.roles), pairs)
        # From the second block on the cut-offs are known, so fewer pairs need to be found.
        cutoffs = [cutoff.cutoff for cutoff in self.mobile_cutoffs.values()]
        self.finder.look_for_bonds_up_to(max(_bond_radius(self.roles), *cutoffs, 1.0) + MARGIN)

    def _partial_g(self, histograms: IntArray, volumes: FloatArray) -> FloatArray:
        g = np.empty(histograms.shape)
        for index, (a, b) in enumerate(self.finder.names):
            g[:, index] = partial_g(
                histograms[:, index],
                volumes[:, None],
                (self.counts[a], self.counts[b]),
                self.shells,
                same=a == b,
            )
        return g

    def _choose_mobile_cutoffs(self, g: FloatArray) -> None:
        for ion in self.roles.mobile:
            if self.settings.mobile_cutoff is not None:
                cutoff, origin = self.settings.mobile_cutoff, "as given"
            else:
                minimum = self._mobile_minimum(ion, g)
                cutoff = minimum if minimum is not None else MOBILE_DEFAULT
                origin = (
                    "first minimum of g(r) with all anions, in the first block of frames"
                    if minimum is not None
                    else "our choice: g(r) with the anions has no first minimum"
                )
            names = ", ".join(self.roles.anions)
            self.mobile_cutoffs[ion] = Cutoff(
                pair=f"{ion}-({names})", cutoff=round(cutoff, 3), origin=origin
            )

    def _mobile_minimum(self, ion: str, g: FloatArray) -> float | None:
        """Return the first minimum (Å) of the g(r) of an ion with all anions together."""
        names = self.finder.names
        inner = self.r < MOBILE_LIMIT + 0.5
        total = np.zeros(len(self.r))
        for anion in self.roles.anions:
            index = names.index((ion, anion))
            # Weighted by their numbers, the partial g(r) add up to that of anions of any kind.
            total += self.counts[anion] * g[index]
        shell = first_shell(self.r[inner], total[inner])
        return shell.minimum if shell is not None and shell.minimum <= MOBILE_LIMIT else None

    def _add_mobile(self, pairs: Pairs) -> None:
        for ion, cutoff in self.mobile_cutoffs.items():
            anions = self.roles.anions
            number = self.counts[ion]
            found = environments(self.symbols, pairs, ion, anions, cutoff.cutoff)
            self._add("li_environments", pairs.n_frames, found, number)
            lengths = contact_lengths(self.symbols, pairs, ion, anions, cutoff.cutoff)
            self._bonds.add(pairs.n_frames, lengths)

    def _add_network(self, net: Network, pairs: Pairs) -> None:
        frames = net.n_frames
        formers = sum(self.counts[former] for former in self.roles.formers)
        if formers:
            units = classify_units(net)
            found = dict(zip(units.names, units.per_frame.T, strict=True))
            self._add("units", frames, found, formers)
            fragments = self._fragments.count(net)
            self._add("fragments", frames, fragments.formers, formers)
            rings = {f"{size}-ring": count for size, count in fragments.rings.items()}
            self._add("rings", frames, rings, formers)
            for anion, group in (("N", "nitrogen_sites"), ("O", "oxygen_sites")):
                if anion in self.roles.anions:
                    sites = anion_sites(net, anion)
                    self._add(group, frames, sites, self.counts[anion])
            self._bonds.add(frames, network_bonds(net))
            self._angles.add(frames, network_angles(net))
        counted = defects(net, pairs, self.symbols)
        self._add("defects", frames, counted, 1)
        for name, numbers in counted.items():
            self._worst[name] = max(self._worst.get(name, 0), int(numbers.max()))
            self._last[name] = int(numbers[-1])

    def _add(self, group: str, n_frames: int, counts: Mapping[str, IntArray], whole: int) -> None:
        self._groups[group].add(n_frames, {name: n / whole for name, n in counts.items()})

    def result(self) -> Fingerprint:
        """Return the fingerprint of all frames so far.

        Raises
        ------
        ValueError
            If no frame was added.
        """
        if not self.n_frames:
            raise ValueError("a fingerprint needs at least one frame")
        g = self._g.mean.reshape(len(self.finder.names), -1)
        error = self._g.error()
        errors = None if error is None else error.reshape(g.shape)
        density = self._density.error()
        number_density = len(self.symbols) * self._inverse_volume / self.n_frames
        defect_means = self._groups["defects"].means()
        return Fingerprint(
            formula=reduced_formula(self.counts),
            n_atoms=len(self.symbols),
            n_frames=self.n_frames,
            density=float(self._density.mean[0]),
            density_error=None if density is None else float(density[0]),
            number_density=number_density,
            half_width=float(self._half_width),
            cutoffs=self._cutoffs(),
            r=listed(self.r),
            pairs=[
                self._pair(
                    pair, g[index], None if errors is None else errors[index], number_density
                )
                for index, pair in enumerate(self.finder.names)
            ],
            scattering=weighted_scattering(
                self.r,
                dict(zip(self.finder.names, g, strict=True)),
                {e: n / len(self.symbols) for e, n in self.counts.items()},
                number_density,
                self.settings.experiment,
            ),
            bonds=self._bonds.bond_statistics(self.n_frames),
            angles=self._angles.angle_statistics(self.n_frames),
            units=self._shares("units"),
            nitrogen_sites=self._shares("nitrogen_sites"),
            oxygen_sites=self._shares("oxygen_sites", {"apical": "non-bridging"}),
            fragments=self._shares("fragments"),
            rings=self._shares("rings"),
            li_environments=self._shares("li_environments"),
            defects=as_defects(defect_means, self._worst, self._last),
        )

    def remarks(self) -> list[str]:
        """Return remarks on unsuitable cut-offs and a small cell."""
        g = self._g.mean.reshape(len(self.finder.names), -1)
        notes = []
        for ion, cutoff in self.mobile_cutoffs.items():
            minimum = self._mobile_minimum(ion, g)
            if minimum is not None and abs(minimum - cutoff.cutoff) > AGREEMENT:
                notes.append(
                    f"environments of {ion} were counted up to {cutoff.cutoff:.2f} Å, but the "
                    f"first minimum over all frames is at {minimum:.2f} Å; give mobile_cutoff"
                )
        for probe, missing in untabulated(self.elements, self.settings.experiment).items():
            notes.append(f"no {probe} functions: {', '.join(missing)} is not tabulated here")
        if self.settings.r_max > self._half_width:
            notes.append(
                f"beyond {self._half_width:.2f} Å, half the narrowest width of the cell, g(r) "
                "repeats what the periodic boundary repeats"
            )
        return notes

    def _cutoffs(self) -> list[Cutoff]:
        anions = ", ".join(self.roles.anions)
        network_cutoffs = [
            Cutoff(
                pair=f"{former}-({anions})",
                cutoff=self.roles.former_cutoff(former),
                origin="as given"
                if former in self.roles.cutoffs
                else "our choice: between the first and the second shell",
            )
            for former in self.roles.formers
        ]
        return [*network_cutoffs, *self.mobile_cutoffs.values()]

    def _pair(
        self, pair: tuple[str, str], g: FloatArray, error: FloatArray | None, density: float
    ) -> PairCorrelation:
        a, b = pair
        shell = first_shell(self.r, g)
        coordination: list[float | None] = [None, None]
        if shell is not None:
            edges = self.r + (self.r[1] - self.r[0]) / 2
            for index, neighbour in enumerate((b, a)):
                partial_density = density * self.counts[neighbour] / len(self.symbols)
                running = running_coordination(g, self.shells, partial_density)
                coordination[index] = float(np.interp(shell.minimum, edges, running))
        return PairCorrelation(
            pair=f"{a}-{b}",
            g=listed(g),
            g_error=None if error is None else listed(error),
            first_peak=None if shell is None else round(shell.peak, 4),
            first_minimum=None if shell is None else round(shell.minimum, 4),
            coordination=coordination[0],
            coordination_reverse=coordination[1],
        )

    def _shares(self, group: str, renamed: Mapping[str, str] | None = None) -> list[Share]:
        means, errors = self._groups[group].means(), self._groups[group].errors()
        named = [
            Share(
                name=(renamed or {}).get(name, name),
                share=means[name],
                error=errors[name],
                published=published_share(self.elements, group, name),
            )
            for name in means
        ]
        return sorted(named, key=lambda share: (-share.share, share.name))


_GROUPS = (
    "units",
    "nitrogen_sites",
    "oxygen_sites",
    "fragments",
    "rings",
    "li_environments",
    "defects",
)


def fingerprint(
    blocks: Iterable[Frames],
    settings: FingerprintSettings | None = None,
    *,
    notes: list[str] | None = None,
) -> Fingerprint:
    """Return the fingerprint of a stream of frames.

    Parameters
    ----------
    blocks
        Frames from :func:`liponflow.analysis.trajectory.frames.read_frames`; one block is in
        memory at a time.
    settings
        How it is taken.
    notes
        List to which remarks on cut-offs and the size of the cell are added.

    Returns
    -------
    Fingerprint
        Averages over all frames, with block errors.

    Raises
    ------
    ValueError
        If there is no frame, or if an element has two roles.
    """
    chosen = settings or FingerprintSettings.model_validate({})
    taker: Fingerprinter | None = None
    for frames in blocks:
        taker = taker or Fingerprinter(frames.symbols, chosen)
        taker.add(frames)
    if taker is None:
        raise ValueError("a fingerprint needs at least one frame")
    if notes is not None:
        notes += taker.remarks()
    return taker.result()


def fingerprint_structure(
    structure: Structure | Sequence[Structure], settings: FingerprintSettings | None = None
) -> Fingerprint:
    """Return the fingerprint of one structure, or of several of the same atoms.

    Parameters
    ----------
    structure
        Ordered periodic structures.
    settings
        How it is taken.

    Returns
    -------
    Fingerprint
        As of :func:`fingerprint`.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> li = Structure(Lattice.cubic(3.51), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> round(fingerprint_structure(li).pairs[0].coordination)
    8
    """
    return fingerprint([frames_of_structures(structure)], settings)


def _bond_radius(found: Roles) -> float:
    formers, anions = found.formers, found.anions
    return max(
        [
            0.0,
            *(found.former_cutoff(former) for former in formers),
            *(anion_bond(a, b) for a in anions for b in anions),
            *(former_bond(a, b) for a in formers for b in formers),
        ]
    )
