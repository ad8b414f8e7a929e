"""Start or resume a lithiation of a small cell with a cheap potential, also in a child process."""

from pathlib import Path
from typing import Any

from pymatgen.core import Lattice, Structure

from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

ENGINE = "cheap_potential:CheapPotential"
PARAMETERS: dict[str, Any] = {"x": [0, 0.5, 1], "force_limit": 0.05, "magmoms": {"Mn": 4.0}}


def host() -> Structure:
    """Return orthorhombic LiMnO2, Pmmn."""
    half = [[0, 0.5, 0.126], [0, 0, 0.635], [0, 0, 0.144], [0, 0.5, 0.602]]
    return Structure(
        Lattice.orthorhombic(2.81, 4.57, 5.76),
        ["Li", "Mn", "O", "O"] * 2,
        [*half, *([x + 0.5, y + 0.5, -z] for x, y, z in half)],
    ).get_sorted_structure()


def go_on(folder: Path) -> campaigns.Outcome:
    """Start or resume the campaign in a folder."""
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=1)
    if settings.runs_dir.exists():
        return campaigns.resume(settings)
    folder.mkdir(exist_ok=True)
    host().to(str(folder.parent / "host.cif"))
    flow = get_campaign("lithiation").plan(
        preset="quick",
        engine=ENGINE,
        engine_arguments={"distance": 2.2},
        overrides=PARAMETERS,
        structure_file=folder.parent / "host.cif",
    )
    return campaigns.run(flow, settings, {}, [ENGINE])
