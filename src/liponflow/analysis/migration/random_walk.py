"""Diffusion tensor of a random walk on a periodic network of sites, exact."""

from dataclasses import dataclass

import numpy as np
from scipy.constants import angstrom
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from liponflow.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class JumpNetwork:
    """Jumps between the sites of a cell and their images.

    Attributes
    ----------
    n_sites
        Sites in the cell.
    start, end
        Sites that each jump joins, shape (n,). A jump goes one way; list both.
    vectors
        Displacement of each jump, shape (n, 3), Å.
    rates
        Rate of each jump, shape (n,), 1/s.
    equilibrium
        Share of time on each site at equilibrium, shape (n_sites,), on any scale; it weights parts
        without jumps between them, and sites without jumps. None if it is unknown.
    """

    n_sites: int
    start: IntArray
    end: IntArray
    vectors: FloatArray
    rates: FloatArray
    equilibrium: FloatArray | None = None

    def __post_init__(self) -> None:
        n = len(self.rates)
        shapes = (self.start.shape, self.end.shape, self.vectors.shape)
        if shapes != ((n,), (n,), (n, 3)):
            raise ValueError(
                f"{n} rates, but start, end and vectors have the shapes {shapes}: give one of "
                "each per jump"
            )
        if n == 0:
            raise ValueError("a network without jumps has no diffusivity; give some")
        if not np.isfinite(self.rates).all() or (self.rates <= 0).any():
            raise ValueError("every rate must be finite and above 0")
        sites = np.concatenate([self.start, self.end])
        if sites.min() < 0 or sites.max() >= self.n_sites:
            raise ValueError(f"a jump names a site outside 0 to {self.n_sites - 1}")

    def parts(self) -> list[IntArray]:
        """Return connected groups of sites; sites without a jump belong to no group."""
        links = coo_array(
            (np.ones(len(self.start)), (self.start, self.end)), shape=(self.n_sites,) * 2
        )
        n, label = connected_components(links, directed=False)
        return [found for part in range(n) if len(found := np.flatnonzero(label == part)) > 1] + [
            np.array([site])
            for site in np.flatnonzero(np.bincount(label, minlength=n)[label] == 1)
            if (self.start == site).any()
        ]


def occupations(network: JumpNetwork) -> FloatArray:
    """Return the share of time that a walker spends on each site.

    Parameters
    ----------
    network
        Jumps with their rates.

    Returns
    -------
    ndarray, shape (n_sites,)
        Sums to 1. Parts without jumps between them are weighted by their share at equilibrium, or
        by their number of sites where it is unknown: then they are equivalent by symmetry.

    Raises
    ------
    ValueError
        If a jump has no reverse.
    """
    shares = np.zeros(network.n_sites)
    parts = network.parts()
    if network.equilibrium is None:
        weights = np.zeros(network.n_sites)
        weights[np.concatenate(parts)] = 1
    else:
        weights = network.equilibrium
    weights = weights / weights.sum()
    # A site without jumps keeps a walker that is there.
    shares += weights
    for part in parts:
        shares[part] = _stationary(_rate_matrix(network, part)) * weights[part].sum()
    return shares


def diffusion_tensor(network: JumpNetwork) -> FloatArray:
    """Return the diffusion tensor of a walker on the network.

    Parameters
    ----------
    network
        Jumps with their rates.

    Returns
    -------
    ndarray, shape (3, 3)
        m²/s, symmetric. An axis that the network does not cross has zeros.

    Raises
    ------
    ValueError
        If a jump has no reverse.

    Notes
    -----
    With occupations p, jumps i -> j of rate k and vector d, and chi that solves
    sum_j k (d + chi_j - chi_i) = 0 on every site, position plus chi is a martingale, and
    D = 1/2 sum_ij p_i k (d + chi_j - chi_i)(d + chi_j - chi_i). Where all sites are equivalent by
    inversion chi is zero and D is the textbook sum over jumps; elsewhere chi is the correlation
    between successive jumps. See M. Kipnis and S. R. S. Varadhan, Commun. Math. Phys. 104, 1
    (1986) for the method.

    Examples
    --------
    >>> along_x = np.array([[2.0, 0, 0], [-2.0, 0, 0]])
    >>> chain = JumpNetwork(1, np.zeros(2, int), np.zeros(2, int), along_x, np.full(2, 1e12))
    >>> float(diffusion_tensor(chain)[0, 0])  # rate times length squared
    4e-08
    """
    shares = occupations(network)
    chi = np.zeros((network.n_sites, 3))
    drift = np.zeros((network.n_sites, 3))
    np.add.at(drift, network.start, network.rates[:, None] * network.vectors)
    for part in network.parts():
        chi[part] = _corrector(_rate_matrix(network, part), drift[part])
    steps = network.vectors + chi[network.end] - chi[network.start]
    weights = shares[network.start] * network.rates / 2
    tensor: FloatArray = np.einsum("n,na,nb->ab", weights, steps, steps) * angstrom**2
    return tensor


def diffusivity(network: JumpNetwork) -> float:
    """Return the mean diagonal of the diffusion tensor, m²/s."""
    return float(np.trace(diffusion_tensor(network)) / 3)


def _rate_matrix(network: JumpNetwork, part: IntArray) -> FloatArray:
    """Return the rates between sites of one part, shape (n, n), zero on the diagonal."""
    place = np.full(network.n_sites, -1)
    place[part] = np.arange(len(part))
    inside = np.isin(network.start, part) & (network.start != network.end)
    matrix = np.zeros((len(part), len(part)))
    np.add.at(
        matrix,
        (place[network.start[inside]], place[network.end[inside]]),
        network.rates[inside],
    )
    return matrix


def _stationary(rates: FloatArray) -> FloatArray:
    """Return the stationary distribution by the elimination of Grassmann, Taksar and Heyman.

    It has no subtraction, so rates may differ by any number of orders of magnitude (Oper. Res. 33,
    1107, 1985).
    """
    matrix = rates.copy()
    n = len(matrix)
    for last in range(n - 1, 0, -1):
        total = matrix[last, :last].sum()
        if total == 0:
            raise ValueError(
                "the network has a jump without its reverse: give both directions of every hop"
            )
        # The walk watched only while it is off the site `last`: a jump onto it continues to the
        # others, in proportion to the rates that leave it.
        matrix[:last, last] /= total
        matrix[:last, :last] += np.outer(matrix[:last, last], matrix[last, :last])
    shares = np.zeros(n)
    shares[0] = 1
    for site in range(1, n):
        # Back in the order of elimination: what flows into a site from those before it.
        shares[site] = shares[:site] @ matrix[:site, site]
    found: FloatArray = shares / shares.sum()
    return found


def _corrector(rates: FloatArray, drift: FloatArray) -> FloatArray:
    """Solve sum_j k_ij (chi_j - chi_i) = -drift_i, the first site at zero; shape (n, 3)."""
    chi = np.zeros_like(drift)
    if len(rates) > 1:
        exits = rates.sum(axis=1)
        # chi is determined up to a constant, and one equation follows from the others: the first
        # site fixes both. Rows are divided by their exit rate, which scales very different rates
        # to the order of 1.
        generator = rates / exits[:, None] - np.eye(len(rates))
        chi[1:] = np.linalg.solve(generator[1:, 1:], -drift[1:] / exits[1:, None])
    return chi
