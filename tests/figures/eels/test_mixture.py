"""Tests of the figure of a mixture."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.support.mixtures import ENERGIES, references, scan

from liponflow.analysis.eels.mixture import fit_mixture
from liponflow.analysis.eels.mixture_result import MixtureResult
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.figures.eels.mixture import mixture_figure


@pytest.fixture
def result() -> MixtureResult:
    shares = [{"LiPON": share, "Li2O": 1 - share} for share in (0.9, 0.5, 0.1)]
    fit, warnings = fit_mixture(
        ENERGIES,
        scan(shares, 2e4, seed=1),
        references("LiPON", "Li2O"),
        background="constant",
        spacing=12.0,
        diagnose=False,
    )
    return MixtureResult(
        **{name: getattr(fit, name) for name in type(fit).model_fields},
        formula="LiPON + Li2O",
        converged=True,
        criterion="3 of 3 fits",
        warnings=warnings,
        provenance=provenance(
            engine=EngineInfo(name="liponflow", version="1", surrogate=False),
            preset="none",
            parameters={},
            input_fingerprint="0",
            source_structure="scan.csv",
            parent_uuids=[],
        ),
    )


def test_shares_with_intervals_and_the_worst_fit(result: MixtureResult) -> None:
    figure = mixture_figure(result)
    shares, fit, residuals = figure.axes
    assert shares.get_xlabel() == "position (nm)"
    assert [bar.get_label() for bar in shares.containers] == ["LiPON", "Li2O"]
    line, _, (bars,) = shares.containers[0].lines
    assert_allclose(np.array(line.get_xdata(), dtype=float), [0, 12, 24])
    assert_allclose(
        np.array(line.get_ydata(), dtype=float), [(p.shares or {})["LiPON"] for p in result.points]
    )
    ends = np.array([np.asarray(segment)[:, 1] for segment in bars.get_segments()], dtype=float)
    assert_allclose(ends[:, 0], [(p.share_lows or {})["LiPON"] for p in result.points])
    drawn = {line.get_gid(): np.array(line.get_ydata(), dtype=float) for line in fit.lines}
    parts = [drawn[f"component {name}"] for name in ("LiPON", "Li2O", "background")]
    assert_allclose(np.sum(parts, axis=0), drawn["fit"], rtol=1e-6)
    assert_allclose(drawn["measured"], result.worst.measured)
    assert fit.get_ylabel() == "counts"
    assert residuals.get_xlabel() == "energy loss (eV)"


def test_points_without_a_position_are_numbered(result: MixtureResult) -> None:
    points = [point.model_copy(update={"position": None}) for point in result.points]
    points[1] = points[1].model_copy(update={"shares": None})
    figure = mixture_figure(result.model_copy(update={"points": points}))
    shares = figure.axes[0]
    assert shares.get_xlabel() == "point"
    assert_allclose(np.array(shares.containers[0].lines[0].get_xdata(), dtype=float), [1, 3])
