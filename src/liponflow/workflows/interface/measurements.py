"""Measurement of interfaces as a registered object."""

from liponflow.workflows.measurement import Measurement

INTERFACE = Measurement(
    "interface",
    summary="Measure what forms at an interface in a trajectory.",
    options="liponflow.workflows.interface.files:InterfaceOptions",
    function="liponflow.workflows.interface.files:measure_interface",
)
