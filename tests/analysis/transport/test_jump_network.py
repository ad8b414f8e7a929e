"""Networks of jumps."""

import numpy as np

from liponflow.analysis.transport.jump_network import SiteBook, Step, summarise_network


def chain(*shifts: tuple[int, int, int]) -> dict[Step, int]:
    """Return jumps around a ring of sites, with these images."""
    number = len(shifts)
    return {Step(place, (place + 1) % number, shift): 1 for place, shift in enumerate(shifts)}


def test_a_ring_within_the_cell_does_not_lead_through_it() -> None:
    found = summarise_network(4, chain((0, 0, 0), (1, 0, 0), (-1, 0, 0)))
    assert (found.largest, found.paths, found.dimensions) == (3, 3, 0)


def test_walks_through_the_cell_are_counted_by_direction() -> None:
    line = chain((0, 0, 0), (1, 0, 0))
    assert summarise_network(2, line).dimensions == 1
    plane = line | {Step(0, 0, (0, 1, 0)): 1}
    assert summarise_network(2, plane).dimensions == 2
    # The same direction twice is one.
    assert summarise_network(2, line | {Step(1, 1, (2, 0, 0)): 1}).dimensions == 1


def test_parts_that_lead_through_apart_do_not_add_up() -> None:
    steps = {Step(0, 0, (1, 0, 0)): 1, Step(1, 1, (0, 1, 0)): 1}
    assert summarise_network(2, steps).dimensions == 1


def test_parts_are_joined_with_their_images() -> None:
    steps = {
        Step(0, 1, (1, 0, 0)): 1,
        Step(2, 3, (0, 1, 0)): 1,
        Step(1, 2, (0, 0, 0)): 1,
        Step(3, 0, (-1, -1, 0)): 1,
    }
    assert summarise_network(4, steps).dimensions == 0
    assert summarise_network(4, steps | {Step(3, 0, (-1, -1, 1)): 1}).dimensions == 1


def test_jumps_there_and_back_are_one_path() -> None:
    there = Step(0, 1, (0, 1, 0))
    assert there.back == Step(1, 0, (0, -1, 0))
    assert summarise_network(2, {there: 3, there.back: 2}).paths == 1


def test_shells_that_differ_by_a_further_anion_are_one_site() -> None:
    book = SiteBook(8)
    shell = np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
    assert book.find(shell, np.array([0.1, 0.1, 0.1]))[0] == 0
    less = np.array([1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    number, image = book.find(less, np.array([1.12, 0.1, -0.9]))
    assert (number, image.tolist()) == (0, [1, 0, -1])
    other = np.array([1, 1, 0, 0, 1, 1, 0, 0], dtype=bool)
    assert book.find(other, np.zeros(3))[0] == 1
    # Tetrahedra that share a face.
    beside = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=bool)
    assert book.find(beside, np.zeros(3))[0] == 2
    assert len(book) == 3
