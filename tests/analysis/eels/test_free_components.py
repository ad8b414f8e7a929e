"""Tests of free components as a diagnosis of references."""

import numpy as np
import pytest
from tests.support.mixtures import ENERGIES, references, scan

from liponflow.analysis.eels.free_components import free_components
from liponflow.analysis.eels.mixture import fit_mixture

pytest.importorskip("sklearn", reason="the extra eels is not installed")


def test_too_few_points_tell_nothing() -> None:
    counts = np.ones((3, 10))
    found = free_components(counts, np.ones((3, 2)), np.ones((2, 10)), fitted=1.0, dof=10)
    assert found is None


def test_references_that_differ_from_those_of_the_scan() -> None:
    shares = [{"LiPON": share, "Li3P": 1 - share} for share in (0.9, 0.7, 0.5, 0.3, 0.1)]
    fit, warnings = fit_mixture(
        ENERGIES, scan(shares, 3e4, seed=1), references("LiPON", "Li2O"), shift=0
    )
    assert fit.free_components is not None
    assert fit.free_components.verdict == "references differ"
    assert fit.free_components.free_deviance < 0.2 * fit.free_components.references_deviance
    assert "would describe the scan, but not these" in "\n".join(warnings)
