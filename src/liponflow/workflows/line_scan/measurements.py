"""Analysis of line scans as a registered object."""

from liponflow.workflows.measurement import Measurement

LINE_SCAN = Measurement(
    "line-scan",
    summary="Measure onsets and widths of elements across an interface (EDS, XPS).",
    options="liponflow.workflows.line_scan.files:LineScanOptions",
    function="liponflow.workflows.line_scan.files:measure_line_scan",
)
