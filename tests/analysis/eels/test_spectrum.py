import json

import numpy as np
import pytest
from monty.json import MontyDecoder, MontyEncoder
from pydantic import ValidationError

from liponflow.analysis.eels.spectrum import SiteSpectrum, Spectrum


def site_spectrum() -> SiteSpectrum:
    return SiteSpectrum(
        element="P",
        level="L3",
        site=3,
        spectrum=Spectrum(energies=[130.0, 130.5, 132.0], intensities=[0.0, 1e-6, 5e-7]),
        core_hole_width=0.15,
        scf_converged=True,
        scf_iterations=12,
        scf_change=1e-4,
        scf_radius=4,
        fms_radius=5,
        cluster_atoms=60,
        seconds=70.0,
        made_by="feff 10",
    )


def test_arrays_come_back_as_they_were_given():
    energy, intensity = np.array([1.0, 2.5, 3.0]), np.array([0.0, 2.0, 1.0])
    spectrum = Spectrum.from_arrays(energy, intensity)
    assert spectrum.energy.tolist() == energy.tolist()
    assert spectrum.intensity.tolist() == intensity.tolist()


@pytest.mark.parametrize(
    ("energies", "intensities", "message"),
    [
        ([1.0, 2.0], [1.0], "2 energies and 1 intensities"),
        ([1.0, 3.0, 2.0], [1.0, 1.0, 1.0], r"2 eV \(point 3\) follows 3 eV"),
        ([1.0, 2.0], [1.0, float("nan")], "finite number"),
        ([1.0, float("inf")], [1.0, 1.0], "finite number"),
        ([1.0], [1.0], "at least 2 items"),
    ],
)
def test_what_is_no_spectrum_is_refused(
    energies: list[float], intensities: list[float], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Spectrum(energies=energies, intensities=intensities)


def test_the_output_of_a_job_is_decoded():
    spectrum = site_spectrum()
    stored = json.loads(json.dumps(spectrum, cls=MontyEncoder))
    assert MontyDecoder().process_decoded(stored) == spectrum
    assert spectrum.edge == "P L3"


def test_a_sum_of_two_runs_is_not_the_spectrum_of_one():
    with pytest.raises(ValidationError, match="level"):
        SiteSpectrum(**site_spectrum().model_dump() | {"level": "L23"})
