"""Fixtures of a lithiation campaign made without an engine."""

from collections.abc import Callable, Sequence

import pytest
from lithiation_example import Campaign

from liponflow.analysis.lithiation.result import LithiationResult


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


@pytest.fixture
def make_campaign() -> Callable[[Sequence[int]], Campaign]:
    return Campaign


@pytest.fixture(scope="session")
def result() -> LithiationResult:
    return Campaign().summarise()
