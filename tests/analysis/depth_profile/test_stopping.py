"""Depths against analytic stopping powers."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.depth_profile.stopping import Layer, depth_of_energy, read_layer
from liponflow.analysis.measured.table import Table, TableError

START = 2727.92
GRID = np.linspace(100, 3000, 300)


def test_stopping_power_in_inverse_proportion_to_energy() -> None:
    # dE/dx = -k/E loses E0² - E² = 2 k x.
    k = 1e5
    layer = Layer(GRID, k / GRID, None)
    energies = np.array([2700.0, 2358.0, 1500.0])
    expected = (START**2 - energies**2) / (2 * k)
    assert depth_of_energy([layer], START, energies) == pytest.approx(expected, rel=2e-3)


def test_layers_of_different_stopping_power() -> None:
    def constant(power: float, thickness: float | None) -> Layer:
        return Layer(GRID, np.full(300, power), thickness)

    layers = [constant(30.0, 2.0), constant(60.0, 1.0), constant(45.0, None)]
    # 60 keV in the first, 60 keV in the second.
    energies = START - np.array([30.0, 90.0, 120.0, 165.0])
    assert depth_of_energy(layers, START, energies) == pytest.approx([1, 2.5, 3, 4], abs=2e-3)


def test_energies_that_no_depth_gives_are_unknown() -> None:
    layer = Layer(np.array([1000.0, 3000.0]), np.array([40.0, 40.0]), None)
    assert np.isnan(depth_of_energy([layer], START, np.array([2800.0, 500.0]))).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[100.0, 40.0], [2000.0, 40.0]], "ends at 2000 keV"),
        ([[100.0, 40.0], [3000.0, 0.0]], "positive stopping powers"),
        ([[3000.0, 40.0], [100.0, 30.0]], "ascending energies"),
    ],
)
def test_unusable_tables_are_refused(values: list[list[float]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_layer(Table(Path("s.csv"), [], np.array(values)), None, through=START)
