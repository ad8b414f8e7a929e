"""Diffusivity of a dopant from the barriers of all its hops."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.random_walk import JumpNetwork
from liponflow.analysis.migration.rates import jump_rate
from liponflow.arrays import FloatArray
from liponflow.units import BOLTZMANN

SAME_SADDLE = 0.01
"""Saddles that differ by less than this (eV) count as equal."""


def taking_part(
    hops: Sequence[HopBarrier], site_energies: Mapping[str, float]
) -> list[HopBarrier]:
    """Select the hops that take part in a random walk.

    Parameters
    ----------
    hops
        Hops of one dopant.
    site_energies
        Energy of each kind of site above the lowest, eV; missing kinds are not minima.

    Returns
    -------
    list of HopBarrier
        Hops with a barrier between such sites. A hop past a site that shorter hops reach from both
        its ends, over saddles that are not higher, is omitted: the shorter hops already describe
        it.
    """
    usable = [
        hop
        for hop in hops
        if hop.saddle_energy is not None
        and hop.start_site in site_energies
        and hop.end_site in site_energies
    ]
    saddles: dict[frozenset[str], float] = {}
    for hop in usable:
        if not hop.via and hop.saddle_energy is not None:
            ends = frozenset((hop.start_site, hop.end_site))
            saddles[ends] = min(hop.saddle_energy, saddles.get(ends, math.inf))

    def made_up_of_others(hop: HopBarrier) -> bool:
        assert hop.saddle_energy is not None  # noqa: S101 - it is usable
        for site in hop.via:
            legs = (frozenset((end, site)) for end in (hop.start_site, hop.end_site))
            highest = max(saddles.get(leg, math.inf) for leg in legs)
            if site in site_energies and highest < hop.saddle_energy + SAME_SADDLE:
                return True
        return False

    return [hop for hop in usable if not made_up_of_others(hop)]


def jump_network(
    hops: Sequence[HopBarrier],
    site_energies: Mapping[str, float],
    *,
    n_sites: int,
    temperature: float,
    attempt_frequency: float,
    positions: Mapping[str, Sequence[int]] | None = None,
) -> JumpNetwork | None:
    """Return the jumps of a random walk from hops.

    Parameters
    ----------
    hops
        Hops of one dopant; :func:`taking_part` chooses among them.
    site_energies
        Energy of each kind of site above the lowest, eV.
    n_sites
        Interstitial sites of the host's cell.
    temperature
        K.
    attempt_frequency
        Geometric mean of both prefactors of hops without computed ones, THz.
    positions
        Sites of each kind that has an energy, by their numbers in the cell. With them, sites that
        no hop joins count by their Boltzmann factors: a dopant in a lower site from which no hop
        is known does not diffuse.

    Returns
    -------
    JumpNetwork or None
        Both directions of every hop, in detailed balance; None if no hop takes part.

    Notes
    -----
    The modes of the saddle cancel in the ratio of Vineyard's prefactors there and back: it is that
    of the products of the frequencies at the two sites, and belongs to them, whichever hop joins
    them. Each hop keeps the geometric mean of its own prefactors; their ratio is that of its
    sites.
    """
    start, end, vectors, rates = [], [], [], []
    chosen = taking_part(hops, site_energies)
    stiffness = _site_stiffness(chosen)
    for hop in chosen:
        assert hop.saddle_energy is not None  # noqa: S101 - taking_part asks for it
        half = (stiffness[hop.start_site] - stiffness[hop.end_site]) / 2
        mean = _mean_prefactor(hop, half) or attempt_frequency
        forward, reverse = mean * math.exp(half), mean * math.exp(-half)
        there = jump_rate(hop.saddle_energy - site_energies[hop.start_site], forward, temperature)
        back = jump_rate(hop.saddle_energy - site_energies[hop.end_site], reverse, temperature)
        for first, second, *vector in hop.jumps:
            start += [first, second]
            end += [second, first]
            vectors += [np.array(vector), -np.array(vector)]
            rates += [there, back]
    if not rates:
        return None
    return JumpNetwork(
        n_sites=n_sites,
        start=np.array(start, dtype=np.int_),
        end=np.array(end, dtype=np.int_),
        vectors=np.array(vectors, dtype=np.float64),
        rates=np.array(rates, dtype=np.float64),
        equilibrium=None
        if positions is None
        else _boltzmann(site_energies, stiffness, positions, n_sites, temperature),
    )


def _boltzmann(
    site_energies: Mapping[str, float],
    stiffness: Mapping[str, float],
    positions: Mapping[str, Sequence[int]],
    n_sites: int,
    temperature: float,
) -> FloatArray:
    """Return the share of time on each site at equilibrium, relative to the lowest."""
    shares = np.zeros(n_sites)
    for kind, energy in site_energies.items():
        exponent = energy / (BOLTZMANN * temperature) + stiffness.get(kind, 0.0)
        shares[list(positions[kind])] = math.exp(-exponent)
    return shares


def _site_stiffness(hops: Sequence[HopBarrier]) -> dict[str, float]:
    """Return the logarithm of the product of the frequencies at each kind of site.

    It is relative: the kinds that are joined by hops with computed prefactors have a mean of zero,
    and so has a kind without any. Where several such hops join the same kinds, with frequencies
    of different atoms, the logarithms fit them all by least squares.
    """
    kinds = sorted({site for hop in hops for site in (hop.start_site, hop.end_site)})
    place = {kind: index for index, kind in enumerate(kinds)}
    rows, ratios = [], []
    for hop in hops:
        if hop.attempt_frequency and hop.reverse_attempt_frequency:
            row = np.zeros(len(kinds))
            row[place[hop.start_site]] += 1
            row[place[hop.end_site]] -= 1
            rows.append(row)
            ratios.append(math.log(hop.attempt_frequency / hop.reverse_attempt_frequency))
    if not rows:
        return dict.fromkeys(kinds, 0.0)
    # The solution of least norm has the mean of zero.
    solution = np.linalg.lstsq(np.array(rows), np.array(ratios), rcond=None)[0]
    return dict(zip(kinds, solution.tolist(), strict=True))


def _mean_prefactor(hop: HopBarrier, half: float) -> float | None:
    """Return the geometric mean (THz) of the prefactors there and back; None without any.

    `half` is half the logarithm of their ratio, for a hop that has only one of them.
    """
    forward, reverse = hop.attempt_frequency, hop.reverse_attempt_frequency
    if forward and reverse:
        return math.sqrt(forward * reverse)
    if forward:
        return forward * math.exp(-half)
    return reverse * math.exp(half) if reverse else None


def with_barrier_shifted(diffusivity: float, shift: float, temperature: float) -> float:
    """Return the diffusivity (m²/s) with every saddle higher by `shift` (eV)."""
    return diffusivity * math.exp(-shift / (BOLTZMANN * temperature))
