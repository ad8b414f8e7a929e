"""What the engine refuses, and what it plans, with and without a GPAW on the machine."""

from typing import Any

import pytest
from pymatgen.core import Lattice, Structure
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.gpaw import engine as module
from liponflow.engines.gpaw import installation
from liponflow.engines.gpaw.engine import GpawEngine
from liponflow.engines.gpaw.installation import Gpaw
from liponflow.engines.memory import computed_elsewhere
from liponflow.engines.planning import planned_by

FOUND = Gpaw(
    version="26.7.0",
    data="1.2.1",
    python="python",
    libxc=None,
    blas=False,
    fftw=False,
    mpi=False,
    ranks=1,
    copies=1,
    setup_paths=("setups",),
    electrons={"Li": 1.0, "O": 6.0, "Ni": 10.0},
)


@pytest.fixture(autouse=True)
def _one_gpaw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "probed", lambda *_: FOUND)


@pytest.fixture
def oxide() -> Structure:
    """Return Li2O."""
    sites = [[0.25, 0.25, 0.25], [0.75, 0.75, 0.75], [0, 0, 0]]
    return Structure(
        Lattice([[0, 2.3, 2.3], [2.3, 0, 2.3], [2.3, 2.3, 0]]), ["Li", "Li", "O"], sites
    )


def gpaw(**arguments: object) -> GpawEngine:
    return GpawEngine("gpaw", EngineOptions(0.05, 50, arguments=arguments))


def test_ordinary_structure_is_accepted(oxide: Structure) -> None:
    gpaw().check(oxide)
    gpaw(li_electrons=3).check(oxide)


def test_element_without_data_is_refused(oxide: Structure) -> None:
    oxide.replace(2, "U")
    with pytest.raises(EngineError, match="no PAW data set of U"):
        gpaw().check(oxide)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"electrons": {}, "data_of": "PBEsol"},
            "functional=PBEsol needs PAW data of PBEsol, and there are none in setups: use PBE",
        ),
        (
            {"electrons": {}, "data_of": None, "unknown": "no LibXC"},
            r"functional=PBEsol is unknown to GPAW 26\.7\.0, which was built without LibXC",
        ),
        ({"electrons": {"Li": 1.0}, "data_of": "PBEsol"}, "no PAW data set of O for PBEsol"),
    ],
)
def test_functional_without_data_is_refused(
    oxide: Structure, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], words: str
) -> None:
    asked = []

    def probed(_: object, functional: str) -> Gpaw:
        asked.append(functional)
        return FOUND._replace(**changes)

    monkeypatch.setattr(module, "probed", probed)
    with pytest.raises(EngineError, match=words):
        gpaw(functional="PBEsol").check(oxide)
    assert asked == ["PBEsol"]


def test_unpaired_electron_needs_spin(oxide: Structure) -> None:
    nickelate = oxide.copy().replace(0, "Ni")
    with pytest.raises(EngineError, match=r"odd number of electrons.*magmoms=\{\"Ni\": 1\}"):
        gpaw(spin=False).check(nickelate)
    oxide.remove_sites([0])
    with pytest.raises(EngineError, match=r"odd number of electrons.*magmoms=\{\"O\": 1\}"):
        gpaw().check(oxide)
    gpaw(magmoms={"O": 1.0}).check(oxide)
    with pytest.raises(EngineError, match="odd number of electrons"):
        gpaw(magmoms={"O": 1.0}, spin=False).check(oxide)


def test_cell_that_the_memory_cannot_hold_is_refused(
    oxide: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: 2**30)
    gpaw().check(oxide)
    oxide.make_supercell([8, 8, 8])
    with pytest.raises(EngineError, match=r"GiB in gpaw, and this machine has 1\.0 GiB left"):
        gpaw(ecut=800, kpts="1,1,1").check(oxide)
    with computed_elsewhere():
        gpaw(ecut=800, kpts="1,1,1").check(oxide)


def test_three_electrons_of_li_are_for_pbe(oxide: Structure) -> None:
    with pytest.raises(EngineError, match="functional = LDA has PAW data of its own"):
        gpaw(li_electrons=3, functional="LDA").check(oxide)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ecut", 5, "greater than or equal to 100"),
        ("kpts", 0, "kpts=0"),
        ("kpts", "2,0,2", "greater than or equal to 1"),
        ("li_electrons", 2, "li_electrons=2"),
        ("ecutt", 300, "did you mean 'ecut'"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match="gpaw") as caught:
        gpaw(**{name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize("found", [FOUND, None], ids=["with", "without"])
def test_calculations_are_planned_with_their_size(
    oxide: Structure, monkeypatch: pytest.MonkeyPatch, found: Gpaw | None
) -> None:
    """A plan needs no GPAW."""
    monkeypatch.setattr(module, "probed", lambda *_: found)
    [cheap] = planned_by(gpaw(kpts="2,2,2", ecut=200).static(), oxide)
    [dear] = planned_by(gpaw(kpts="4,4,4", ecut=400, magmoms={"O": 1.0}).static(), oxide)
    assert (cheap.kind, cheap.engine, cheap.atoms, cheap.spins) == ("static", "gpaw", 3, 1)
    assert dear.kpoints > cheap.kpoints
    assert dear.spins == 2
    assert cheap.effort
    assert dear.effort
    assert dear.effort > 5 * cheap.effort


def test_campaign_without_gpaw_ends_in_one_line_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installation.probe.cache_clear()
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")
    answer = CliRunner().invoke(app, ["run", "migration", "--engine", "gpaw"])
    assert answer.exit_code == 2
    # A slow machine says that it builds the structures.
    *_, line = answer.stderr.splitlines()
    assert line.startswith("error: gpaw cannot run here: GPAW is not installed in ")
    assert "-m pip install gpaw==" in line
    assert "no gcc" in line
