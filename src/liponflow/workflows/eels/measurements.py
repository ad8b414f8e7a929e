"""Measurements of spectra as registered objects."""

from liponflow.workflows.measurement import Measurement

WHITE_LINES = Measurement(
    "white-lines",
    summary="Measure L3/L2 and the valence of a 3d metal in EELS spectra.",
    options="liponflow.workflows.eels.white_lines:WhiteLineOptions",
    function="liponflow.workflows.eels.white_lines:measure_white_lines",
)
