"""Neutron depth profiling as a registered object."""

from liponflow.workflows.measurement import Measurement

DEPTH_PROFILE = Measurement(
    "depth-profile",
    summary="Measure Li against depth by neutrons, and what an interface gained.",
    options="liponflow.workflows.depth_profile.files:DepthProfileOptions",
    function="liponflow.workflows.depth_profile.files:measure_depth_profile",
)
