"""Bands on surfaces with known saddles, and in a crystal against ASE."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from ase.mep import NEB
from ase.optimize import FIRE
from model_surface import BEND, CENTRE, ModelSurface, Path, model_path

from liponflow.arrays import FloatArray
from liponflow.engines.potential.evaluation import Remembered, evaluate_with
from liponflow.engines.potential.neb.band import Band
from liponflow.engines.potential.neb.relaxation import RelaxedBand, relax_band
from liponflow.structures.migration.images import PathMirror

EXACT = 1e-3
"""eV, to which a barrier is that of the surface, and half a path that of the whole."""
TIGHT = 5e-3
"""eV/Å."""


def relaxed(path: Path, calculator: Any, *, half: bool = False, **options: Any) -> RelaxedBand:
    band = Band(
        path.copy(),
        evaluate_with(calculator),
        mirror=path.mirror if half else None,
        climbing=options.pop("climbing", True),
    )
    found = relax_band(band, force_limit=options.pop("limit", TIGHT), max_steps=300, **options)
    assert found.converged
    return found


def barriers(found: RelaxedBand) -> tuple[float, float]:
    energies = found.state.energies
    return energies.max() - energies[0], energies.max() - energies[-1]


@pytest.mark.parametrize("optimiser", ["LBFGS", "BFGS", "FIRE"])
def test_climbing_image_finds_the_saddle_of_a_bent_valley(optimiser: str) -> None:
    surface = ModelSurface(height=0.4)
    found = relaxed(model_path(surface), surface, optimiser=optimiser)
    assert barriers(found) == pytest.approx((0.4, 0.4), abs=EXACT)


def test_forward_and_reverse_barriers_of_a_tilted_valley_differ() -> None:
    surface = ModelSurface(height=0.4, tilt=0.07)
    found = relaxed(model_path(surface), surface)
    first, last = surface.along(np.array(surface.minima))
    assert barriers(found) == pytest.approx(
        (surface.barrier, surface.barrier + first - last), abs=EXACT
    )
    assert barriers(found)[0] > barriers(found)[1] + 0.1


@pytest.mark.parametrize("dip", [0.0, 0.35], ids=["one top", "two tops"])
@pytest.mark.parametrize("climbing", [True, False])
def test_half_a_symmetric_path_gives_the_whole_band(*, dip: float, climbing: bool) -> None:
    surface = ModelSurface(height=0.4, dip=dip)
    path = model_path(surface, 9)
    whole, half = (
        relaxed(path, ModelSurface(height=0.4, dip=dip), half=half, climbing=climbing)
        for half in (False, True)
    )
    assert barriers(half) == pytest.approx(barriers(whole), abs=EXACT)
    if climbing:
        assert barriers(half) == pytest.approx((surface.barrier,) * 2, abs=EXACT)
    energies = half.state.energies
    assert energies == pytest.approx(energies[::-1], abs=1e-12)


def test_half_a_symmetric_path_computes_half_the_images() -> None:
    surface = ModelSurface()
    path = model_path(surface)
    band = Band(path.copy(), evaluate_with(surface), mirror=path.mirror)
    assert len(band.state.energies) == 7
    assert surface.calls == 1 + 3  # an end point, two images and the middle
    band.climb(climbing=False)
    assert len(band.state.energies) == 7
    assert surface.calls == 1 + 3  # nothing moved


def test_slopes_are_energy_derivatives_along_the_path() -> None:
    surface = ModelSurface(tilt=0.05)
    band = Band(model_path(surface, 15).images, evaluate_with(surface), climbing=False)
    slopes = relax_band(band, force_limit=TIGHT, max_steps=300).state.slopes
    x = np.array([image.positions[0, 0] - CENTRE for image in band.images])
    # Along the bottom of the valley y(x), dE/ds = p'(x) / sqrt(1 + y'(x)²).
    expected = surface.along.deriv()(x) / np.sqrt(1 + (2 * BEND * x) ** 2)
    # Tangents are estimated from the chords between 15 images.
    assert slopes[1:-1] == pytest.approx(expected[1:-1], abs=0.03)
    assert slopes[[0, -1]].tolist() == [0, 0]


@pytest.fixture(scope="module")
def independent(copper: Path) -> float:
    """Return the barrier of the vacancy hop, computed by ASE."""
    images = copper.copy()
    for image in images:
        image.calc = EMT()
    band = NEB(images, climb=True, method="improvedtangent")
    assert FIRE(band, logfile=None).run(fmax=TIGHT, steps=500)
    energies = [image.get_potential_energy() for image in images]
    return float(max(energies) - energies[0])


@pytest.mark.parametrize("half", [False, True])
def test_vacancy_barrier_in_copper_agrees_with_ase(
    copper: Path, independent: float, *, half: bool
) -> None:
    found = relaxed(copper, EMT(), half=half)
    assert barriers(found) == pytest.approx((independent, independent), abs=EXACT)


def test_diverging_steps_are_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from liponflow.engines.potential.neb import relaxation

    monkeypatch.setattr(relaxation, "ASTRAY", 0.0)
    surface = ModelSurface(height=0.4)
    careful = relaxed(model_path(surface), surface, optimiser="LBFGS")
    assert barriers(careful) == pytest.approx((0.4, 0.4), abs=EXACT)
    monkeypatch.undo()
    quick = relaxed(model_path(surface), surface, optimiser="LBFGS")
    assert len(careful.history) > len(quick.history)


def test_every_image_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from liponflow.engines.potential.neb import relaxation

    class Straying:
        """Two images, of which the second strays to a place without a force."""

        climbing = False

        def __init__(self) -> None:
            self.moving = [Atoms("H", [[number, 0, 0]]) for number in range(2)]
            self.show(1.0, 1.0)

        def show(self, *forces: float) -> None:
            self.state = SimpleNamespace(residual=max(forces), residuals=np.array([0, *forces, 0]))

        def move(self, positions: FloatArray) -> None:
            for image, new in zip(self.moving, positions, strict=True):
                image.positions = new

    band = Straying()
    places: list[list[float]] = []

    def quick() -> None:
        band.move(np.array([[[5.0, 0, 0]], [[6.0, 0, 0]]]))
        band.show(3.0, 0.0)

    def careful() -> None:
        places.append([float(image.positions[0, 0]) for image in band.moving])
        band.show(0.0, 0.0)

    steps = {"LBFGS": quick, "FIRE": careful}
    monkeypatch.setattr(
        relaxation,
        "OPTIMISERS",
        {
            name: lambda *_, step=step, **__: SimpleNamespace(step=step)
            for name, step in steps.items()
        },
    )
    assert relax_band(cast("Band", band), force_limit=0.05, max_steps=20).converged
    assert places == [[0.0, 1.0]]


def test_a_force_that_rises_when_an_image_climbs_is_no_divergence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from liponflow.engines.potential.neb import relaxation

    forces = iter([3.0, 0.2, 0.2, 0.5, 0.01])
    used: list[str] = []

    class Scripted:
        climbing, state, moving = True, SimpleNamespace(residual=next(forces)), ()

        def climb(self, *, climbing: bool) -> None:
            pass

    def optimiser(name: str) -> Callable[..., Any]:
        def step() -> None:
            used.append(name)
            band.state = SimpleNamespace(residual=next(forces))

        return lambda *_, **__: SimpleNamespace(step=step)

    band = Scripted()
    monkeypatch.setattr(relaxation, "OPTIMISERS", {n: optimiser(n) for n in ("LBFGS", "FIRE")})
    monkeypatch.setattr(
        relaxation, "BandOptimizable", lambda *_, **__: SimpleNamespace(get_x=lambda: None)
    )
    found = relax_band(cast("Band", band), force_limit=0.05, max_steps=20)
    assert found.converged
    assert used == ["LBFGS"] * 4


def test_images_below_the_limit_wait_and_are_not_computed_again() -> None:
    surface = ModelSurface(height=0.4)
    path = model_path(surface, 9)
    for image in path.images[1:4]:  # in the valley already, where the path need not move
        x = image.positions[0, 0] - CENTRE
        image.positions[0, 1] = CENTRE + surface.valley(x)
    band = Band(path.copy(), Remembered(evaluate_with(surface)), climbing=False)
    found = relax_band(band, force_limit=0.1, max_steps=100)
    assert found.converged
    assert surface.calls < 2 + 7 * len(found.history)
    alone = ModelSurface(height=0.4)
    every = Band(path.copy(), evaluate_with(alone), climbing=False)
    again = relax_band(every, force_limit=0.1, max_steps=100)
    assert surface.calls < alone.calls
    assert found.state.energies == pytest.approx(again.state.energies, abs=1e-12)


def test_remembered_images_are_those_that_have_not_moved() -> None:
    surface = ModelSurface()
    evaluate = Remembered(evaluate_with(surface))
    images = model_path(surface).copy()
    first = evaluate(images)
    images[2].positions[0, 0] += 0.1
    second = evaluate(images)
    assert surface.calls == len(images) + 1
    assert [a is b for a, b in zip(first, second, strict=True)] == [n != 2 for n in range(7)]
    assert second[2].energy != first[2].energy


def test_no_image_climbs_on_a_monotonic_path() -> None:
    """On a path from the saddle down, a climbing image would run into the end point."""
    surface = ModelSurface(height=0.4)
    images = model_path(surface).images
    for image, x in zip(images, np.linspace(0, surface.minima[1], len(images)), strict=True):
        image.positions[0, :2] = CENTRE + x, CENTRE + surface.valley(x)
    band = Band(images, evaluate_with(surface), climbing=True)
    found = relax_band(band, force_limit=TIGHT, max_steps=100)
    assert found.converged
    assert not found.state.climbs
    assert found.state.energies.argmax() == 0
    assert np.all(np.diff(found.state.energies) < 0)
    x = [image.positions[0, 0] for image in images]
    assert np.all(np.diff(x) > 0.1)


def test_step_limit_ends_the_relaxation() -> None:
    surface = ModelSurface()
    band = Band(model_path(surface).images, evaluate_with(surface))
    found = relax_band(band, force_limit=TIGHT, max_steps=3)
    assert not found.converged
    assert len(found.history) == 3


def test_mirror_symmetry_needs_a_middle_image() -> None:
    surface = ModelSurface()
    path = model_path(surface, 6)
    with pytest.raises(ValueError, match="a band of 6 images has none in the middle"):
        Band(path.images, evaluate_with(surface), mirror=path.mirror)


def test_mirror_that_is_not_its_own_inverse_is_refused() -> None:
    surface = ModelSurface()
    path = model_path(surface)
    assert path.mirror is not None
    # A rotoinversion by 90°: twice it is a turn by 180°, which leaves an atom on the axis alone.
    turn = np.array([[-1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    with pytest.raises(ValueError, match="the mirror of the band is not its own inverse"):
        Band(path.images, evaluate_with(surface), mirror=replace(path.mirror, rotation=turn))


def test_mirror_that_moves_atoms_in_a_circle_is_refused() -> None:
    images = [Atoms("H3", np.eye(3) + shift, cell=[9] * 3, pbc=True) for shift in (0, 0.5, 1)]
    mirror = PathMirror(-np.eye(3), np.full(3, 2.0), np.array([1, 2, 0]), 9 * np.eye(3))
    with pytest.raises(ValueError, match="the mirror of the band is not its own inverse"):
        Band(images, evaluate_with(EMT()), mirror=mirror)
