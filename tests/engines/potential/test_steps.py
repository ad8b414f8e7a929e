"""Ionic steps of calculations with a potential."""

from pathlib import Path
from typing import Any

import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from pymatgen.core import Lattice, Structure

from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.potential.makers import PotentialMaker
from liponflow.engines.reading import read_calculation
from liponflow.engines.registry import get_engine

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

FORCE_LIMIT = 0.05


def copper(shift: float) -> Structure:
    """Return fcc Cu with one atom off its site (Å)."""
    sites = [[0, 0, shift / 3.6], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Structure(Lattice.cubic(3.6), ["Cu"] * 4, sites)


def engine(max_steps: int = 100) -> Engine:
    return get_engine("ase.calculators.emt:EMT", EngineOptions(FORCE_LIMIT, max_steps))


@pytest.mark.parametrize(
    ("maker", "shift", "converged"),
    [
        (engine().relax(cell=False), 0.3, True),
        (engine().relax(cell=True), 0.3, True),
        (engine(3).relax(cell=False), 0.3, False),
        (engine().relax(cell=False), 0.0, True),  # at rest where it starts
        (engine().static(), 0.3, True),
    ],
)
def test_every_structure_with_forces_is_one_step(
    maker: PotentialMaker,
    shift: float,
    *,
    converged: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    computed = set()
    calculate = EMT.calculate

    def counted(self: EMT, atoms: Atoms, *arguments: Any) -> None:
        computed.add((atoms.positions.tobytes(), atoms.cell.array.tobytes()))
        calculate(self, atoms, *arguments)

    monkeypatch.chdir(tmp_path)  # atomate2 writes there
    monkeypatch.setattr(EMT, "calculate", counted)
    document = PotentialMaker.make.original(maker, copper(shift))  # type: ignore[attr-defined]
    found = read_calculation(document, maker.engine, FORCE_LIMIT)
    assert (found.converged, found.ionic_steps) == (converged, len(computed))


def test_of_all_steps_but_the_last_only_energies_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    maker = engine().relax(cell=True)
    document = PotentialMaker.make.original(maker, copper(0.3))  # type: ignore[attr-defined]
    *before, last = [step.model_dump(exclude_none=True) for step in document.output.ionic_steps]
    assert len(before) > 3
    assert {frozenset(step) for step in before} == {frozenset({"energy"})}
    assert last.keys() == {"energy", "forces", "stress"}
    assert last["forces"] == [list(force) for force in document.output.forces]
