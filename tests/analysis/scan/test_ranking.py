from hypothesis import given
from hypothesis import strategies as st

from liponflow.analysis.scan.ranking import Interval, ranks


def interval(value: float, half: float) -> Interval:
    return Interval(value, value - half, value + half)


def test_disjoint_intervals_rank_as_their_values() -> None:
    found = [interval(2, 0.1), interval(5, 0.1), interval(1, 0.1)]
    assert ranks(found) == [2, 1, 3]
    assert ranks(found, largest_first=False) == [2, 3, 1]


def test_overlapping_intervals_share_a_rank_and_missing_values_have_none() -> None:
    # The second overlaps with both others, which do not overlap with each other.
    first, second, third = (interval(value, 0.5) for value in (3, 2.4, 1.8))
    assert ranks([first, second, None, third]) == [1, 1, None, 2]
    assert ranks([None, None]) == [None, None]


values = st.lists(
    st.none() | st.builds(interval, st.floats(-100, 100), st.floats(0, 10)), max_size=8
)


@given(values)
def test_the_best_value_has_the_first_rank(found: list[Interval | None]) -> None:
    order = ranks(found)
    known = [(item, rank) for item, rank in zip(found, order, strict=True) if item is not None]
    assert [rank is None for rank in order] == [item is None for item in found]
    if known:
        best = max(item.value for item, _ in known)
        assert all(rank == 1 for item, rank in known if item.value == best)
        assert all(rank is not None and 1 <= rank <= len(known) for _, rank in known)
