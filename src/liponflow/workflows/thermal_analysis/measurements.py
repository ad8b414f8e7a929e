"""Analysis of calorimetry as a registered object."""

from liponflow.workflows.measurement import Measurement

THERMAL_ANALYSIS = Measurement(
    "thermal-analysis",
    summary="Find onset and inflection of a glass transition in a trace of calorimetry.",
    options="liponflow.workflows.thermal_analysis.files:ThermalAnalysisOptions",
    function="liponflow.workflows.thermal_analysis.files:measure_thermal_analysis",
)
