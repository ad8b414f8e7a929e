"""Structures that the report lets the reader turn, as data for its viewer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.colors import to_hex
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.migration.result import MigrationResult
from liponflow.analysis.runs import NEBResult
from liponflow.figures.structure import OTHER_RADIUS, RADII
from liponflow.figures.style import element_colour
from liponflow.formulas import conventional
from liponflow.report.findings import Finding

MOST_ATOMS = 4000
"""Atoms of a scene, all frames together: more would make the page heavy."""


MOST_SCENES = 8
"""Scenes of a page; a browser has sixteen contexts of WebGL at most."""
SINGLE_RADIUS = 0.6
"""Radius of an atom that is the only one of its element (Å)."""
ORDER = ("glass", "lithiation", "migration", "interface", "neb")
"""Kinds of results in the order of the page."""


@dataclass(frozen=True)
class Scene:
    """A structure, or the frames of a movie.

    Attributes
    ----------
    name
        Name, unique in the report.
    title
        Heading.
    text
        What it shows, in a sentence, also for those who do not see it.
    finding
        Result that it is from.
    frames
        Structures in their order; one for a structure.
    labels
        Label of each frame.
    """

    name: str
    title: str
    text: str
    finding: Finding
    frames: tuple[Structure, ...]
    labels: tuple[str, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Frames as XYZ, edges of the cell, colours, radii and what has sticks, for the viewer."""
        symbols = sorted({site.specie.symbol for frame in self.frames for site in frame})
        return {
            "frames": [_xyz(frame, wrapped=not self.moves) for frame in self.frames],
            "labels": list(self.labels),
            "cell": self.frames[0].lattice.matrix.round(4).tolist(),
            "colours": {symbol: to_hex(element_colour(symbol)) for symbol in symbols},
            "bonded": [symbol for symbol in symbols if not Element(symbol).is_metal],
            "radii": {symbol: self._radius(symbol) for symbol in symbols},
        }

    def _radius(self, symbol: str) -> float:
        """Return the radius (Å) of an element; single atoms, such as dopants, are larger."""
        single = sum(site.specie.symbol == symbol for site in self.frames[0]) == 1
        return SINGLE_RADIUS if single else RADII.get(symbol, OTHER_RADIUS)

    @property
    def moves(self) -> bool:
        """Whether its frames are the same atoms at different places."""
        return len(self.frames) > 1 and len({len(frame) for frame in self.frames}) == 1

    @property
    def elements(self) -> list[tuple[str, str]]:
        """Each element with its colour."""
        return list(self.data["colours"].items())


def scenes(findings: Sequence[Finding]) -> list[Scene]:
    """Return what can be turned: the latest glass, spinel and path.

    Parameters
    ----------
    findings
        Results, the latest first.
    """
    found: dict[str, Scene] = {}
    for finding in findings:
        for scene in _scenes_of(finding):
            atoms = sum(len(frame) for frame in scene.frames)
            if scene.name not in found and atoms <= MOST_ATOMS:
                found[scene.name] = scene
    ranks = {kind: rank for rank, kind in enumerate(ORDER)}
    ordered = sorted(found.values(), key=lambda scene: ranks.get(scene.finding.result.kind, 9))
    return ordered[:MOST_SCENES]


def _scenes_of(finding: Finding) -> Iterator[Scene]:
    result = finding.result
    if isinstance(result, GlassResult) and result.models:
        model = result.models[0]
        yield Scene(
            "glass",
            "A model of the glass",
            f"{len(model.structure)} atoms of {conventional(result.formula)} at "
            f"{model.density:.2f} g/cm³, seed {model.seed}.",
            finding,
            (model.structure,),
            ("",),
        )
    elif isinstance(result, LithiationResult):
        yield Scene(
            f"lithiation-{result.formula}",
            f"{result.host.variable}, the lowest state at each x",
            "Frames by rising content of the intercalant, each relaxed.",
            finding,
            tuple(state.structure for state in result.states),
            tuple(f"x = {state.x:g}" for state in result.states),
        )
    elif isinstance(result, MigrationResult):
        yield from _paths(finding, result)
    elif isinstance(result, InterfaceResult):
        yield Scene(
            "interface",
            f"Interface of {conventional(result.formula)}",
            f"{result.n_atoms} atoms, as built and after the run. The movie among the figures "
            "shows the way from one to the other.",
            finding,
            (result.start, result.structure),
            ("start", "end"),
        )
    elif isinstance(result, NEBResult):
        yield Scene(
            f"band-{result.formula}",
            "Images of a band",
            f"{len(result.images)} images of {result.formula}, from start to end.",
            finding,
            tuple(image.structure for image in result.images),
            tuple(f"{image.distance:.2f} Å, {image.energy:.3f} eV" for image in result.images),
        )


def _paths(finding: Finding, result: MigrationResult) -> Iterator[Scene]:
    """Yield the hop with the highest barrier of each dopant that has one."""
    known = [hop for hop in result.hops if hop.barrier is not None]
    for dopant in dict.fromkeys(hop.dopant for hop in known):
        of_dopant = [hop for hop in known if hop.dopant == dopant]
        hop = max(of_dopant, key=lambda hop: hop.barrier or 0.0)
        yield Scene(
            f"path-{dopant}",
            f"{dopant} in {result.formula}, {hop.hop}",
            f"{len(hop.images)} images of the hop, barrier {hop.barrier:.3f} eV.",
            finding,
            tuple(image.structure for image in hop.images),
            tuple(f"{image.distance:.2f} Å, {image.energy:.3f} eV" for image in hop.images),
        )


def _xyz(structure: Structure, *, wrapped: bool) -> str:
    """Return the atoms as XYZ; within the cell unless they would jump from frame to frame."""
    places = structure.frac_coords % 1 if wrapped else structure.frac_coords
    lines = [str(len(structure)), ""]
    for site, (x, y, z) in zip(structure, places @ structure.lattice.matrix, strict=True):
        lines.append(f"{site.specie.symbol} {x:.3f} {y:.3f} {z:.3f}")
    return "\n".join(lines)
