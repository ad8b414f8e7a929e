"""Figures of impedance spectra and polarisation."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.impedance.circuit import CIRCUITS
from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.polarisation import polarisation_result
from liponflow.analysis.impedance.read import Spectrum
from liponflow.analysis.impedance.summary import impedance_result
from liponflow.analysis.measured.table import Table
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.impedance import impedance_figure, polarisation_figure

MADE = file_provenance([], {}, "x")
FILM = Geometry(3.7, 0.1)


def test_the_arc_fills_the_axes_and_the_tail_leaves_them() -> None:
    frequency = np.geomspace(1e6, 0.1, 40)
    p = {"r0": 30.0, "ln_r1": np.log(1480.0), "ln_tau1": -12.0, "n1": 0.9,
         "ln_tail": np.log(2e6), "n_tail": 0.9}  # fmt: skip
    z = CIRCUITS["blocking"].impedance(2 * np.pi * frequency, p)
    z = z * (1 + 0.002 * np.random.default_rng(0).normal(size=40))
    spectrum = Spectrum("a/eis.csv", frequency, z, "")
    result = impedance_result([spectrum], CIRCUITS["blocking"], FILM, MADE, material="LiPON")
    axes, phase = impedance_figure(result).axes
    points, fitted = axes.lines
    assert np.allclose(points.get_ydata(), -z.imag)
    assert np.allclose(fitted.get_ydata(), points.get_ydata(), rtol=0.05)
    assert 1510 < axes.get_xlim()[1] < 3000 < points.get_ydata().max()
    assert axes.get_aspect() == 1
    assert "2.5e-06 S/cm (Cheng 2023)" in phase.get_title()


def test_the_published_current_is_drawn_beside_ours() -> None:
    time = np.arange(0, 2000.0, 10)
    current = 6.4e-12 + np.random.default_rng(0).normal(0, 1e-14, len(time))
    table = Table(Path("i.csv"), [], np.column_stack([time, current]))
    result = polarisation_result(
        table, FILM, MADE, voltage=1.0, steady_from=None, material="LiPON"
    )
    axes = polarisation_figure(result).axes[0]
    ours, published = axes.lines[1].get_ydata()[0], axes.lines[2].get_ydata()[0]
    # 1.2e-14 S/cm times 1 V times 0.1 cm² over 3.7 µm.
    assert published == pytest.approx(1.2e-14 * 0.1 / 3.7e-4)
    assert ours > 1.9 * published
