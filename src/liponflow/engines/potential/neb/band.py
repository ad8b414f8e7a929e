"""Forces on a nudged elastic band, in the form that optimisers need.

Improved tangents and climbing images are those of ASE (G. Henkelman and H. Jónsson, J. Chem.
Phys. 113, 9978 (2000); G. Henkelman, B. P. Uberuaga and H. Jónsson, ibid. 9901).

Half bands are ours. If a symmetry operation of the host exchanges the end points, it maps image n
onto image N - n of the minimum energy path. Only the first half and the middle image are then
computed and moved: positions of the second half, and its energies and forces, are those of the
first half under the operation. The middle image is mapped onto itself, and its positions and
forces are averaged with their images, which removes rounding errors.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.mep import NEB
from ase.mep.neb import NEBState
from ase.optimize.optimize import Optimizable

from liponflow.arrays import FloatArray
from liponflow.engines.potential.evaluation import Evaluate, Evaluation
from liponflow.structures.migration.band import MIN_IMAGES
from liponflow.structures.migration.images import PathMirror


@dataclass(frozen=True)
class BandState:
    """Energies and forces of a band.

    Attributes
    ----------
    energies
        eV, one per image, end points included.
    forces
        Forces that move the images between the end points: perpendicular forces, springs, and
        the inverted force of a climbing image; eV/Å, shape (images - 2, atoms, 3).
    residuals
        Largest force on an atom of each image, end points included, as it enters the convergence
        criterion: perpendicular to the path, and all of it at a climbing image and at the end
        points; eV/Å.
    slopes
        Derivative of the energy along the path at each image, eV/Å; zero at the end points.
    climbs
        Whether an image climbs: if requested, and if one lies above both end points.
    """

    energies: FloatArray
    forces: FloatArray
    residuals: FloatArray
    slopes: FloatArray
    climbs: bool

    @property
    def residual(self) -> float:
        """Largest residual between the end points, eV/Å."""
        return float(self.residuals[1:-1].max())


class Band:
    """Images between two end points, tied by springs.

    Parameters
    ----------
    images
        Path with its end points; the images between them are moved in place.
    evaluate
        Function that computes images.
    mirror
        Operation that reverses the path, if any: the second half is then never computed. It must
        be its own inverse, and the number of images odd, so that one of them is the middle.
    climbing
        Whether the highest image climbs. It does so only while it lies above both end points: on a
        path without a saddle it would climb into one of them and break the band.
    spring
        Spring constant, eV/Å².
    """

    def __init__(
        self,
        images: Sequence[Atoms],
        evaluate: Evaluate,
        *,
        mirror: PathMirror | None = None,
        climbing: bool = True,
        spring: float = 0.1,
    ) -> None:
        if len(images) < MIN_IMAGES:
            raise ValueError(
                f"a band of {len(images)} images: give the two end points and at least one between"
            )
        if mirror is not None and len(images) % 2 == 0:
            raise ValueError(
                f"a band of {len(images)} images has none in the middle: a mirrored band needs "
                "an odd number"
            )
        if mirror is not None and not mirror.own_inverse:
            raise ValueError(
                "the mirror of the band is not its own inverse, so that its two halves do not "
                "mirror each other; relax the band without it"
            )
        self.images = list(images)
        self.mirror = mirror
        self.climbing = climbing
        self._evaluate = evaluate
        # The tangent points to the neighbour of higher energy, at an extremum to a mean of both
        # weighted by energies: with central differences, bands kink where the springs are weak.
        self._neb = NEB(self.images, k=spring, climb=climbing, method="improvedtangent")
        self._evaluations: list[Evaluation] | None = None
        self._state: BandState | None = None
        n_moving = (len(images) - 1) // 2 if mirror else len(images) - 2
        self.moving = self.images[1 : 1 + n_moving]
        if mirror is not None:
            self._mirror_images(mirror)

    @property
    def state(self) -> BandState:
        """Return energies and forces at the present positions."""
        if self._state is None:
            self._state = self._compute()
        return self._state

    def move(self, positions: FloatArray) -> None:
        """Set the positions of the moving images.

        Parameters
        ----------
        positions
            Å, shape (moving images, atoms, 3).
        """
        for image, new in zip(self.moving, positions, strict=True):
            image.set_positions(new)
        if self.mirror is not None:
            self._mirror_images(self.mirror)
        if self._evaluations is not None:
            # The end points are never moved: each is computed once for the whole relaxation.
            self._evaluations[1:-1] = []
        self._state = None

    def climb(self, *, climbing: bool) -> None:
        """Set whether the highest image climbs."""
        self.climbing = climbing
        self._state = None

    def _mirror_images(self, mirror: PathMirror) -> None:
        """Set the second half, and the middle, by symmetry from the first half."""
        *pairs, middle = self.moving
        # The mean of an image and its mirror image is the closest one that the mirror leaves
        # unchanged: (1 + M) / 2 is a projection since M is its own inverse.
        twin = mirror.positions(middle.positions, middle.positions)
        middle.set_positions((middle.positions + twin) / 2)
        for number, image in enumerate([self.images[0], *pairs]):
            other = self.images[-1 - number]
            other.set_positions(mirror.positions(image.positions, other.positions))

    def _compute(self) -> BandState:
        evaluations = self._evaluated()
        for image, one in zip(self.images, evaluations, strict=True):
            image.calc = SinglePointCalculator(image, energy=one.energy, forces=one.forces)
        n_atoms = len(self.images[0])
        energies = np.array([one.energy for one in evaluations])
        climbs = self.climbing and bool(energies[1:-1].max() > max(energies[0], energies[-1]))
        self._neb.climb = climbs
        forces = self._neb.get_forces().reshape(-1, n_atoms, 3).copy()
        real = np.array([one.forces for one in evaluations])
        residual_forces = real.copy()
        slopes = np.zeros(len(self.images))
        # ASE computes the tangents in get_forces and does not keep them. Along them only the
        # springs act and across them only the potential (nudging), so what must vanish is
        # F - (F·t) t.
        state = NEBState(self._neb, self.images, energies)
        for number in range(1, len(self.images) - 1):
            tangent = self._neb.neb_method.get_tangent(
                state, state.spring(number - 1), state.spring(number), number
            )
            along = float(np.vdot(real[number], tangent))
            slopes[number] = -along
            if not (climbs and number == self._neb.imax):
                residual_forces[number] -= along * tangent
        if self.mirror is not None:
            _reflect(forces, self.mirror, self._neb.imax)
            _reflect(residual_forces[1:-1], self.mirror, self._neb.imax)
        return BandState(
            energies=energies,
            forces=forces,
            residuals=np.linalg.norm(residual_forces, axis=2).max(axis=1),
            slopes=slopes,
            climbs=climbs,
        )

    def _evaluated(self) -> list[Evaluation]:
        """Compute the images that have moved since the last call."""
        mirror = self.mirror
        if self._evaluations is None:
            first = self._evaluate([self.images[0]])[0]
            last = _mirrored(first, mirror) if mirror else self._evaluate([self.images[-1]])[0]
            self._evaluations = [first, last]
        if len(self._evaluations) < len(self.images):
            found = self._evaluate(self.moving)
            if mirror is not None:
                middle = found[-1]
                # Rounding breaks the symmetry of the forces a little; without this projection the
                # optimiser would ask for moves of the middle that _mirror_images takes back.
                symmetric = (middle.forces + mirror.vectors(middle.forces)) / 2
                found[-1] = Evaluation(middle.energy, symmetric)
                found += [_mirrored(one, mirror) for one in reversed(found[:-1])]
            self._evaluations[1:-1] = found
        return self._evaluations


class BandOptimizable(Optimizable):
    """The moving images of a band as one set of coordinates for ASE's optimisers.

    Parameters
    ----------
    band
        Band to move.
    still_below
        Images with a smaller residual stay where they are, so that they need not be computed
        again, eV/Å.
    """

    def __init__(self, band: Band, still_below: float = 0.0) -> None:
        self.band = band
        self.still_below = still_below

    def get_x(self) -> FloatArray:
        """Return the positions of the moving images, flat, Å."""
        return np.array([image.positions for image in self.band.moving]).ravel()

    def set_x(self, x: FloatArray) -> None:
        """Set the positions of the moving images."""
        moving = self.band.moving
        positions = x.reshape(len(moving), -1, 3).copy()
        still = self.band.state.residuals[1 : 1 + len(moving)] < self.still_below
        for number in np.flatnonzero(still).tolist():
            positions[number] = moving[number].positions
        self.band.move(positions)

    def get_gradient(self) -> FloatArray:
        """Return minus the forces of the band, flat, eV/Å."""
        gradient: FloatArray = -self.band.state.forces[: len(self.band.moving)].ravel()
        return gradient

    def get_value(self) -> float:
        """Return the energy of the highest image, eV, since a band has no energy of its own."""
        return float(self.band.state.energies.max())

    def ndofs(self) -> int:
        """Return the number of coordinates."""
        return int(self.get_x().size)

    def iterimages(self) -> Iterator[Atoms]:
        """Return the images that move."""
        return iter(self.band.moving)


def _mirrored(evaluation: Evaluation, mirror: PathMirror) -> Evaluation:
    return Evaluation(evaluation.energy, mirror.vectors(evaluation.forces))


def _reflect(forces: FloatArray, mirror: PathMirror, top: int) -> None:
    """Copy the force of an image that climbs in the second half to its twin in the first.

    ASE lets only one of two equally high images climb.
    """
    half = len(forces) // 2
    if top > half + 1:
        for number in range(half):
            forces[number] = mirror.vectors(forces[-1 - number])
