from collections.abc import Callable
from pathlib import Path

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from spinel_runs import lithium
from vasp_files import Run

from liponflow.engines.vasp.reading.files import find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.figures.lithiation import all_figures
from liponflow.ingest.lithiation import LithiationUnit, lithiation_units


def units(folder: Path, formula_units: int | None = None) -> list[LithiationUnit]:
    return lithiation_units([read_run(files) for files in find_runs([folder])], formula_units)  # type: ignore[arg-type]


def test_relaxations_with_li_metal_make_a_lithiation_result(campaign: Path) -> None:
    [unit] = units(campaign)
    result = unit.build()
    assert result.converged
    assert result.formula == "Li2Mn3NiO8"
    assert [state.x for state in result.states] == [0, 0.5, 1]
    assert result.li_energy_per_atom == pytest.approx(-1.9)
    # 4.7 V on average; the middle state is 25 meV per formula unit below the tie line.
    assert [step.voltage for step in result.voltages] == pytest.approx([4.75, 4.65])
    assert result.states[2].moments == pytest.approx({"Ni": 1.7, "Mn": 3.2})
    assert result.states[2].structure.site_properties["magmom"].count(-1.7) == 4
    assert result.provenance.engine.label == "vasp 6.4.2"
    assert result.criterion.startswith("largest force below 0.02 eV/Å, reached 0.009")
    assert {"moments", "lattice"} <= all_figures(result).keys()


def test_other_alkali_metals_are_inserted_too(
    tmp_path: Path, make_relaxation: Callable[..., Run]
) -> None:
    runs = {f"x{n_na / 8:g}": make_relaxation(n_na) for n_na in (0, 4, 8)}
    for name, run in (runs | {"metal": lithium()}).items():
        for step in run.steps:
            if "Li" in step.symbol_set:
                step.replace_species({"Li": "Na"})
        run.write(tmp_path / name)
    [unit] = units(tmp_path, formula_units=8)
    result = unit.build()
    assert result.host.intercalant == "Na"
    assert [state.x for state in result.states] == [0, 0.5, 1]
    assert [step.voltage for step in result.voltages] == pytest.approx([4.75, 4.65])


def test_voltages_are_missing_without_li_metal(campaign: Path) -> None:
    [unit] = units(campaign / "lnmo")
    result = unit.build()
    assert result.voltages == []
    assert "no voltages: Li metal: not among the calculations" in result.warnings


def test_energies_are_taken_from_static_calculations(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    for n_li in (0, 4, 8):
        run = make_relaxation(n_li)
        static = {key: value for key, value in run.incar.items() if key not in ("NSW", "IBRION")}
        Run(run.steps[:1], [run.energies[-1] - 0.5], static, moments=run.moments).write(
            campaign / "lnmo" / f"x{n_li / 8:g}" / "static"
        )
    [unit] = units(campaign)
    result = unit.build()
    assert result.states[2].energy_per_formula == pytest.approx((-412.8 - 0.5) / 8)
    assert not any("static calculation" in warning for warning in result.warnings)

    (campaign / "lnmo" / "x1" / "static" / "vasprun.xml").unlink()
    runs = [files for files in find_runs([campaign]) if files.vasprun]  # type: ignore[union-attr]
    [mixed] = lithiation_units([read_run(files) for files in runs])  # type: ignore[arg-type]
    assert any("add the missing static calculations" in w for w in mixed.build().warnings)


def test_lowest_of_several_relaxations_is_used(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    make_relaxation(4, energies=[-380.0, -387.6]).write(campaign / "lnmo" / "x0.5-other")
    [unit] = units(campaign)
    state = unit.build().state(0.5)
    assert state is not None
    assert state.energy_per_formula == pytest.approx(-387.6 / 8)
    assert state.n_computed == 2


def test_unconverged_state_is_left_out(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    run = make_relaxation(4)
    run.incar = {**run.incar, "NSW": 2}
    run.write(campaign / "lnmo" / "x0.5")
    [unit] = units(campaign)
    result = unit.build()
    assert [state.x for state in result.states] == [0, 1]
    assert not result.converged
    assert "raise the number of steps" in result.refused[0].reason


def test_methods_are_not_mixed(campaign: Path, make_relaxation: Callable[..., Run]) -> None:
    run = make_relaxation(4)
    run.incar = {**run.incar, "LDAUU": [0.0, 5.96, 4.5, 0.0]}
    run.write(campaign / "lnmo" / "x0.5")
    [unit] = units(campaign)
    assert sorted(run.lithium for run in unit.runs) == [0, 8]


def test_different_cutoffs_are_a_warning(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    run = make_relaxation(4)
    run.incar = {**run.incar, "ENCUT": 450}
    run.write(campaign / "lnmo" / "x0.5")
    [unit] = units(campaign)
    assert any(w.startswith("ENCUT differs (520 eV, 450 eV)") for w in unit.build().warnings)


def not_comparable(unit: LithiationUnit) -> list[str]:
    return [w for w in unit.build().warnings if "do not compare" in w]


def test_other_potcars_of_one_state_are_a_warning(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    [unit] = units(campaign)
    assert not_comparable(unit) == []
    make_relaxation(4, titles={"O": "PAW_PBE O_s"}).write(campaign / "lnmo" / "x0.5")
    [unit] = units(campaign)
    assert not_comparable(unit) == [
        "POTCAR of O differs (PAW_PBE O, PAW_PBE O_s): the energies do not compare"
    ]


def test_other_potcar_of_li_metal_is_a_warning_without_a_better_one(campaign: Path) -> None:
    metal = lithium()
    metal.titles = {"Li": "PAW_PBE Li_sv"}
    metal.energies = [-4.0]
    metal.write(campaign / "Li_sv")
    [unit] = units(campaign)
    assert not_comparable(unit) == []  # the Li of the oxide is there too, though higher
    assert unit.build().li_energy_per_atom == pytest.approx(-1.9)
    metal.write(campaign / "Li")
    [unit] = units(campaign)
    assert "POTCAR of Li differs (PAW_PBE Li, PAW_PBE Li_sv)" in not_comparable(unit)[0]


def test_other_exact_exchange_is_a_warning(
    campaign: Path, make_relaxation: Callable[..., Run]
) -> None:
    hybrid = {"LHFCALC": True, "HFSCREEN": 0.2}
    for n_li, exchange in ((0, 0.25), (4, 0.25), (8, 0.17)):
        run = make_relaxation(n_li)
        settings = {key: v for key, v in run.incar.items() if not key.startswith("LDAU")}
        run.incar = settings | hybrid | {"AEXX": exchange}
        run.write(campaign / "lnmo" / f"x{n_li / 8:g}")
    metal = lithium()
    metal.incar = {**metal.incar, **hybrid, "AEXX": 0.25}
    metal.write(campaign / "Li")
    [unit] = units(campaign)
    assert [run.engine.functional for run in unit.runs] == [
        "HSE06",
        "HSE06",
        "HSE06 (AEXX 0.17)",
    ]
    assert not_comparable(unit) == ["AEXX differs (0.25, 0.17): the energies do not compare"]


def layered(n_li: int, metal: str = "V") -> Run:
    cell = Structure.from_spacegroup(
        "R-3m",
        Lattice.hexagonal(2.85, 14.1),
        ["Li", metal, "O"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]],
    )
    cell.remove_sites([i for i, site in enumerate(cell) if site.specie.symbol == "Li"][n_li:])
    return Run([cell], [-60.0 - 6 * n_li], {"NSW": 20, "IBRION": 2, "EDIFFG": -0.02})


def test_other_materials_have_x_up_to_1(tmp_path: Path) -> None:
    for n_li in (0, 3):
        layered(n_li).write(tmp_path / str(n_li))
    [guessed] = units(tmp_path)
    result = guessed.build()
    assert [state.x for state in result.states] == [0, 1]
    assert any("--formula-units" in warning for warning in result.warnings)
    assert any("120.0°" in warning for warning in result.warnings)
    assert (result.host.variable, result.host.shape) == ("LixVO2", "other")
    assert all(state.c_over_a is None for state in result.states)
    [given] = units(tmp_path, 6)
    assert [state.x for state in given.build().states] == [0, 0.5]
    assert given.uuid != guessed.uuid


def test_host_with_published_values_has_their_formula_unit(tmp_path: Path) -> None:
    for n_li in (0, 3):
        layered(n_li, "Co").write(tmp_path / str(n_li))
    [unit] = units(tmp_path)
    result = unit.build()
    assert (result.formula, result.host.formula, result.host.x) == ("LiCoO2", "LiCoO2", 1)
    assert [state.x for state in result.states] == [0, 1]
    assert not any("--formula-units" in warning for warning in result.warnings)


def test_lithiation_needs_two_li_contents_and_a_transition_metal(tmp_path: Path) -> None:
    layered(3).write(tmp_path / "a")
    layered(3).write(tmp_path / "b")
    for n_li in (1, 2):
        cell = Structure(
            Lattice.cubic(4),
            ["Li"] * n_li + ["O"],
            [[i / 3, 0, 0] for i in range(n_li)] + [[0.5] * 3],
        )
        Run([cell], [-10.0]).write(tmp_path / f"oxide{n_li}")
    assert units(tmp_path) == []
