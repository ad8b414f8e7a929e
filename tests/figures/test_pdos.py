from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.pdos import PDOSResult, SiteDensities, pdos_state
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.figures.pdos import all_figures, pdos_figure

ENERGIES = np.linspace(-10, 10, 401)
CELL = Structure(Lattice.cubic(4), ["Mn", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def bump(centre: float, height: float) -> np.ndarray:
    return height * np.exp(-((ENERGIES - centre) ** 2))


def result(channels: tuple = ("up", "down")) -> PDOSResult:
    states = []
    for x in (1.0, 2.0):
        sites = [
            {("d", c): bump(-2 * x + i, 5.0) for i, c in enumerate(channels)}
            | {("s", c): bump(0, 0.01) for c in channels},
            {("p", c): bump(-4, 3.0) for c in channels},
        ]
        total = {c: bump(-3, 9.0) for c in channels}
        states.append(pdos_state(SiteDensities(ENERGIES, 0.0, total, sites), CELL, "here", x))
    return PDOSResult(
        formula="MnO",
        converged=True,
        criterion="as VASP said",
        states=states,
        provenance=Provenance(
            engine=EngineInfo(name="vasp", version="6.4.2", surrogate=False),
            packages={},
            preset="as run",
            parameters={},
            input_fingerprint="0" * 64,
            source_structure="here",
            parent_uuids=[],
        ),
    )


def lines(figure: Figure, name: str) -> list[np.ndarray]:
    return [
        np.asarray(line.get_xydata())
        for axes in figure.axes
        for line in axes.lines
        if line.get_gid() == name
    ]


def test_states_are_smoothed_and_spin_down_is_mirrored() -> None:
    figure = all_figures(result())["pdos"]
    for panel, state in enumerate(result().states):
        smooth = state.smoothed(10)
        for spin, sign in (("up", 1), ("down", -1)):
            drawn = lines(figure, f"Mn d {spin}")[panel]
            density = next(
                p.density for p in smooth.projections if (p.orbital, p.spin) == ("d", spin)
            )
            expected = np.interp(drawn[:, 0], smooth.energies, density)
            assert drawn[:, 1] == pytest.approx(sign * expected)
    assert [axes.texts[-1].get_text() for axes in figure.axes[:2]] == ["x = 1", "x = 2"]
    assert all(line[:, 0] == pytest.approx(0) for line in lines(figure, "Fermi level"))


def test_invisible_orbitals_are_left_out() -> None:
    figure = pdos_figure(result())
    assert lines(figure, "Mn s up") == []
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["Mn d", "O p"]


def test_densities_without_spin_point_up_and_can_be_unsmoothed() -> None:
    figure = pdos_figure(result(("both",)), points=1)
    assert all(line[:, 1].min() >= 0 for line in lines(figure, "Mn d both"))
    assert lines(figure, "Mn d both")[0][:, 1].max() == pytest.approx(5.0)
    assert "spin down" not in {text.get_text() for axes in figure.axes for text in axes.texts}
    assert figure.legends[0].get_title().get_text() == "not smoothed"


def test_zero_densities_are_refused() -> None:
    empty = result()
    for state in empty.states:
        for item in state.projections:
            item.density = [0.0] * len(item.density)
    with pytest.raises(ValueError, match="no states between -8 and 4 eV"):
        pdos_figure(empty)


def test_cell_is_counted_in_formula_units_of_an_insertion_compound() -> None:
    single = result()
    state = single.states[0].model_copy(update={"x": None, "formula": "Li8 Ni4 Mn12 O32"})
    [axes] = pdos_figure(single.model_copy(update={"states": [state]})).axes
    assert axes.texts[-1].get_text() == "8 LiNi$_{0.5}$Mn$_{1.5}$O$_{4}$"


def test_texts_of_a_single_state_are_inside_the_panel_above_the_curves() -> None:
    single = result()
    state = single.states[0].model_copy(update={"x": None, "formula": "Li16 Fe16 P16 O64"})
    figure = pdos_figure(single.model_copy(update={"states": [state]}))
    figure.draw_without_rendering()
    [axes] = figure.axes
    title = axes.texts[-1]
    assert title.get_text() == "16 LiFePO$_{4}$"
    bottom = axes.transData.inverted().transform(title.get_window_extent().get_points())[0, 1]
    curves = [line for line in axes.lines if line.get_gid() != "Fermi level"]
    assert max(np.max(line.get_ydata()) for line in curves) < bottom
    [label] = [text for text in figure.texts if "states/eV" in text.get_text()]
    extent = label.get_window_extent()
    assert extent.x0 > 0
    assert extent.y0 > 0
    assert extent.y1 < figure.bbox.y1


def test_orbitals_differ_in_line_style_too() -> None:
    figure = pdos_figure(result())
    styles = {line.get_gid(): line.get_linestyle() for axes in figure.axes for line in axes.lines}
    assert styles["Mn d up"] != styles["O p up"]


def test_texts_do_not_overlap_and_the_engine_is_named() -> None:
    figure = pdos_figure(result())
    figure.draw_without_rendering()
    stamp = next(text for text in figure.texts if text.get_gid() == "stamp")
    assert "vasp 6.4.2" in stamp.get_text()
    own = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    own += [axes.xaxis.label for axes in figure.axes] + figure.legends[0].get_texts()
    boxes = [(t, t.get_window_extent()) for t in own if isinstance(t, Text) and t.get_text()]
    clashes = [
        (a.get_text(), b.get_text())
        for (a, box_a), (b, box_b) in combinations(boxes, 2)
        if box_a.overlaps(box_b)
    ]
    assert clashes == []
