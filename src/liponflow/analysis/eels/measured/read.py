"""Reading of measured spectra, by the ending of the file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from liponflow.analysis.eels.measured.instrument_files import READERS, read_instrument_file
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError, line_scan
from liponflow.analysis.eels.measured.text_files import read_columns
from liponflow.boundary import check_is_file, file_boundary

TEXT = (".csv", ".txt", ".tsv", ".dat")
REMEDY = f"give a measured spectrum as {', '.join([*TEXT, *READERS])}"


def read_measured(path: Path, axis: tuple[float, float] | None = None) -> MeasuredSpectrum:
    """Read a measured spectrum, a line scan or a map.

    Parameters
    ----------
    path
        File; its ending tells the format.
    axis
        Energy of the first channel and the width of a channel (eV), where the file is not
        calibrated.

    Raises
    ------
    SpectrumError
        If the file cannot be read, or is not a measured spectrum, or the axis has no width.
    """
    if axis is not None and not axis[1] > 0:
        raise SpectrumError(
            f"{path}: --axis {axis[0]:g} {axis[1]:g}: the channel width must be above 0 eV; give "
            "the energy of the first channel, then the width"
        )
    path = path.expanduser()
    check_is_file(path, SpectrumError, remedy=REMEDY)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = suffixes[-1] if suffixes else ""
    if ending == ".json":
        raise SpectrumError(
            f"{path}: a result document, not a measured spectrum; spectra of a simulation have a "
            "white-line ratio of about 2 whatever the valence"
        )
    with file_boundary(path, SpectrumError, what="a measured spectrum", remedy=REMEDY):
        if ending in READERS:
            return read_instrument_file(path, axis)
        if any(suffix in TEXT for suffix in suffixes):
            return read_columns(path, axis)
    raise SpectrumError(f"{path}: unknown ending {ending or '(none)'}; {REMEDY}")


def read_scan(
    paths: Sequence[Path],
    axis: tuple[float, float] | None = None,
    low_loss: Path | None = None,
) -> MeasuredSpectrum:
    """Read one file, or several as the points of one line scan.

    Parameters
    ----------
    paths
        Files in order.
    axis
        Energy of the first channel and the width of a channel (eV), for uncalibrated files.
    low_loss
        File of the low-loss spectrum; None for that of the files themselves, if they hold one.

    Raises
    ------
    SpectrumError
        If a file cannot be read, or the files have different axes.
    """
    scan = line_scan([read_measured(path, axis) for path in paths])
    return scan if low_loss is None else replace(scan, low_loss=read_measured(low_loss))
