"""Connected fragments and rings of a network of formers and bridging anions."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liponflow.analysis.glass.structural_units import Network
from liponflow.arrays import IntArray

Offset = tuple[int, int, int]
Node = tuple[int, Offset]
"""An atom and the periodic image of it."""
Way = tuple[tuple[int, Offset], ...]
"""Links by number, with the image in which each begins."""
Neighbours = dict[int, list[tuple[int, Offset, int, Offset]]]
"""By former: neighbour, its image, number of the link, and image in which the link begins."""
HOME: Offset = (0, 0, 0)

MAX_RING = 12
"""Longest ring that is searched (formers)."""
DIMER = 2
REMEMBERED = 1000
"""Largest number of fragments whose rings are cached, since a melt always forms new ones."""


class Link(NamedTuple):
    """Two formers and the anion between them."""

    a: int
    b: int
    offset: Offset
    """Image of b, with a at home."""
    anion: int
    """-1 for a direct bond."""
    anion_offset: Offset


@dataclass(frozen=True)
class Fragments:
    """Fragments and rings in a block of frames."""

    formers: dict[str, IntArray]
    """Formers in fragments of each kind, in every frame."""
    rings: dict[int, IntArray]
    """Rings in every frame, by their number of formers."""


class FragmentCounter:
    """Counter of fragments and rings, which caches the rings of networks already seen."""

    def __init__(self) -> None:
        self._known: dict[tuple[Link, ...], tuple[bool, Counter[int]]] = {}

    def count(self, net: Network) -> Fragments:
        """Return the fragments and rings in a block of frames.

        Parameters
        ----------
        net
            Bonds over a block of frames.

        Returns
        -------
        Fragments
            Kinds: ``isolated``, ``dimer``, ``chain of n`` (no former with more than two links,
            no ring), ``branched, n``, ``with rings, n``, and ``infinite`` for a fragment that is
            linked to its own periodic image.

        Notes
        -----
        A ring is a closed path of formers and bridging anions without a shorter way between the
        ends of one of its links: for every link the shortest way around it is a ring (King, Nature
        213, 1112, 1967, for bonds instead of pairs of bonds), up to ``MAX_RING`` formers. A path
        that closes only through the periodic boundary is not a ring.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        formers = net.atoms(net.found.formers)
        shared = net.formers_of[net.bonds.second] > 1
        first = np.concatenate([net.bonds.first[shared], net.former_bonds.first])
        second = np.concatenate([net.bonds.second[shared], net.former_bonds.second])
        graph = coo_array((np.ones(len(first)), (first, second)), shape=(net.total, net.total))
        number, label = connected_components(graph, directed=False)
        size = np.bincount(label[formers], minlength=number)
        atoms = np.bincount(label, minlength=number)
        bonds = np.bincount(label[first], minlength=number)
        degree = np.bincount(first, minlength=net.total) + np.bincount(second, minlength=net.total)
        branched = np.zeros(number, dtype=np.bool_)
        branched[label[degree > DIMER]] = True
        # Names by 2 * size + branched: one look-up names all fragments without a cycle.
        names = np.array(
            [
                _tree_name(n, branched=bool(b))
                for n, b in zip(
                    *np.divmod(np.arange(2 * (size.max(initial=0) + 1)), 2), strict=True
                )
            ],
            dtype=object,
        )
        kind = names[2 * size + branched]
        rings: dict[int, IntArray] = {}
        for component in np.flatnonzero(bonds >= atoms):  # those with a cycle
            frame, infinite, found = self._cyclic(net, label, int(component), formers)
            kind[component] = "infinite" if infinite else f"with rings, {size[component]}"
            for length, count in found.items():
                rings.setdefault(length, np.zeros(net.n_frames, dtype=np.int64))[frame] += count
        of_former = kind[label[formers]].reshape(net.n_frames, -1)
        kinds = dict.fromkeys(of_former.ravel().tolist())
        return Fragments({name: (of_former == name).sum(axis=1) for name in kinds}, rings)

    def _cyclic(
        self, net: Network, label: NDArray[np.integer], component: int, formers: IntArray
    ) -> tuple[int, bool, Counter[int]]:
        members = formers[label[formers] == component]
        frame = int(members[0]) // net.bonds.n_atoms
        links = list(_links(net, label, component, frame * net.bonds.n_atoms))
        key = tuple(links)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            neighbours = _adjacency(links)
            self._known[key] = (_winds(neighbours), _rings(links, neighbours))
        return (frame, *self._known[key])


def _tree_name(size: int, *, branched: bool) -> str:
    if size == 1:
        return "isolated"
    if branched:
        return f"branched, {size}"
    return "dimer" if size == DIMER else f"chain of {size}"


def _links(
    net: Network, label: NDArray[np.integer], component: int, first_atom: int
) -> Iterator[Link]:
    """Return the links between formers of one fragment, with atoms numbered within the frame."""
    at: dict[int, list[Node]] = {}
    bonds = net.bonds.select(label[net.bonds.first] == component)
    for former, anion, image in zip(
        bonds.first.tolist(), bonds.second.tolist(), bonds.image.tolist(), strict=True
    ):
        at.setdefault(anion - first_atom, []).append((former - first_atom, _minus(image)))
    for anion, ends in sorted(at.items()):
        for index, (a, shift_a) in enumerate(ends):
            for b, shift_b in ends[index + 1 :]:
                # The images of the ends are relative to the anion; the link begins at a.
                yield Link(a, b, _plus(shift_b, _minus(shift_a)), anion, _minus(shift_a))
    direct = net.former_bonds.select(label[net.former_bonds.first] == component)
    for a, b, image in zip(
        direct.first.tolist(), direct.second.tolist(), direct.image.tolist(), strict=True
    ):
        yield Link(a - first_atom, b - first_atom, _plus(image, HOME), -1, HOME)


def _minus(a: Sequence[int]) -> Offset:
    return (-a[0], -a[1], -a[2])


def _plus(a: Sequence[int], b: Sequence[int]) -> Offset:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def _adjacency(links: list[Link]) -> Neighbours:
    neighbours: Neighbours = {}
    for number, link in enumerate(links):
        back = _minus(link.offset)
        neighbours.setdefault(link.a, []).append((link.b, link.offset, number, HOME))
        neighbours.setdefault(link.b, []).append((link.a, back, number, back))
    return neighbours


def _winds(neighbours: Neighbours) -> bool:
    """Return whether the fragment reaches a periodic image of itself."""
    start = next(iter(neighbours))
    place: dict[int, Offset] = {start: HOME}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        for other, offset, _, _ in neighbours[current]:
            there = _plus(place[current], offset)
            # Unfolded from one former, an atom that is reached again in another image closes a
            # path through the boundary.
            if other not in place:
                place[other] = there
                queue.append(other)
            elif place[other] != there:
                return True
    return False


def _rings(links: list[Link], neighbours: Neighbours) -> Counter[int]:
    """Return the rings by their number of formers: the shortest ways around every link."""
    found: set[tuple[tuple[int, Offset], ...]] = set()
    sizes: Counter[int] = Counter()
    for number in range(len(links)):
        for path in _ways_around(links, neighbours, number):
            key = _canonical([(number, HOME), *path])
            if key not in found:
                found.add(key)
                sizes[len(key)] += 1
    return sizes


def _canonical(ring: list[tuple[int, Offset]]) -> tuple[tuple[int, Offset], ...]:
    """Return a key of a ring (its links and where they begin) shared by its periodic images."""
    return min(
        tuple(sorted((number, _plus(place, _minus(origin))) for number, place in ring))
        for _, origin in ring
    )


def _ways_around(links: list[Link], neighbours: Neighbours, around: int) -> list[Way]:
    """Return all shortest paths between the ends of a link, unfolded and without its anion."""
    link = links[around]
    goal = (link.b, link.offset)
    # If an anion joins three formers, the path through it to the third is not a ring.
    barred = (link.anion, link.anion_offset) if link.anion >= 0 else None
    paths: dict[Node, list[Way]] = {(link.a, HOME): [()]}
    reached = set(paths)
    # Breadth-first search: the first layer with the goal has all of its shortest paths.
    for _ in range(MAX_RING - 1):
        following: dict[Node, list[Way]] = {}
        for (current, place), ways in paths.items():
            for other, offset, number, begin in neighbours[current]:
                there = (other, _plus(place, offset))
                start = _plus(place, begin)
                used = links[number]
                if there in reached or (number, start) == (around, HOME):
                    continue
                if barred == (used.anion, _plus(start, used.anion_offset)):
                    continue
                following.setdefault(there, []).extend((*way, (number, start)) for way in ways)
        if goal in following:
            return following[goal]
        reached |= following.keys()
        paths = following
    return []
