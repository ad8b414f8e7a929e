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
def test_the_time_is_the_inverse_of_the_length(diffusivity: float, length: float):
    time = time_to_reach(diffusivity, length)
    assert diffusion_length(diffusivity, time) == pytest.approx(length)


def test_the_convention_is_that_of_three_dimensions():
    # 1e-16 m²/s for 1 s: sqrt(6) times 10 nm.
    assert diffusion_length(1e-16, 1.0) == pytest.approx(math.sqrt(6) * 10)


def test_without_diffusion_nothing_arrives():
    assert time_to_reach(0.0, 76.0) == math.inf
    assert diffusion_length(0.0, 1e9) == 0


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="neither is negative"):
        diffusion_length(-1.0, 1.0)
    with pytest.raises(ValueError, match="neither is negative"):
        time_to_reach(1.0, -1.0)
