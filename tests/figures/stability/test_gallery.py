import numpy as np
import pytest
from figure_texts import drawn, misplaced, texts
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from stability_entries import formation_entries
from stability_results import made_by, stability_result

from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal, glass
from liponflow.analysis.stability.result import RefinedWindow, StabilityResult
from liponflow.analysis.stability.summary import Question, summarise
from liponflow.figures.stability.gallery import all_figures

NAMES = ["certainty", "exchange", "hull", "interface", "layers", "map", "pathways", "window"]


@pytest.fixture(scope="module")
def result() -> StabilityResult:
    return stability_result()


@pytest.fixture(scope="module")
def figures(result: StabilityResult) -> dict[str, Figure]:
    return all_figures(result)


@pytest.fixture(scope="module")
def glass_figures() -> dict[str, Figure]:
    return all_figures(stability_result("Li2.98PO3.3N0.46", samples=2))


def test_every_figure_is_drawn(figures: dict[str, Figure]) -> None:
    assert sorted(figures) == NAMES


@pytest.mark.parametrize("kind", ["crystal", "glass"])
@pytest.mark.parametrize("name", NAMES)
def test_texts_neither_overlap_nor_leave_the_figure(
    figures: dict[str, Figure], glass_figures: dict[str, Figure], name: str, kind: str
) -> None:
    figure = (figures if kind == "crystal" else glass_figures)[name]
    assert misplaced(figure) == []


def test_bars_span_the_windows_including_the_published_one(
    figures: dict[str, Figure], result: StabilityResult
) -> None:
    bars = drawn(figures["window"], "window")
    assert len(bars) == len(result.comparison)
    for bar, row in zip(bars, result.comparison, strict=True):
        assert bar.get_x() == pytest.approx(row.low)
        assert bar.get_x() + bar.get_width() == pytest.approx(row.high or 6.0)
    [published] = drawn(figures["window"], "published")
    assert published.get_x() == pytest.approx(0.68)
    assert published.get_width() == pytest.approx(2.63 - 0.68)
    assert len(drawn(figures["window"], "spread")) == 2
    said = " ".join(text.get_text() for text in texts(figures["window"]))
    assert "> 6 V" in said
    assert "7 Li$_{2}$PO$_{2}$N →" in said


HOSTS = {
    "Li7La3Zr2O12": "Li2O La2O3 ZrO2 Li2ZrO3 Li6Zr2O7 La2Zr2O7 Zr3O Li2O2",
    "Li10GeP2S12": "Li2S Li3PS4 Li4GeS4 GeS2 P2S5 Li3P Li15Ge4 LiP GeS GeP P4S7",
    "Li6PS5Cl": "Li2S LiCl Li3PS4 Li3P P2S5 PCl3 PCl5 LiP",
}


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("formula", HOSTS)
def test_texts_of_random_hosts_neither_overlap_nor_leave_the_figure(
    formula: str, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    names = [formula, *HOSTS[formula].split()]
    entries = formation_entries({name: -chance.uniform(0.5, 2.5) for name in names})
    hull = Hull.of(entries)
    question = Question(compare=[crystal(name, entries, hull) for name in names[1:4]], samples=4)
    material = glass(formula, hull, above_hull=0.04, energy_source="assumed")
    found = summarise(entries, material, question, provenance=made_by())
    for name, figure in all_figures(found).items():
        assert (name, misplaced(figure)) == (name, [])
        labels = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
        assert ("95 % of the draws" in labels) == bool(drawn(figure, "spread"))


def test_windows_of_better_engines_are_lines_above_the_material(result: StabilityResult) -> None:
    limits = {"low_before": result.window_low, "high_before": result.window_high}
    windows = [
        RefinedWindow(model="better 1", scale="its own", low=0.66, high=2.68, **limits),
        RefinedWindow(model="dft 2", scale="its own", low=0.71, high=None, **limits),
        RefinedWindow(model="failed 3", scale=None, low=None, high=None, **limits),
    ]
    figure = all_figures(result.model_copy(update={"refined_windows": windows}))["window"]
    assert misplaced(figure) == []
    lines = drawn(figure, "refined")
    assert [list(line.get_xdata()) for line in lines] == [[0.66, 2.68], [0.71, 6.0]]
    assert all(line.get_ydata()[0] > 0.4 for line in lines)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"refined by better 1", "refined by dft 2"} <= set(legend)
    assert "refined by failed 3" not in legend


def test_staircase_shows_li_exchanged(figures: dict[str, Figure], result: StabilityResult) -> None:
    [stairs] = [s for s in drawn(figures["exchange"], "exchange") if isinstance(s, StepPatch)]
    data = stairs.get_data()
    assert data.values == pytest.approx([s.li_exchanged for s in result.segments])
    assert data.edges[1:] == pytest.approx([s.voltage_high for s in result.segments])


def test_interfaces_show_their_kinks(figures: dict[str, Figure], result: StabilityResult) -> None:
    shown = [r for r in result.interfaces if r.second == "Li" or "Mn" in r.second]
    for reaction in shown:
        lines = [
            np.asarray(a.get_xydata()) for a in drawn(figures["interface"], reaction.materials)
        ]
        points = np.array([(p.mixing, 1000 * p.energy) for p in reaction.points])
        assert any(line.shape == points.shape and np.allclose(line, points) for line in lines)
    assert len(drawn(figures["interface"], "lowest")) == len(shown)


def test_map_shows_the_energies_and_the_equilibrium_of_the_electrode(
    figures: dict[str, Figure], result: StabilityResult
) -> None:
    [mesh] = drawn(figures["map"], "map")
    energy = 1000 * np.array(result.maps[0].min_energy)
    assert np.asarray(mesh.get_array()).ravel() == pytest.approx(energy.ravel())
    [line] = drawn(figures["map"], "equilibrium")
    [step] = result.maps[0].plateaus
    assert [0, step.voltage] in np.asarray(line.get_xydata()).tolist()
    assert [1, step.voltage] in np.asarray(line.get_xydata()).tolist()


def test_layers_show_shares_and_observed_widths(
    figures: dict[str, Figure], result: StabilityResult
) -> None:
    oxide = drawn(figures["layers"], "Li2O")
    predicted = [layer.atom_shares["Li2O"] for layer in result.layers]
    assert [bar.get_height() / 0.8 for bar in oxide[: len(predicted)]] == pytest.approx(predicted)
    [phosphate] = drawn(figures["layers"], "Li3PO4")
    assert phosphate.get_width() == pytest.approx(43.7 / 76.4)


def test_slices_show_every_stable_phase(
    figures: dict[str, Figure], result: StabilityResult
) -> None:
    stable = sum(above == 0 for s in result.slices for above in s.above_hull)
    assert len(drawn(figures["hull"], "stable")) == stable
    assert len(drawn(figures["hull"], "tie line")) == sum(len(s.tie_lines) for s in result.slices)
    assert len(drawn(figures["hull"], "material")) == 1


def test_rare_products_are_not_drawn(figures: dict[str, Figure], result: StabilityResult) -> None:
    assert result.uncertainty is not None
    wanted = [p for p in result.uncertainty.products if p.share >= 0.05 or p.predicted]
    bars = [b for phase in {p.phase for p in wanted} for b in drawn(figures["certainty"], phase)]
    assert sorted(bar.get_width() for bar in bars) == pytest.approx(
        sorted(100 * p.share for p in wanted)
    )


def test_missing_data_are_not_drawn(result: StabilityResult) -> None:
    bare = result.model_copy(
        update={
            "uncertainty": None,
            **{name: [] for name in ("interfaces", "maps", "pathways", "layers", "slices")},
        }
    )
    assert sorted(all_figures(bare)) == ["exchange", "window"]
    gone = bare.comparison[0].model_copy(update={"low": None, "high": None})
    without = bare.model_copy(update={"comparison": [gone], "window_low": None})
    said = [text.get_text() for text in texts(all_figures(without)["window"])]
    assert "no window" in said


def test_every_figure_is_stamped(figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        [stamp] = [text for text in figure.texts if text.get_gid() == "stamp"]
        assert "entries of the Materials Project" in stamp.get_text()
