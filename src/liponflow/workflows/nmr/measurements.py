"""Deconvolution of ³¹P spectra as a registered object."""

from liponflow.workflows.measurement import Measurement

NMR = Measurement(
    "nmr",
    summary="Find the shares of phosphate units in ³¹P spectra, beside those of models.",
    options="liponflow.workflows.nmr.files:NmrOptions",
    function="liponflow.workflows.nmr.files:measure_nmr",
)
