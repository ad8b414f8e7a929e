"""Phases by their surroundings: noisy crystals are named right, and a glass is not a crystal."""

import sys

import numpy as np
import pytest

from liponflow.analysis.interface.phases import (
    AMORPHOUS,
    PhaseNamer,
    PhaseNamesError,
    noisy,
)
from liponflow.structures.glass.library import library_glasses
from liponflow.structures.phases import phase

CRYSTALS = {
    "Li": ("Li_bcc",),
    "Li2O": ("Li2O",),
    "Li3N": ("Li3N_alpha",),
    "Li3P": ("Li3P",),
    "Li3PO4": ("Li3PO4_gamma",),
}
RECALL = {0.2: 0.9, 0.3: 0.88, 0.4: 0.75}
"""Least share of the atoms of a crystal that is named by it, by displacement (Å)."""
MISNAMED = 0.01
"""Largest share that is named by another crystal."""
CRYSTALLINE = 0.02
"""Largest share of a glass that is named by a crystal."""


@pytest.fixture(scope="module")
def namer() -> PhaseNamer:
    crystals = {
        name: [phase(entry).structure() for entry in entries] for name, entries in CRYSTALS.items()
    }
    return PhaseNamer(crystals, [model.structure() for model in library_glasses()], [], seed=1)


@pytest.mark.parametrize("noise", RECALL)
@pytest.mark.parametrize("name", CRYSTALS)
def test_noisy_crystals_are_named_right(namer: PhaseNamer, name: str, noise: float) -> None:
    [entry] = CRYSTALS[name]
    rng = np.random.default_rng(11)
    names = namer.name(noisy(phase(entry).structure(), rng, noise, strain=0.02))
    assert (names == name).mean() >= RECALL[noise]
    others = [other for other in CRYSTALS if other != name]
    assert np.isin(names, others).mean() <= MISNAMED


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.4])
def test_glass_is_not_crystalline(namer: PhaseNamer, noise: float) -> None:
    rng = np.random.default_rng(12)
    names = np.concatenate(
        [namer.name(noisy(model.structure(), rng, noise, 0.02)) for model in library_glasses()]
    )
    assert np.isin(names, list(CRYSTALS)).mean() < CRYSTALLINE
    assert (names == AMORPHOUS).mean() > 0.9


def test_the_seed_determines_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liponflow.analysis.interface.phases.NOISE", (0.3,))
    monkeypatch.setattr("liponflow.analysis.interface.phases.COPIES", 1)
    crystals = {"Li": [phase("Li_bcc").structure()]}
    glasses = [library_glasses()[0].structure()]
    structure = noisy(phase("Li_bcc").structure(), np.random.default_rng(0), 0.5)
    first, second = (PhaseNamer(crystals, glasses, [], seed=3) for _ in range(2))
    assert first.name(structure).tolist() == second.name(structure).tolist()


def test_without_dscribe_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dscribe.descriptors", None)
    with pytest.raises(PhaseNamesError, match=r"pip install 'liponflow\[interface\]'"):
        PhaseNamer({"Li": [phase("Li_bcc").structure()]}, [], [])
