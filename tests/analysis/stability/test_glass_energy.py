"""Energy of a glass: mean and spread over models, and refusals."""

from typing import Any

import pytest
from pymatgen.core import Composition, Lattice, Structure

from liponflow.analysis.glass.result import GlassModel, GlassResult
from liponflow.analysis.method import Block, Method
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.glass_energy import formula_per_phosphorus, glass_energy
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import named_material

CHGNET = EngineInfo(
    name="chgnet",
    version="0.4.2",
    weights="0.3.0",
    functional="PBE, Materials Project 2020 corrections included",
    surrogate=True,
)
VASP = EngineInfo(name="vasp", version="6.4.2", functional="PBE", surrogate=False)
UUID = "abcd1234-0000"


def cell(formula: str) -> Structure:
    species = [element for element, n in Composition(formula).items() for _ in range(round(n))]
    places = [[number / len(species), 0, 0] for number in range(len(species))]
    return Structure(Lattice.cubic(20), species, places)


def result(*energies: float | None, engine: EngineInfo = CHGNET, **fields: Any) -> GlassResult:
    """Return an unvalidated result with the fields needed here; fingerprints are not used."""
    formulas = fields.pop("formulas", ["Li3PO3N"] * len(energies))
    methods = fields.pop("methods", [None] * len(energies))
    models = [
        GlassModel.model_construct(
            recorded_method=method,
            seed=seed,
            structure=cell(formula),
            energy_per_atom=energy,
            converged=fields.get("converged", True),
            criterion="largest force below 0.05 eV/Å, reached 0.3 eV/Å",
        )
        for seed, (energy, formula, method) in enumerate(
            zip(energies, formulas, methods, strict=True)
        )
    ]
    provenance = type("Provenance", (), {"engine": engine})()
    return GlassResult.model_construct(models=models, provenance=provenance)


def test_glass_energy_has_mean_and_spread() -> None:
    found = glass_energy(result(-6.0, -6.1, -6.2), UUID, "auto")
    assert found.energy_per_atom == pytest.approx(-6.1)
    assert found.spread == pytest.approx(0.1)
    assert found.formula == "Li3PO3N"
    assert found.text == "glass result abcd1234: mean of 3 models, spread 100 meV/atom"
    assert found.scale.startswith("chgnet 0.3.0")


def test_one_model_has_no_spread() -> None:
    found = glass_energy(result(-6.0), UUID, "auto")
    assert found.spread is None
    assert found.text == "glass result abcd1234: one model"


def test_dft_energy_is_corrected() -> None:
    found = glass_energy(result(-6.0, engine=VASP), UUID, "auto")
    # Oxide and nitride corrections of Wang et al. 2021 over the 8 atoms of Li3PO3N.
    assert found.energy_per_atom == pytest.approx(-6.0 + (3 * -0.687 - 0.361) / 8, abs=1e-3)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (result(None), "model 0 of glass result abcd1234 has no energy"),
        (result(-6.0, converged=False), "did not converge.*reached 0.3"),
        (result(-6.0, -6.0, formulas=["Li3PO4", "Li3PO3N"]), "differ in composition"),
    ],
)
def test_unusable_glass_result_is_refused(made: GlassResult, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        glass_energy(made, UUID, "auto")


def test_formula_without_phosphorus_is_the_reduced_formula() -> None:
    assert formula_per_phosphorus(Composition("Li4O2")) == "Li2O"


PBE = Method(code="vasp", functional="PBE", blocks=[Block(element="O", potential="PAW_PBE O")])
R2SCAN = PBE.model_copy(update={"functional": "r2SCAN"})
SOFT = PBE.model_copy(update={"blocks": (Block(element="O", potential="PAW_PBE O_s"),)})


def test_models_by_different_functionals_have_no_mean() -> None:
    made = result(-6.0, -6.1, engine=VASP, methods=[PBE, R2SCAN])
    with pytest.raises(ValueError, match=r"functional differs \(PBE, r2SCAN\)"):
        glass_energy(made, UUID, "auto")


def test_charged_models_have_no_energy_to_use() -> None:
    made = result(-6.0, engine=VASP, methods=[PBE.model_copy(update={"charge": 1.0})])
    with pytest.raises(ValueError, match=r"charge of \+1 e"):
        glass_energy(made, UUID, "auto")


def test_corrections_are_those_of_the_recorded_functional() -> None:
    plain = glass_energy(result(-6.0, engine=VASP, methods=[R2SCAN]), UUID, "auto")
    assert plain.energy_per_atom == pytest.approx(-6.0)
    corrected = glass_energy(result(-6.0, engine=VASP, methods=[PBE]), UUID, "auto")
    assert corrected.energy_per_atom < -6.1


def test_glass_by_other_potentials_than_the_entries_is_refused() -> None:
    found = glass_energy(result(-6.0, engine=VASP, methods=[SOFT]), UUID, "auto")
    names = {"Li": -1.9, "P": -5.4, "N2": -8.3, "Li2O": -4.8}
    entries = EntrySet.build(
        [
            Entry(
                name=name,
                composition=Composition(name).get_el_amt_dict(),
                energy=energy * Composition(name).num_atoms,
                source="own",
                method=PBE if name == "Li2O" else None,
            )
            for name, energy in [*names.items(), ("O2", -4.9)]
        ],
        scale=f"{found.scale}; gases by reference",
        kind="total",
    )
    with pytest.raises(ValueError, match=r"Li2O \(own\) do not compare: POTCAR of O"):
        named_material(found.formula, entries, Hull.of(entries), glass_energy=found)
