from pathlib import Path

import numpy as np
import pytest
from lattice_images import GRAINS, grain
from PIL import Image

from liponflow.analysis.diffraction.result import DiffractionResult
from liponflow.analysis.kinds import get_kind
from liponflow.crystals.checked import StructureError
from liponflow.structures.diffraction import measured_crystal
from liponflow.workflows.measurement import get_measurement

PIXEL = 0.05


def measured(path: Path, **given) -> DiffractionResult:
    result = get_measurement("diffraction").measure([path], given)
    assert isinstance(result, DiffractionResult)
    return result


def picture(folder: Path, *phases: str, noise: float = 1.0, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    image = noise * rng.normal(size=(192, 192))
    for place, phase in enumerate(phases):
        waves = GRAINS[phase][0]
        part = slice(place * 192 // len(phases), (place + 1) * 192 // len(phases))
        shifts = rng.uniform(0, 6, len(waves))
        image[:, part] += grain(image[:, part].shape, PIXEL, waves, rng.uniform(0, 180), shifts)
    scaled = (image - image.min()) / np.ptp(image) * 65535
    path = folder / "image.tif"
    Image.fromarray(scaled.astype(np.uint16)).save(path)
    return path


def test_names_the_phases_of_a_list(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("d (Å)\n2.482\n2.667\n3.875\n", encoding="utf-8")
    result = measured(path, tolerance="1", phases=["Li_bcc", "Li2O", "Li3N_alpha", "Li3PO4_beta"])
    assert [line.phases for line in result.lines] == ["Li_bcc", "Li2O", "Li3N_alpha"]
    assert [line.indices for line in result.lines] == ["(110)", "(111)", "(001)"]
    assert result.lines[0].deviation == pytest.approx(0.0, abs=0.05)
    assert "named by one line each" in result.warnings[0]
    assert DiffractionResult.model_validate(result.model_dump()) == result


@pytest.mark.parametrize("phase", ["Li", "Li2O", "Li3N", "Li3PO4"])
def test_names_the_phase_and_the_zone_of_an_image(tmp_path: Path, phase: str) -> None:
    names = {"Li": "Li_bcc", "Li3N": "Li3N_alpha", "Li3PO4": "Li3PO4_beta"}
    result = measured(picture(tmp_path, phase), pixel=str(PIXEL))
    expected = names.get(phase, phase)
    assert expected in result.lines[0].phases.split(" or ")
    if phase != "Li3PO4":  # its gamma form has nearly the same strong lines
        assert result.verdict == expected
    [zone] = result.zones[:1]
    assert zone.angle == pytest.approx(zone.expected, abs=2.0)
    assert result.picture is not None
    assert result.picture.size == pytest.approx([9.6, 9.6])


def test_names_two_phases_of_one_image(tmp_path: Path) -> None:
    result = measured(picture(tmp_path, "Li", "Li2O"), pixel=str(PIXEL))
    assert {"Li_bcc", "Li2O"} <= {line.phases for line in result.lines}


def test_noise_is_no_phase(tmp_path: Path) -> None:
    result = measured(picture(tmp_path, seed=1), pixel=str(PIXEL))
    assert (result.verdict, result.lines) == ("none", [])
    assert "no spot or ring is above the noise" in result.warnings[0]


def test_takes_files_as_the_only_candidates(tmp_path: Path) -> None:
    cif = tmp_path / "oxide.cif"
    measured_crystal("Li2O").structure.to(filename=str(cif))
    path = tmp_path / "d.csv"
    path.write_text("2.667\n1.633\n", encoding="utf-8")
    result = measured(path, structures=[str(cif)])
    assert [one.phase for one in result.candidates] == [str(cif)]
    assert result.verdict == str(cif)
    both = measured(path, structures=[str(cif)], phases=["Li2O"])
    assert " or " in both.lines[0].phases


def test_says_where_a_lattice_was_computed(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("3.668\n2.11\n2.17\n", encoding="utf-8")
    result = measured(path, phases=["Li3P"])
    assert result.verdict == "Li3P"
    assert any("lattice of Li3P was relaxed with PBE" in text for text in result.warnings)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"elements": ["Xx"]}, "--elements Xx: is not an element"),
        ({"elements": ["Xe"]}, "the library has no crystal of these"),
        ({"phases": ["Li_bc"]}, "did you mean"),
        ({"phases": ["Li2O"], "elements": ["Li"]}, "give one of them"),
        ({"spacings": ["6", "1"]}, "--spacings 6 1"),
        ({"tolerance": "50"}, "--tolerance 50"),
    ],
)
def test_refuses_options(tmp_path: Path, given: dict, message: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text("2.48\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        measured(path, **given)


def test_refuses_two_files_and_unknown_structures(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("2.48\n", encoding="utf-8")
    with pytest.raises(ValueError, match="one list or image is measured at a time"):
        get_measurement("diffraction").measure([path, path], {})
    with pytest.raises(StructureError, match="no such file"):
        measured(path, structures=[str(tmp_path / "absent.cif")])


def test_an_image_that_shows_no_spacing_of_the_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="check the size of a pixel"):
        measured(picture(tmp_path, "Li"), pixel="0.2", spacings=["1.8", "3.0"])


def test_the_figures_have_every_line_and_name(tmp_path: Path) -> None:
    result = measured(picture(tmp_path, "Li", "Li2O"), pixel=str(PIXEL))
    figures = get_kind("diffraction").draw(result)
    assert set(figures) == {"spacings", "transform"}
    texts = {text.get_text() for text in figures["transform"].axes[1].texts}
    assert {line.indices for line in result.lines if line.indices} <= texts
    legend = figures["transform"].axes[1].get_legend()
    assert {"Li_bcc", "Li2O"} <= {text.get_text() for text in legend.get_texts()}
    rows = figures["spacings"].axes
    assert len(rows) == 1 + sum(bool(one.spacing) for one in result.candidates)
    assert len(rows[0].lines) == len(result.lines)
