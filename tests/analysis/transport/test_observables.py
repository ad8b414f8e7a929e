"""Numbers of transport that are compared between engines."""

from dataclasses import replace
from math import log10
from pathlib import Path

import numpy as np
import pytest
from lattice_gas import lattice_gas
from scan_results import transport
from stability_results import made_by
from walks import blocks, wrapped

from liponflow.analysis.transport.observables import observables
from liponflow.analysis.transport.run import follow_run
from liponflow.analysis.transport.summary import summarise


def test_jumps_and_shells_are_named_by_the_target() -> None:
    frames = lattice_gas(frames=400, ions=10, repeats=2, residence=0.6, seed=1)
    frames = wrapped(replace(frames, temperatures=np.full(400, 980.0)))
    run = follow_run([Path("gas")], lambda _: blocks(frames), species="Li")
    run.target = 1000.0
    result = summarise([run], made_by(), species="Li", charge=1, hop_length=1.5)
    found = {(one.quantity, one.subject): one for one in observables(result)}
    residence = result.points[0].sites.residences[0]
    assert found["jump rate", "1000 K"].value == pytest.approx(1 / residence.time)
    shares = [one for one in found.values() if one.quantity == "share of ions"]
    assert shares[0].subject.endswith(" at 1000 K")
    assert sum(one.value for one in shares) == pytest.approx(1, abs=0.1)
    value = found["log10 of the diffusivity in cm²/s", "1000 K"].value
    assert value == pytest.approx(log10(result.points[0].diffusivity))


def test_the_line_is_compared_at_room_temperature() -> None:
    line = transport(1e-6).arrhenius
    result = transport(1e-6).model_copy(update={"points": [], "arrhenius": line})
    energy, conductivity = observables(result)
    assert (energy.quantity, energy.value, energy.unit) == ("activation energy", 0.5, "eV")
    assert conductivity.value == pytest.approx(-6)
