"""Measurement of transport as a registered object."""

from liponflow.workflows.measurement import Measurement

TRANSPORT = Measurement(
    "transport",
    summary="Measure diffusion and conductivity of an ion in trajectories.",
    options="liponflow.workflows.transport.files:TransportOptions",
    function="liponflow.workflows.transport.files:measure_transport",
)
