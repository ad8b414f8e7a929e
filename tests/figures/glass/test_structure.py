"""Figures and pages of glass models."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.result import EngineInfo
from liponflow.figures.glass.structure import (
    all_pages,
    formers,
    structure_figure,
    structure_view,
)


@pytest.fixture(scope="module")
def structure() -> Structure:
    """Return a cell with PO3N and a Li."""
    arms = 1.54 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    species = ["P", "N", "O", "O", "O", "Li"]
    coords = [[3, 3, 3], *(3 + arms), [5, 5, 1]]
    return Structure(Lattice.cubic(6), species, coords, coords_are_cartesian=True)


def result(structure: Structure, n_models: int = 2, name: str = "chgnet"):
    """Return a stand-in for a GlassResult with the fields that the figures read."""
    models = [
        SimpleNamespace(seed=seed, density=2.3, structure=structure) for seed in range(n_models)
    ]
    engine = EngineInfo(name=name, version="0.4.2", weights="0.3.0", surrogate=True)
    made = SimpleNamespace(engine=engine, preset="quick")
    return SimpleNamespace(models=models, formula="Li2P<b>", converged=True, provenance=made)


@pytest.mark.parametrize(("n_models", "drawn"), [(1, 1), (2, 2), (5, 3)])
def test_figure_has_up_to_three_models_with_legend_and_stamp(
    structure: Structure, n_models: int, drawn: int
) -> None:
    figure = structure_figure(result(structure, n_models))
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert len(panels) == drawn
    assert panels[0].get_title() == "seed 0: 2.30 g/cm³"
    legend = figure.axes[-1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["P", "Li", "N", "O"]
    stamps = [text.get_text() for text in figure.texts if text.get_gid() == "stamp"]
    assert "not DFT" in stamps[0]


def test_polyhedra_and_highlighted_spheres_are_drawn(structure: Structure) -> None:
    figure = structure_figure(result(structure, 1))
    radii = sorted({round(p.radius, 2) for p in figure.axes[0].patches if hasattr(p, "radius")})
    assert radii[-1] == pytest.approx(0.42)  # N, the largest
    assert any(type(patch).__name__ == "Polygon" for patch in figure.axes[0].patches)


def test_sulfur_is_a_centre_only_without_other_formers() -> None:
    cell = Lattice.cubic(9)
    assert formers(Structure(cell, ["S", "O"], [[0, 0, 0], [0.2, 0, 0]])) == ["S"]
    thio = Structure(cell, ["P", "S"], [[0, 0, 0], [0.2, 0, 0]])
    assert formers(thio) == ["P"]


def test_page_loads_nothing_and_escapes_everything(structure: Structure) -> None:
    page = structure_view(structure, "<script>alert(1)</script>", 'a "b" & <c>')
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&quot;b&quot; &amp; &lt;c&gt;" in page
    # The policy forbids the browser to fetch anything, and no tag does.
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)\s*=", page)


def test_page_contains_every_atom_and_the_polyhedron(structure: Structure) -> None:
    page = structure_view(structure, "title", "engine")
    data = page.split("Plotly.newPlot(", 1)[1]
    data = data[data.index("[", data.index("structure")) :]
    traces = json.JSONDecoder().raw_decode(data)[0]
    atoms = {t["name"]: len(t["x"]) for t in traces if t.get("mode") == "markers"}
    assert atoms == {"Li": 1, "N": 1, "O": 3, "P": 1}
    (mesh,) = [trace for trace in traces if trace["type"] == "mesh3d"]
    assert len(mesh["x"]) == 4
    assert len(mesh["i"]) == 4
    labels = [label for t in traces if t.get("mode") == "markers" for label in t["text"]]
    assert "N 2" in labels


def test_each_model_has_a_page_that_names_the_engine(structure: Structure) -> None:
    pages = all_pages(result(structure))
    assert list(pages) == ["structure-seed-0", "structure-seed-1"]
    for page in pages.values():
        assert "machine-learned potential, not DFT" in page
        assert "Li2P&lt;b&gt;" in page
