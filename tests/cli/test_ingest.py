"""Ingest from the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from spinel_runs import write_campaign
from typer.testing import CliRunner
from vasp_files import Densities, Run, bump

from liponflow.cli import app


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Write relaxations and Li metal, as a user may keep them."""
    write_campaign(tmp_path)
    return tmp_path


def liponflow(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_ingested_results_can_be_listed_shown_and_plotted(campaign: Path, tmp_path: Path) -> None:
    cell = Structure(Lattice.cubic(4), ["Mn", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    site = np.array([[bump(1.0)] * 9])
    densities = Densities(np.array([bump(1.0)]), [site, site])
    Run([cell], [-9.0], densities=densities).write(campaign / "MnO")
    store = ("--store", tmp_path / "results.db")
    code, said = liponflow("ingest", campaign, *store)
    assert code == 0
    for line in ("lithiation of LiNi0.5Mn1.5O4, 3 runs", "pdos of MnO, 1 run"):
        assert line in said
    code, said = liponflow("ingest", campaign, *store)
    assert (code, said) == (0, "3 in the store already\n")
    code, said = liponflow("results", "list", "--kind", "pdos", "--json", *store)
    [pdos] = json.loads(said)
    assert liponflow("results", "show", pdos["uuid"], *store)[0] == 0
    out = tmp_path / "figures"
    assert liponflow("figures", pdos["uuid"], "--out", out, *store)[0] == 0
    endings = {path.name.removeprefix("pdos.") for path in out.iterdir()}
    assert endings == {"pdf", "png", "svg", "data.csv"}
    [single] = json.loads(
        liponflow("results", "list", "--kind", "calculation", "--json", *store)[1]
    )
    assert liponflow("figures", single["uuid"], "--out", out, *store)[0] == 0
    assert {"structure.pdf", "structure.png", "structure.svg"} <= {p.name for p in out.iterdir()}


def test_broken_runs_set_the_exit_code(campaign: Path, tmp_path: Path) -> None:
    cut = campaign / "lnmo" / "x0.5" / "vasprun.xml"
    cut.write_text(cut.read_text()[:-200])
    code, said = liponflow("ingest", campaign, "--store", tmp_path / "results.db")
    assert code == 1
    assert "lithiation of LiNi0.5Mn1.5O4, 2 runs" in said
    assert "not read: " in said
    assert "x0.5/vasprun.xml: breaks off" in said
    code, said = liponflow("ingest", tmp_path / "nowhere", "--store", tmp_path / "results.db")
    assert (code, "nowhere: no such file" in said) == (2, True)
