from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from liponflow.analysis.diffraction import image_files
from liponflow.analysis.diffraction.image import ImageError
from liponflow.analysis.diffraction.image_files import read_image

VALUES = np.random.default_rng(0).integers(0, 250, (40, 50))


def written(folder: Path, values: np.ndarray, name: str = "x.tif", **options) -> Path:
    path = folder / name
    Image.fromarray(values).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (np.uint8, "x.png"),
        (np.uint16, "x.png"),
        (np.uint8, "x.tif"),
        (np.uint16, "x.tiff"),
        (np.int32, "x.tif"),
        (np.float32, "x.tif"),
    ],
)
def test_reads_the_values_of_every_kind(tmp_path: Path, kind: type, name: str) -> None:
    found = read_image(written(tmp_path, VALUES.astype(kind), name), 0.05)
    np.testing.assert_array_equal(found.intensity, VALUES)
    assert found.size == pytest.approx((2.0, 2.5))
    assert found.pixel_source == "--pixel"


def test_reads_equal_colours_and_refuses_marks(tmp_path: Path) -> None:
    grey = np.repeat(VALUES[..., None], 3, axis=2).astype(np.uint8)
    np.testing.assert_array_equal(
        read_image(written(tmp_path, grey, "x.png"), 0.05).intensity, VALUES
    )
    grey[3:6, 3:20] = (255, 0, 0)
    with pytest.raises(ImageError, match="an image in colours"):
        read_image(written(tmp_path, grey, "x.png"), 0.05)


def test_takes_the_pixel_of_imagej(tmp_path: Path) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "ImageJ=1.53\nunit=nm\n"
    tags[282] = 25.0
    path = written(tmp_path, VALUES.astype(np.uint16), tiffinfo=tags)
    found = read_image(path)
    assert found.pixel == pytest.approx(0.04)
    assert found.pixel_source == "TIFF of ImageJ"
    assert read_image(path, 0.05).pixel == 0.05


def test_asks_for_the_pixel(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="does not state the size of a pixel; give it as --pixel"):
        read_image(written(tmp_path, VALUES.astype(np.uint8)))


@pytest.mark.parametrize("pixel", [0.0001, 0.5, 50.0])
def test_refuses_impossible_pixels(tmp_path: Path, pixel: float) -> None:
    with pytest.raises(ImageError, match=r"is not between 0\.001 and 0\.25 nm"):
        read_image(written(tmp_path, VALUES.astype(np.uint8)), pixel)


def test_refuses_large_images_before_they_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, np.zeros((300, 300), np.uint8), "x.png")
    path.write_bytes(path.read_bytes()[:60])  # what follows the header is missing
    monkeypatch.setattr(image_files, "MOST_PIXELS", 80_000)
    with pytest.raises(ImageError, match="300 x 300 pixels, and at most 80,000 are read; crop"):
        read_image(path, 0.05)


def test_refuses_a_decompression_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, np.zeros((300, 300), np.uint8), "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ImageError, match="decompression bomb"):
        read_image(path, 0.05)


def test_refuses_stacks(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    first, second = (Image.fromarray(VALUES.astype(np.uint8)) for _ in range(2))
    first.save(path, save_all=True, append_images=[second])
    with pytest.raises(ImageError, match="a stack of 2 images"):
        read_image(path, 0.05)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((40, 40), 7, np.uint8), "every pixel is 7"),
        (np.full((40, 40), np.nan, np.float32), "not finite"),
        (VALUES[:20].astype(np.uint8), "50 x 20 pixels, fewer than 32"),
        (VALUES % 2 == 0, "pixels of the kind '1'"),
    ],
)
def test_refuses_what_shows_nothing(tmp_path: Path, values: np.ndarray, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        read_image(written(tmp_path, values), 0.05)


@pytest.mark.parametrize("name", ["x.jpg", "x", "x.pdf"])
def test_names_the_endings(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ImageError, match=r"give an image as \.png"):
        read_image(tmp_path / name, 0.05)


def test_warns_of_saturation(tmp_path: Path) -> None:
    clipped = np.minimum(VALUES, 200).astype(np.uint8)
    assert "saturated" in read_image(written(tmp_path, clipped), 0.05).doubts()[0]
    assert read_image(written(tmp_path, VALUES.astype(np.uint8)), 0.05).doubts() == []


class TestMicrograph:
    """What RosettaSciIO returns is made by hand: no micrograph may be distributed."""

    @staticmethod
    def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *signals):
        module = pytest.importorskip("rsciio.digitalmicrograph")
        monkeypatch.setattr(module, "file_reader", lambda *_, **__: list(signals))
        path = tmp_path / "x.dm4"
        path.write_bytes(b"")
        return read_image(path)

    @staticmethod
    def signal(values=VALUES, unit="nm", scales=(0.04, 0.04)):
        return {
            "data": values,
            "axes": [{"units": unit, "scale": scale} for scale in scales],
            "metadata": {},
        }

    def test_takes_the_image_and_not_its_thumbnail(self, tmp_path, monkeypatch) -> None:
        thumbnail = self.signal(VALUES[::2, ::2], "", (1.0, 1.0))
        found = self.read(tmp_path, monkeypatch, thumbnail, self.signal())
        np.testing.assert_array_equal(found.intensity, VALUES)
        assert (found.pixel, found.pixel_source) == (0.04, "DigitalMicrograph")

    @pytest.mark.parametrize(("unit", "scale"), [("Å", 0.4), ("µm", 4e-5)])
    def test_converts_units(self, tmp_path, monkeypatch, unit: str, scale: float) -> None:
        signal = self.signal(unit=unit, scales=(scale, scale))
        assert self.read(tmp_path, monkeypatch, signal).pixel == pytest.approx(0.04)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"unit": "1/nm"}, "a diffraction pattern"),
            ({"scales": (0.04, 0.05)}, "not square"),
            ({"values": VALUES.astype(complex)}, "complex numbers"),
            ({"unit": "eV"}, "holds no image of two directions"),
            ({"unit": ""}, "does not state the size of a pixel"),
        ],
    )
    def test_refuses_others(self, tmp_path, monkeypatch, changes, message: str) -> None:
        with pytest.raises(ImageError, match=message):
            self.read(tmp_path, monkeypatch, self.signal(**changes))
