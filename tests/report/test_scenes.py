import pytest

from liponflow.report.findings import Finding
from liponflow.report.scenes import MOST_SCENES, scenes


def test_scenes_of_the_stored_results(findings: list[Finding]) -> None:
    found = {scene.name: scene for scene in scenes(findings)}
    kinds = [scene.finding.result.kind for scene in scenes(findings)]
    assert kinds[:3] == ["glass", "lithiation", "migration"]
    assert len(kinds) <= MOST_SCENES
    path = found["path-P"]
    assert "tetrahedral-octahedral-tetrahedral" in path.title
    assert len(path.frames) == len(path.labels) == 7
    assert path.moves
    assert not found["glass"].moves


def test_xyz_has_the_positions_of_the_structure(by_kind: dict[str, Finding]) -> None:
    (scene,) = scenes([by_kind["glass"]])
    (text,) = scene.data["frames"]
    structure = scene.frames[0]
    count, _, *lines = text.split("\n")
    assert int(count) == len(structure) == len(lines)
    for line, site in zip(lines, structure, strict=True):
        symbol, *position = line.split()
        shift = site.lattice.get_fractional_coords([float(x) for x in position]) - site.frac_coords
        assert symbol == site.specie.symbol
        assert shift == pytest.approx(shift.round(), abs=1e-3)


def test_images_are_not_wrapped(by_kind: dict[str, Finding]) -> None:
    """An atom that crosses a face would jump through the cell from frame to frame."""
    path = next(item for item in scenes([by_kind["migration"]]) if item.name == "path-P")
    first = path.data["frames"][0].split("\n")[2:]
    last = path.data["frames"][-1].split("\n")[2:]
    for one, two in zip(first, last, strict=True):
        steps = [abs(float(a) - float(b)) for a, b in zip(one.split()[1:], two.split()[1:])]  # noqa: B905
        assert max(steps) < 4.0


def test_single_atom_is_larger(by_kind: dict[str, Finding]) -> None:
    path = next(item for item in scenes([by_kind["migration"]]) if item.name == "path-P")
    assert path.data["radii"]["P"] > path.data["radii"]["Li"]


def test_elements_of_every_frame_have_a_colour(by_kind: dict[str, Finding]) -> None:
    (scene,) = scenes([by_kind["lithiation"]])
    assert "Li" not in {site.specie.symbol for site in scene.frames[0]}
    assert [symbol for symbol, _ in scene.elements] == ["Li", "Mn", "Ni", "O"]
    assert scene.data["bonded"] == ["O"]  # sticks between metals would be no bonds
