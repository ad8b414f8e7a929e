"""Reading of images of lattices: PNG, TIFF and DigitalMicrograph."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from liponflow.analysis.diffraction.image import ImageError, LatticeImage, checked_image
from liponflow.analysis.instruments import read_signals
from liponflow.arrays import FloatArray
from liponflow.boundary import check_is_file, file_boundary

PICTURES = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
"""Format of Pillow by the ending of the file."""
MICROGRAPHS = {".dm3": "digitalmicrograph", ".dm4": "digitalmicrograph"}
"""Module of RosettaSciIO by the ending of the file."""

MOST_PIXELS = 1 << 26
"""Largest number of pixels, those of a camera of 8192 x 8192: 512 MB as numbers."""
LEAST_PIXEL, LARGEST_PIXEL = 0.001, 0.25
"""Sizes of a pixel that are accepted (nm): larger ones resolve no spacing below 5 Å."""

REMEDY = f"give an image as {', '.join([*PICTURES, *MICROGRAPHS])}"

_GREY = {"L", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
_COLOURS = {"RGB", "RGBA", "LA"}
_NANOMETRES = {"nm": 1.0, "å": 0.1, "a": 0.1, "angstrom": 0.1, "µm": 1000.0, "um": 1000.0}
_DESCRIPTION, _X_RESOLUTION = 270, 282
"""Tags of TIFF."""
_UNIT = re.compile(r"^unit=(.+?)\s*$", re.MULTILINE)
_DIRECTIONS = 2


def is_image(path: Path) -> bool:
    """Return whether the ending of a file is that of an image."""
    return path.suffix.lower() in {*PICTURES, *MICROGRAPHS}


def read_image(path: Path, pixel: float | None = None) -> LatticeImage:
    """Read an image.

    Parameters
    ----------
    path
        PNG or TIFF with one channel of 8 or 16 bits, 32-bit integers or floating-point numbers, or
        Gatan DigitalMicrograph (.dm3, .dm4). Colours are accepted if all are equal.
    pixel
        Size of a pixel (nm), in place of the file's own. Only DigitalMicrograph and TIFF of ImageJ
        state one.

    Raises
    ------
    ImageError
        If the file cannot be read, is too large, in colours, a stack or a diffraction pattern, or
        the size of a pixel is unknown or impossible.
    """
    path = path.expanduser()
    check_is_file(path, ImageError, remedy=REMEDY)
    ending = path.suffix.lower()
    if not is_image(path):
        raise ImageError(
            f"{path}: unknown ending {ending or '(none)'}; {REMEDY}. JPEG blurs the fringes"
        )
    with file_boundary(path, ImageError, what="an image", remedy="export it again as TIFF"):
        read = _picture if ending in PICTURES else _micrograph
        intensity, own, origin = read(path)
    if pixel is not None:
        own, origin = pixel, "--pixel"
    if own is None:
        raise ImageError(
            f"{path}: does not state the size of a pixel; give it as --pixel SIZE (nm)"
        )
    if not LEAST_PIXEL <= own <= LARGEST_PIXEL:
        raise ImageError(
            f"{path}: a pixel of {own:g} nm ({origin}) is not between {LEAST_PIXEL:g} and "
            f"{LARGEST_PIXEL:g} nm, where lattices are resolved; give the right one as --pixel "
            "SIZE (nm)"
        )
    return checked_image(intensity, own, origin, str(path))


def _picture(path: Path) -> tuple[FloatArray, float | None, str]:
    with warnings.catch_warnings():
        # Pillow warns of large images and of damaged tags; we refuse the one and read the other.
        warnings.simplefilter("ignore")
        with Image.open(path, formats=[PICTURES[path.suffix.lower()]]) as picture:
            _check_pixels(path, *picture.size)
            frames = getattr(picture, "n_frames", 1)
            if frames > 1:
                raise ImageError(f"{path}: a stack of {frames} images; export one of them")
            if picture.mode not in _GREY | _COLOURS:
                raise ImageError(
                    f"{path}: pixels of the kind {picture.mode!r}, not grey of 8 or 16 bits; "
                    "export it again as TIFF with 16 bits"
                )
            values = np.asarray(picture)
            pixel = _imagej_pixel(picture)
    if values.ndim > _DIRECTIONS:
        colours = values[..., :3] if picture.mode != "LA" else values[..., :1]
        if (colours != colours[..., :1]).any():
            raise ImageError(
                f"{path}: an image in colours, and marks in it would be taken for fringes; export "
                "the grey image without marks and scale bar"
            )
        values = colours[..., 0]
    return values.astype(np.float64), pixel, "TIFF of ImageJ"


def _check_pixels(path: Path, columns: int, rows: int) -> None:
    if rows * columns > MOST_PIXELS:
        raise ImageError(
            f"{path}: {columns} x {rows} pixels, and at most {MOST_PIXELS:,} are read; crop it"
        )


def _imagej_pixel(picture: Image.Image) -> float | None:
    """Return the size of a pixel that ImageJ wrote into a TIFF (nm)."""
    tags: Any = getattr(picture, "tag_v2", {})
    description = str(tags.get(_DESCRIPTION, ""))
    unit = _UNIT.search(description)
    if not description.startswith("ImageJ") or unit is None:
        return None
    name = unit[1].encode("ascii", "ignore").decode() if "\\u" not in unit[1] else "um"
    scale = _NANOMETRES.get(unit[1].lower(), _NANOMETRES.get(name.lower()))
    resolution = float(tags.get(_X_RESOLUTION, 0))
    return scale / resolution if scale is not None and resolution > 0 else None


def _micrograph(path: Path) -> tuple[FloatArray, float | None, str]:
    module = MICROGRAPHS[path.suffix.lower()]
    with read_signals(path, module, ImageError, instead="export the image as TIFF") as signals:
        images = [
            item
            for item in signals
            if len(item["axes"]) == _DIRECTIONS and not _in_energy(item["axes"])
        ]
        if not images:
            raise ImageError(f"{path}: holds no image of two directions")
        # DigitalMicrograph puts a thumbnail before the image.
        item = max(images, key=lambda one: one["data"].size)
        units = {str(axis.get("units", "")) for axis in item["axes"]}
        if any("1/" in unit or "-1" in unit for unit in units):
            raise ImageError(
                f"{path}: a diffraction pattern (axes in {', '.join(sorted(units))}); give the "
                "image, or the spacings of its spots as a list"
            )
        if np.issubdtype(item["data"].dtype, np.complexfloating):
            raise ImageError(f"{path}: holds complex numbers, such as a transform; give the image")
        rows, columns = item["data"].shape
        _check_pixels(path, columns, rows)
        scales = [float(axis["scale"]) for axis in item["axes"]]
        values: FloatArray = np.asarray(item["data"], dtype=np.float64)
    factor = _NANOMETRES.get(next(iter(units)).lower()) if len(units) == 1 else None
    if factor is None:
        return values, None, ""
    if not np.isclose(scales[0], scales[1], rtol=1e-3):
        raise ImageError(
            f"{path}: pixels of {scales[0]:g} x {scales[1]:g} are not square; resample the image"
        )
    return values, scales[0] * factor, "DigitalMicrograph"


def _in_energy(axes: list[dict[str, Any]]) -> bool:
    return any(str(axis.get("units", "")).lower() in {"ev", "kev"} for axis in axes)
