"""Migration by vacancies: from end to end in copper, and input that is refused."""

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.mep import NEB
from ase.optimize import BFGS
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vacancy_example import copper

from liponflow import safejson
from liponflow.analysis.migration.result import MigrationResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.figures.migration.gallery import all_figures
from liponflow.workflows.campaign import get_campaign

plan = get_campaign("migration").plan

EMT_ENGINE = "ase.calculators.emt:EMT"
SAME = 0.01
"""eV, to which two codes with these force limits agree."""

TINY = {
    "dopant": "Cu",
    "supercell": [2, 2, 2],
    "images": 3,
    "force_limit": 0.04,
    "vibrations": False,
    "divacancy": True,
    "models": [],
}
"""31 atoms."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> MigrationResult:
    folder = tmp_path_factory.mktemp("copper")
    copper().to(str(folder / "Cu.cif"))
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = plan(
        preset="quick",
        engine=EMT_ENGINE,
        overrides=TINY,
        structure_file=folder / "Cu.cif",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_locally(flow, store=store, root_dir=folder, ensure_success=True, log=False)
    found: MigrationResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return found


def test_barrier_of_copper_is_that_of_an_independent_band(result: MigrationResult) -> None:
    """ASE's own band, in the cell of the result, without mirror or spline."""
    a = result.host_lattice[0][0]
    perfect = bulk("Cu", cubic=True, a=a) * (2, 2, 2)
    near = perfect.get_distances(0, range(1, len(perfect)), mic=True).argmin() + 1
    first, last = perfect.copy(), perfect.copy()
    last.positions[near] = perfect.positions[0]
    images = []
    for end in (first, last):
        del end[0]
        end.calc = EMT()
        BFGS(end, logfile=None).run(fmax=0.01)
    images = [first, *(first.copy() for _ in range(3)), last]
    for image in images[1:-1]:
        image.calc = EMT()
    band = NEB(images, climb=True, method="improvedtangent")
    band.interpolate(method="idpp", mic=True)
    BFGS(band, logfile=None).run(fmax=0.02)
    barrier = images[2].get_potential_energy() - first.get_potential_energy()
    [hop] = [hop for hop in result.hops if hop.environment is None]
    assert hop.barrier == pytest.approx(barrier, abs=SAME)
    assert hop.reverse_barrier == pytest.approx(hop.barrier, abs=1e-6)
    assert hop.symmetric
    assert (hop.mechanism, hop.hop, hop.from_start) == ("vacancy", "Cu-Cu", 12)


def test_vacancy_crosses_copper_in_three_dimensions(result: MigrationResult) -> None:
    [found] = result.migrations
    assert str(found.mover) == "Cu vacancy"
    assert found.network_dimension == 3
    assert found.percolating_hops == ["Cu-Cu"]
    assert found.percolating_barrier == result.hops[0].barrier
    assert found.charge is None
    assert found.diffusivity_300 is not None
    assert (result.site_positions, len(result.vacancy_positions["Cu"])) == ([], 4)
    assert result.host_atoms == 32
    assert result.favoured == []


def test_second_vacancy_beside_the_hop_is_no_part_of_the_network(result: MigrationResult) -> None:
    [hop] = [hop for hop in result.hops if hop.environment is not None]
    assert (hop.hop, hop.environment, hop.saddle_energy) == (
        "Cu-Cu beside a vacancy",
        "divacancy",
        None,
    )
    assert len(hop.images[0].structure) == 30
    assert hop.converged
    # The vacancy leaves room for the atom.
    assert hop.barrier is not None
    assert 0 < hop.barrier < (result.hops[0].barrier or 0)


def test_figures_of_a_vacancy_are_drawn(result: MigrationResult) -> None:
    figures = all_figures(result)
    assert {"path", "profiles", "hops", "arrhenius", "lengths", "convergence"} <= set(figures)
    [title] = [axes.get_title() for axes in figures["path"].axes]
    assert title == "Cu vacancy, Cu-Cu"


# Input that is refused before any calculation.


def salt() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"dopant": "Na"}, "MgO has no Na that could leave a vacancy; it has Mg, O"),
        (
            {"dopant": "Mg", "supercell": [1, 1, 1]},
            r"4\.20 Å from its periodic image, and a hop of 2\.97 Å needs 5\.94 Å",
        ),
        ({"dopant": "Mg", "max_distance": 2.0}, "no hop between Mg sites of MgO up to 2.00 Å"),
        ({"dopant": "Na", "mechanism": "both"}, "MgO has no Na that could leave a vacancy"),
    ],
)
def test_impossible_vacancies_are_refused_with_the_reason(
    tmp_path: Path, overrides: dict[str, Any], complaint: str
) -> None:
    salt().to(str(tmp_path / "salt.cif"))
    with pytest.raises(ValueError, match=complaint):
        plan(
            preset="quick",
            engine="chgnet",
            overrides={"mechanism": "vacancy", "models": [], **overrides},
            structure_file=tmp_path / "salt.cif",
        )


def test_vacancy_that_leaves_an_odd_electron_needs_spin(tmp_path: Path) -> None:
    salt().replace_species({"Mg": "Na", "O": "Cl"}).to(str(tmp_path / "salt.cif"))
    with pytest.raises(EngineError, match=r"Na31 Cl32 has an odd number of electrons"):
        plan(
            preset="quick",
            engine="gpaw",
            overrides=TINY | {"dopant": "Na", "mechanism": "vacancy"},
            structure_file=tmp_path / "salt.cif",
        )


def test_both_ends_of_an_asymmetric_hop_beside_a_vacancy_are_planned(tmp_path: Path) -> None:
    places = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]]
    host = Structure(Lattice.tetragonal(3.4, 4.6), ["Mg", "Mg", "O"], places)
    host.to(str(tmp_path / "host.cif"))
    settings = {"dopant": "Mg", "divacancy": True, "max_distance": 3.5, "models": []}
    flow = plan(
        preset="quick",
        engine="chgnet",
        overrides={**settings, "supercell": [3, 3, 2]},
        structure_file=tmp_path / "host.cif",
    )
    kinds = Counter((one.kind, one.atoms) for one in planned(flow))
    # Mg1 to Mg1, Mg2 to Mg2, each with a mirror, and Mg1 to Mg2 without one.
    assert kinds["neb", 52] == 3
    assert kinds["relax", 52] == 4


def test_mechanism_auto_follows_the_host(tmp_path: Path) -> None:
    salt().to(str(tmp_path / "salt.cif"))
    flow = plan(
        preset="quick",
        engine="chgnet",
        overrides={"dopant": "Mg,Al", "models": [], "supercell": [2, 2, 2]},
        structure_file=tmp_path / "salt.cif",
    )
    bands = [calculation for calculation in planned(flow) if calculation.kind == "neb"]
    # Mg leaves a vacancy in 64 atoms, Al is one more.
    assert {band.atoms for band in bands} == {63, 65}
