"""Figure of a depth profile."""

import numpy as np
import pytest

from liponflow.analysis.depth_profile.concentration import Profile
from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.summary import Ranges, Scale, depth_profile_of
from liponflow.analysis.depth_profile.weibull import weibull
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.depth_profile import all_figures

ENERGY = np.arange(2100.0, 2700.0)


def test_the_fit_is_drawn_where_it_is_extrapolated() -> None:
    published = published_profile()
    peak = weibull(ENERGY, published.parameters) / 22
    film = Profile(ENERGY, peak + 1e14, np.full(600, 1e26))
    bare = Profile(ENERGY, np.full(600, 1e14), np.full(600, 1e26))
    ranges = Ranges(22.0, published.fitted, 2140.0, published.integrated)
    result = depth_profile_of(
        film, bare, ranges, Scale(thickness=0.65), file_provenance([], {}, "x"), material="LiPON"
    )
    left, right = all_figures(result)["depth_profile"].axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == [
        "film on electrode", "electrode", "difference",
    ]  # fmt: skip
    model = next(line for line in right.lines if "Weibull" in str(line.get_label()))
    assert 2140 <= model.get_xdata().min() <= 2162
    assert model.get_ydata().max() == pytest.approx(published.parameters["a0"], rel=0.05)
