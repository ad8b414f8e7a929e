"""Measurements of conductivity as registered objects."""

from liponflow.workflows.measurement import Measurement

IMPEDANCE = Measurement(
    "impedance",
    summary="Fit a circuit to impedance spectra; with thickness and area, the conductivity.",
    options="liponflow.workflows.impedance.files:ImpedanceOptions",
    function="liponflow.workflows.impedance.files:measure_impedance",
)
POLARISATION = Measurement(
    "polarisation",
    summary="Measure the electronic conductivity from the current under constant voltage.",
    options="liponflow.workflows.impedance.files:PolarisationOptions",
    function="liponflow.workflows.impedance.files:measure_polarisation",
)
