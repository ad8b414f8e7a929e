import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import pytest
from full_disk import full_disk

from liponflow import __version__
from liponflow.analysis.lithiation.result import LithiationResult, LithiationState
from liponflow.analysis.stability.result import InterfacePoint, WindowSegment
from liponflow.figures.style import (
    ELEMENT_COLOURS,
    axis_label,
    element_colour,
    new_figure,
    save,
    stamp,
    styled,
)

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def test_stamp_names_engine_preset_and_version(result: LithiationResult) -> None:
    figure = new_figure(3.5, 3)
    stamp(figure, result)
    [text] = [text.get_text() for text in figure.texts]
    assert "chgnet 0.3.0" in text
    assert "not DFT" in text
    assert "preset quick" in text
    assert f"liponflow {__version__}" in text


def test_stamp_has_not_dft_only_for_surrogates(result: LithiationResult) -> None:
    engine = result.provenance.engine.model_copy(update={"name": "vasp", "surrogate": False})
    provenance = result.provenance.model_copy(update={"engine": engine})
    figure = new_figure(3.5, 3)
    stamp(figure, result.model_copy(update={"provenance": provenance, "converged": False}))
    assert "not DFT" not in figure.texts[0].get_text()
    assert figure.texts[0].get_text().startswith("NOT CONVERGED")


def test_stamp_fits_below_the_axes_of_the_narrowest_figure(
    result: LithiationResult,
) -> None:
    figure = new_figure(3.5, 2.5)
    axes = figure.add_subplot(xlabel="x")
    stamp(figure, result.model_copy(update={"converged": False}))
    figure.draw_without_rendering()
    box = figure.texts[0].get_window_extent()
    assert figure.bbox.x0 <= box.x0
    assert box.x1 <= figure.bbox.x1
    assert box.y0 >= figure.bbox.y0
    assert box.y1 <= axes.get_tightbbox().y0


def test_full_disk_keeps_earlier_figures(tmp_path: Path) -> None:
    figure = new_figure(3.5, 2.5)
    paths = save(figure, tmp_path / "voltage")
    before = [path.read_bytes() for path in paths]
    for suffix in MAGIC:
        with full_disk(), pytest.raises(OSError, match=rf"voltage\.{suffix}"):
            save(figure, tmp_path / "voltage", [suffix])
    assert [path.read_bytes() for path in paths] == before
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_saving_twice_gives_identical_files(tmp_path: Path) -> None:
    def draw(folder: str) -> list[bytes]:
        figure = new_figure(3.5, 2.5)
        figure.add_subplot().plot([0, 1], [1, 2], marker="o")
        paths = save(figure, tmp_path / folder / "voltage")
        assert [path.name for path in paths] == ["voltage.png", "voltage.svg", "voltage.pdf"]
        return [path.read_bytes() for path in paths]

    first = draw("a")
    assert [content[: len(MAGIC[kind])] for kind, content in zip(MAGIC, first, strict=True)] == [
        *MAGIC.values()
    ]
    assert first == draw("b")


def test_svg_keeps_text_as_text(tmp_path: Path) -> None:
    figure = new_figure(3.5, 2.5)
    figure.add_subplot(xlabel="lithium content")
    [path] = save(figure, tmp_path / "a", formats=["svg"])
    assert "lithium content" in "".join(ET.parse(path).getroot().itertext())  # noqa: S314


def test_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown figure format 'bmp': choose from"):
        save(new_figure(3, 3), tmp_path / "a", formats=["png", "bmp"])
    assert list(tmp_path.iterdir()) == []


def test_style_does_not_change_the_global_settings() -> None:
    before = dict(mpl.rcParams)
    inside: list[str] = []

    @styled
    def draw():
        inside.append(mpl.rcParams["svg.hashsalt"])
        return new_figure(3, 3)

    draw()
    assert inside == ["liponflow"]
    assert dict(mpl.rcParams) == before


def test_listed_elements_have_distinct_colours_and_others_share_one() -> None:
    assert len(set(ELEMENT_COLOURS.values())) == len(ELEMENT_COLOURS)
    assert element_colour("Xe") not in ELEMENT_COLOURS.values()


def test_axis_label_takes_name_and_unit_from_the_field() -> None:
    assert axis_label(LithiationState, "moments") == "|magnetic moment| (µ$_B$)"
    assert axis_label(LithiationState, "energy_above_hull", prefix="m", wrapped=True) == (
        "energy above the hull\n(meV/f.u.)"
    )
    assert axis_label(InterfacePoint, "energy", per="other than Li") == (
        "reaction energy (eV/atom other than Li)"
    )
    assert axis_label(WindowSegment, "li_exchanged", name="Li taken up") == "Li taken up"


def test_axis_label_of_field_without_unit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"LithiationState\.family states no unit"):
        axis_label(LithiationState, "family")
