"""Measurements of spectra as registered objects."""

from liponflow.workflows.measurement import Measurement

WHITE_LINES = Measurement(
    "white-lines",
    summary="Measure L3/L2 and the valence of a 3d metal in EELS spectra.",
    options="liponflow.workflows.eels.white_lines:WhiteLineOptions",
    function="liponflow.workflows.eels.white_lines:measure_white_lines",
)
EDGES = Measurement(
    "edges",
    summary="Measure the areas of edges along a scan of EELS spectra.",
    options="liponflow.workflows.eels.edge_scan:EdgeScanOptions",
    function="liponflow.workflows.eels.edge_scan:measure_edges",
)
MIXTURE = Measurement(
    "mixture",
    summary="Fit EELS spectra along a scan by sums of reference spectra.",
    options="liponflow.workflows.eels.mixture:MixtureOptions",
    function="liponflow.workflows.eels.mixture:measure_mixture",
)
