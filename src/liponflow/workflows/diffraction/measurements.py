"""Measurements of diffraction as registered objects."""

from liponflow.workflows.measurement import Measurement

DIFFRACTION = Measurement(
    "diffraction",
    summary="Name the phases of a list of lattice spacings or of an HRTEM image.",
    options="liponflow.workflows.diffraction.files:DiffractionOptions",
    function="liponflow.workflows.diffraction.files:measure_diffraction",
)
LAYERS = Measurement(
    "layers",
    summary="Name the phases of the tiles of HRTEM images, and find the layers they form.",
    options="liponflow.workflows.diffraction.layers:LayerOptions",
    function="liponflow.workflows.diffraction.layers:measure_layers",
)
HALO = Measurement(
    "halo",
    summary="Measure the first sharp peak and the X-ray halo of a glass model.",
    options="liponflow.workflows.diffraction.halo:HaloOptions",
    function="liponflow.workflows.diffraction.halo:measure_halo",
)
PATTERN = Measurement(
    "pattern",
    summary="Simulate powder patterns of crystals for X-rays, neutrons or electrons.",
    options="liponflow.workflows.diffraction.pattern:PatternOptions",
    function="liponflow.workflows.diffraction.pattern:simulate_patterns",
)
