import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.analysis.migration.diffusion_length import (
    diffusion_length,
    time_to_reach,
)

POSITIVE = st.floats(1e-30, 1e6)


@given(diffusivity=POSITIVE, length=st.floats(1e-3, 1e6))
def test_time_and_length_are_inverse_functions(diffusivity: float, length: float):
    time = time_to_reach(diffusivity, length)
    assert diffusion_length(diffusivity, time) == pytest.approx(length)


def test_diffusion_length_uses_the_three_dimensional_convention():
    # 1e-16 m²/s for 1 s: sqrt(6) times 10 nm.
    assert diffusion_length(1e-16, 1.0) == pytest.approx(math.sqrt(6) * 10)


def test_zero_diffusivity_gives_infinite_time_and_zero_length():
    assert time_to_reach(0.0, 76.0) == math.inf
    assert diffusion_length(0.0, 1e9) == 0


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="neither is negative"):
        diffusion_length(-1.0, 1.0)
    with pytest.raises(ValueError, match="neither is negative"):
        time_to_reach(1.0, -1.0)
