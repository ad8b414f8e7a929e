import pytest
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.hull_slices import neutral_square, ternary_slice
from liponflow.analysis.stability.materials import glass
from liponflow.analysis.stability.result import HullSlice


def lines(found: HullSlice) -> set[frozenset[str]]:
    return {frozenset((found.names[a], found.names[b])) for a, b in found.tie_lines}


def test_ternary_slice_has_binary_and_ternary_phases() -> None:
    entries = formation_entries({"Li2O": -2.0, "Li3PO4": -2.7, "P2O5": -2.4})
    found = ternary_slice(entries, ["Li", "P", "O"])
    places = dict(zip(found.formulas, found.points, strict=True))
    assert places["Li"] == pytest.approx((0, 0))
    assert places["P"] == pytest.approx((1, 0))
    assert places["O2"] == pytest.approx((0.5, 0.75**0.5))
    # On the Li-O edge, two thirds of the way to Li.
    assert places["Li2O"] == pytest.approx((0.5 / 3, 0.75**0.5 / 3))
    assert frozenset(("Li3PO4", "Li2O")) in lines(found)
    assert frozenset(("Li2O", "P2O5")) not in lines(found)  # Li3PO4 lies in between
    # Planar triangulation of stable points: lines = 3 n - 3 - corners of the outline.
    assert len(found.tie_lines) == 3 * 6 - 3 - 5


def test_tie_lines_do_not_cross() -> None:
    entries, _ = lipon()
    for found in (ternary_slice(entries, ["Li", "P", "O"]), neutral_square(entries)):
        segments = [(found.points[a], found.points[b]) for a, b in found.tie_lines]
        for number, (p, q) in enumerate(segments):
            for r, s in segments[:number]:
                if {p, q} & {r, s}:
                    continue
                assert not (_side(p, q, r) * _side(p, q, s) < -1e-9
                            and _side(r, s, p) * _side(r, s, q) < -1e-9)  # fmt: skip


def _side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def test_slice_between_compounds_has_phases_of_its_plane() -> None:
    entries, _ = lipon()
    found = ternary_slice(entries, ["Li2O", "P2O5", "Li3N"], phase("Li3PO4"))
    assert {"Li2O", "P2O5", "Li3PO4", "Li4P2O7", "LiPO3", "Li3N"} <= set(found.formulas)
    assert "LiP" not in found.formulas
    assert found.marked == pytest.approx(found.points[found.formulas.index("Li3PO4")], abs=1e-6)
    assert ternary_slice(entries, ["Li", "P", "N"], phase("Li3PO4")).marked is None


def test_neutral_square_has_its_corners_and_marks_the_glass() -> None:
    entries, hull = lipon()
    material = glass("Li2.98PO3.3N0.46", hull, above_hull=0.0, energy_source="assumed")
    found = neutral_square(entries, material)
    places = dict(zip(found.formulas, found.points, strict=True))
    for formula, corner in (
        ("Li2O", (0, 0)),
        ("P2O5", (1, 0)),
        ("P3N5", (1, 1)),
        ("Li3N", (0, 1)),
    ):
        assert places[formula] == pytest.approx(corner)
    assert places["Li3PO4"] == pytest.approx((5 / 8, 0))
    assert places["Li2PO2N"] == pytest.approx((5 / 7, 3 / 7))
    assert "Li3P" not in places
    assert found.marked == pytest.approx((5 / 7.98, 1.38 / 7.98))
    nearly = glass("Li46P16O55N5", hull, above_hull=0.0, energy_source="assumed")
    assert neutral_square(entries, nearly).marked is not None
    far = glass("Li9PO3N", hull, above_hull=0.0, energy_source="assumed")
    assert neutral_square(entries, far).marked is None


def test_phases_far_above_the_hull_are_left_out() -> None:
    entries, _ = lipon()
    assert "Li5P2N5" in neutral_square(entries).formulas
    assert "Li5P2N5" not in neutral_square(entries, near=0.005).formulas


def test_corners_that_span_no_plane_are_refused() -> None:
    entries, _ = lipon()
    with pytest.raises(ValueError, match="has three corners, not 2"):
        ternary_slice(entries, ["Li", "P"])
    with pytest.raises(ValueError, match="do not span a plane"):
        ternary_slice(entries, ["Li", "O", "Li2O"])
    with pytest.raises(ValueError, match="have no S"):
        ternary_slice(entries, ["Li", "P", "S"])
