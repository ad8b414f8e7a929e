from collections.abc import Callable

import numpy as np
import pytest
from figure_texts import drawn, misplaced, texts
from lithiation_example import Campaign
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from random_hosts import HOSTS, random_host

from liponflow.analysis.lithiation.refinement import RefinedVoltage
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.result import EngineInfo
from liponflow.figures.labels import crossed, segments
from liponflow.figures.lithiation import (
    all_figures,
    hull_figure,
    lattice_figure,
    moments_figure,
    structures_figure,
    voltage_figure,
)

DRAWN = (voltage_figure, hull_figure, lattice_figure, moments_figure)
NAMES = ["hull", "lattice", "moments", "structures", "voltage"]


@pytest.fixture(scope="module")
def figures(result: LithiationResult) -> dict[str, Figure]:
    return all_figures(result)


def line(figure: Figure, name: str, nth: int = 0) -> np.ndarray:
    return np.asarray(drawn(figure, name)[nth].get_xydata())


def test_every_figure_is_drawn(figures: dict[str, Figure]) -> None:
    assert sorted(figures) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_potential_is_labelled_not_dft(
    figures: dict[str, Figure], name: str
) -> None:
    [stamp] = [text for text in figures[name].texts if text.get_gid() == "stamp"]
    assert "chgnet 0.3.0 (machine-learned potential, not DFT)" in stamp.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_texts_neither_overlap_nor_leave_the_figure(figures: dict[str, Figure], name: str) -> None:
    figure = figures[name]
    assert misplaced(figure) == []


def test_moments_are_means_sites_and_published_values(
    figures: dict[str, Figure], result: LithiationResult
) -> None:
    figure = figures["moments"]
    for metal in ("Ni", "Mn"):
        means = [(state.x, state.moments[metal]) for state in result.states]
        assert line(figure, metal) == pytest.approx(np.array(means))
        sites = [(s.x, moment) for s in result.states for moment in s.site_moments[metal]]
        assert line(figure, f"{metal} sites") == pytest.approx(np.array(sites))
    assert line(figure, "Ni published").tolist() == [[0, 0.5], [1, 1.7], [2, 1.7]]
    assert line(figure, "Mn published").tolist() == [[1, 3.2], [2, 3.7]]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "Ni, Cheng 2023" in legend
    assert figure.axes[0].get_title() == ""


def test_moments_of_another_engine_name_both_engines(campaign: Campaign) -> None:
    other = EngineInfo(name="other", version="1.0", surrogate=True)
    figure = moments_figure(campaign.summarise(moments_engine=other, moments=campaign.statics))
    title = figure.axes[0].get_title().replace("\n", " ")
    assert title == (
        "moments of other 1.0 (machine-learned potential, not DFT), structures of chgnet 0.3.0"
    )
    assert misplaced(figure) == []


def test_lattice_follows_the_unique_axis(figures: dict[str, Figure]) -> None:
    unique, basal = (line(figures["lattice"], name) for name in ("unique", "basal"))
    assert unique[:, 1] / basal[:, 1] == pytest.approx([1, 1, 1, 1.024, 1.048])
    assert unique[2, 1] == pytest.approx(1)
    assert line(figures["lattice"], "volume")[-1] == pytest.approx([2, 4.8])


def test_lattice_figure_does_not_depend_on_the_orientation_of_the_cell(
    result: LithiationResult,
) -> None:
    turned = [
        state.model_copy(update={"a": state.c, "c": state.a, "unique_axis": "a"})
        for state in result.states
    ]
    figure = lattice_figure(result.model_copy(update={"states": turned}))
    straight = lattice_figure(result)
    assert line(figure, "unique") == pytest.approx(line(straight, "unique"))


def test_voltage_figure_has_the_staircase_and_the_published_plateaus(
    figures: dict[str, Figure],
) -> None:
    figure = figures["voltage"]
    [stairs] = [s for s in drawn(figure, "computed") if isinstance(s, StepPatch)]
    data = stairs.get_data()
    assert data.values == pytest.approx([4.74, 4.66, 2.85])
    assert data.edges == pytest.approx([0, 0.5, 1, 2])
    said = " ".join(text.get_text() for text in texts(figure))
    assert [value for value in ("4.7 V", "4.0 V", "2.8-2.9 V") if value not in said] == []
    assert len(drawn(figure, "published")) == 3


def test_hull_shows_states_families_and_the_tie_line(
    figures: dict[str, Figure], result: LithiationResult
) -> None:
    figure = figures["hull"]
    formation = {state.x: state.formation_energy for state in result.states}
    assert line(figure, "hull")[:, 0].tolist() == [0, 0.5, 1, 2]
    assert line(figure, "tie line").tolist() == [[1, formation[1]], [2, formation[2]]]
    energies, distances = figure.axes
    added = [a for a in energies.lines if a.get_gid() == "octahedral-added"]
    assert added[0].get_xydata()[0] == pytest.approx([1.5, formation[1.5] + 0.1])
    above = [a for a in distances.lines if a.get_gid() == "all-octahedral"]
    assert above[0].get_xydata()[0] == pytest.approx([1.5, 60])
    assert above[0].get_markerfacecolor() == "white"


def test_families_far_above_the_hull_are_named_instead_of_drawn(
    result: LithiationResult,
) -> None:
    states = [
        state.model_copy(
            update={"family_energies": state.family_energies | {"far": 2.0 * state.x}}
        )
        for state in result.states
        if state.x in {0.0, 1.0, 2.0}
    ]
    figure = hull_figure(result.model_copy(update={"states": states}))
    [note] = drawn(figure, "off scale")
    assert note.get_text().splitlines()[1:] == ["far, x = 1, 2: 2.0 to 4.0"]
    far = [artist.get_xydata()[0][0] for artist in drawn(figure, "far")]
    assert set(far) == {0.0}  # the only content at which it is as low as the lowest family
    assert figure.axes[0].get_ylim()[1] < 1.0


def test_structures_are_drawn_for_the_converged_li_contents(
    result: LithiationResult, campaign: Campaign
) -> None:
    titles = [axes.get_title() for axes in structures_figure(result).axes[:3]]
    assert [title.split(",")[0] for title in titles] == [
        "x = 1 (pristine)",
        "x = 0 (delithiated)",
        "x = 2 (overlithiated)",
    ]
    assert titles[2].endswith("c/a = 1.048")
    campaign.refuse(0)
    fewer = [axes.get_title() for axes in structures_figure(campaign.summarise()).axes]
    assert "x = 0.5 (lowest x), c/a = 1.000" in fewer


def test_missing_data_are_not_drawn(campaign: Campaign) -> None:
    for static in campaign.statics:
        static.magmoms = None
    campaign.li_metal.converged = False
    campaign.refuse(16)
    result = campaign.summarise()
    assert sorted(all_figures(result)) == ["lattice", "structures"]
    with pytest.raises(ValueError, match="no formation energies"):
        hull_figure(result)


def test_other_material_has_no_published_values(result: LithiationResult) -> None:
    other = result.model_copy(update={"formula": "LiTiS2"})
    assert drawn(voltage_figure(other), "published") == []
    assert drawn(moments_figure(other), "Mn published") == []


def test_voltages_of_better_engines_are_drawn_beside_the_campaigns(
    result: LithiationResult,
) -> None:
    steps = [
        RefinedVoltage(
            model="gpaw 26.7.0 (PBE, PW 520 eV)",
            x_low=step.x_low,
            x_high=step.x_high,
            voltage=step.voltage - 0.3,
            voltage_before=step.voltage,
        )
        for step in result.voltages
    ]
    figure = voltage_figure(result.model_copy(update={"refined_voltages": steps}))
    [stairs] = drawn(figure, "gpaw 26.7.0 (PBE, PW 520 eV) voltage")
    assert stairs.get_data().values == pytest.approx([step.voltage for step in steps])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[-2] == result.provenance.engine.short
    assert legend[-1].startswith("gpaw 26.7.0")
    assert misplaced(figure) == []
    alone = [text.get_text() for text in voltage_figure(result).legends[0].get_texts()]
    assert alone == legend[:-2]


@pytest.mark.parametrize("seed", range(len(HOSTS)))
@pytest.mark.parametrize("draw", DRAWN)
def test_texts_of_any_host_are_neither_on_lines_nor_on_each_other(
    draw: Callable[[LithiationResult], Figure], seed: int
) -> None:
    figure = draw(random_host(seed))
    assert misplaced(figure) == []
    for axes in figure.axes:
        lines = segments(axes)
        inside = [text for text in axes.texts if text.get_text()]
        on_lines = [text for text in inside if crossed(text.get_window_extent(), lines)]
        assert [text.get_text() for text in on_lines] == []


@pytest.mark.parametrize("seed", range(len(HOSTS)))
def test_axes_name_the_formula_unit_and_the_metal(seed: int) -> None:
    result = random_host(seed)
    [axes] = voltage_figure(result).axes
    shown = axes.get_xlabel().replace("$_{", "").replace("}$", "")
    assert shown == f"x in {result.host.variable}"
    metal = result.host.intercalant
    assert axes.get_ylabel() == f"average voltage against {metal} metal (V)"


def test_axes_of_a_host_that_is_not_cubic_are_relative_to_their_own_lengths() -> None:
    result = random_host(0)
    figure = lattice_figure(result)
    pristine = [state.x for state in result.states].index(1.0)
    for axis in "abc":
        drawn_lengths = line(figure, axis)[:, 1]
        assert drawn_lengths[pristine] == pytest.approx(1)
        lengths = np.array([getattr(state, axis) for state in result.states])
        assert drawn_lengths == pytest.approx(lengths / lengths[pristine])
    assert drawn(figure, "unique") == []
    assert "c/a" not in structures_figure(result).axes[0].get_title()


def test_equal_axes_are_one_line() -> None:
    result = random_host(0)
    same = [state.model_copy(update={"b": state.a}) for state in result.states]
    figure = lattice_figure(result.model_copy(update={"states": same}))
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["a and b", "c"]
    assert drawn(figure, "b") == []


def test_published_values_are_those_of_the_host_within_its_range() -> None:
    assert len(drawn(voltage_figure(random_host(2)), "published")) == 2
    layered = voltage_figure(random_host(0))
    [legend] = [text.get_text() for text in layered.legends[0].get_texts()]
    assert legend.startswith("3.9-4.2 V")
    assert "Reimers 1992" in legend
    assert drawn(voltage_figure(random_host(7)), "published") == []


def test_host_without_two_phases_has_no_tie_line(result: LithiationResult) -> None:
    vertices = [state for state in result.states if state.on_hull]
    assert drawn(hull_figure(result.model_copy(update={"states": vertices})), "tie line") == []
