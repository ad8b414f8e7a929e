"""Lateral cells: exact strains, the limit, rectangles."""

from dataclasses import replace

import numpy as np
import pytest

from liponflow.structures.interface.lateral import Limits, match, principal_strains, rectangle
from liponflow.structures.interface.slab import InterfaceError, crystal_slab
from liponflow.structures.lithium import bcc_metal


def lithium(a: float = 3.5):
    return crystal_slab(bcc_metal("Li", a), "Li", (1, 0, 0), 7.0)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_strain_of_each_side_is_exact(share: float) -> None:
    found = match(lithium(3.5), lithium(3.57), Limits(strain=0.03, share=share, area=150))
    common = 3.5 + share * 0.07
    assert found.first_strain == pytest.approx([common / 3.5 - 1] * 2, abs=1e-9)
    assert found.second_strain == pytest.approx([common / 3.57 - 1] * 2, abs=1e-9)
    assert found.first.lateral == pytest.approx(found.second.lateral)


def test_a_misfit_beyond_the_limit_is_refused_with_the_best() -> None:
    wide = replace(lithium(), name="wide", lateral=lithium().lateral * 1.07)
    with pytest.raises(InterfaceError, match=r"strain of .*% at best .* 0\.5% is the limit"):
        match(lithium(), wide, Limits(strain=0.005, length=9.0, area=120.0))


def test_a_rotation_is_no_strain() -> None:
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    cell = np.array([[3.0, 0.0], [1.0, 4.0]])
    assert principal_strains(cell, cell @ turn) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_a_hexagonal_surface_has_a_rectangle() -> None:
    slab = crystal_slab(bcc_metal("Li", 3.5), "Li", (1, 1, 1), 6.0)
    found = rectangle(slab, Limits(strain=0.01, length=8.0, area=200.0))
    (width, zero), (lean, depth) = found.first.lateral
    assert (zero, lean) == (0.0, 0.0)
    # Edges of a√2 and a√6 repeat the surface of (111).
    assert min(width / 3.5 / 2**0.5 % 1, -width / 3.5 / 2**0.5 % 1) < 1e-6 or (
        min(width / 3.5 / 6**0.5 % 1, -width / 3.5 / 6**0.5 % 1) < 1e-6
    )
    assert width * depth / slab.area == pytest.approx(len(found.first.symbols) / len(slab.symbols))
    assert found.first_strain == (0.0, 0.0)


def test_a_rectangle_within_too_small_an_area_is_refused() -> None:
    with pytest.raises(InterfaceError, match="no rectangular cell with edges of 20 Å"):
        rectangle(lithium(), Limits(length=20.0, area=100.0))
