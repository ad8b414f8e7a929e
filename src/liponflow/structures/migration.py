"""A foreign atom's ways through a host: sites, hops, networks, end points and images.

The parts have modules of their own; this one is the door to them.
"""

from liponflow.structures.end_points import (
    EndPoints,
    SiteAssignment,
    hop_starts,
    locate,
    match,
    moved,
    relaxed_ends,
)
from liponflow.structures.hop_cell import (
    HopCell,
    hop_cell,
    interstitial_start,
    split_start,
    substitutional_start,
)
from liponflow.structures.hops import (
    Hop,
    distinct_hops,
    percolating_distance,
    worth_computing,
)
from liponflow.structures.images import (
    PathMirror,
    check_order,
    interpolate,
    mirrored,
    path_mirror,
)
from liponflow.structures.interstitials import Interstitials, SiteKind, interstitial_sites
from liponflow.structures.percolation import Network, dimension, lowest_networks
from liponflow.structures.vacancies import mirror_partner, vacancy_hop

__all__ = [
    "EndPoints",
    "Hop",
    "HopCell",
    "Interstitials",
    "Network",
    "PathMirror",
    "SiteAssignment",
    "SiteKind",
    "check_order",
    "dimension",
    "distinct_hops",
    "hop_cell",
    "hop_starts",
    "interpolate",
    "interstitial_sites",
    "interstitial_start",
    "locate",
    "lowest_networks",
    "match",
    "mirror_partner",
    "mirrored",
    "moved",
    "path_mirror",
    "percolating_distance",
    "relaxed_ends",
    "split_start",
    "substitutional_start",
    "vacancy_hop",
    "worth_computing",
]
