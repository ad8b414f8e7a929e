"""Measurements of diffraction as registered objects."""

from liponflow.workflows.measurement import Measurement

DIFFRACTION = Measurement(
    "diffraction",
    summary="Name the phases of a list of lattice spacings or of an HRTEM image.",
    options="liponflow.workflows.diffraction.files:DiffractionOptions",
    function="liponflow.workflows.diffraction.files:measure_diffraction",
)
