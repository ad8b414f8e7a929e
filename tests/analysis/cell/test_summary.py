"""The model of a cell against the printed numbers, and the contradictions between these."""

from collections.abc import Mapping

import pytest

from liponflow.analysis.cell.energy import energy_density, layers_and_energy, substrate_of
from liponflow.analysis.cell.published import published_densities
from liponflow.analysis.cell.result import CellResult
from liponflow.workflows.model import get_model

PRINTED = 1.0
"""Wh/L; the densities are printed without decimals."""


@pytest.fixture(scope="module", params=["published", "dissertation"])
def by_preset(request: pytest.FixtureRequest) -> tuple[str, CellResult]:
    return request.param, compute(preset=request.param)


@pytest.fixture(scope="module")
def published() -> CellResult:
    return compute()


def compute(preset: str = "published", overrides: Mapping | None = None) -> CellResult:
    result = get_model("cell").compute(preset, overrides)
    assert isinstance(result, CellResult)
    return result


def test_printed_densities_are_reproduced(by_preset: tuple[str, CellResult]) -> None:
    preset, result = by_preset
    citation = {"published": "Cheng (perspective)", "dissertation": "Cheng 2023"}[preset]
    printed = [item for item in published_densities() if item.citation == citation]
    steel = {p.substrate: p.density[0] for p in printed if p.name == "anodeless on steel"}
    ours = {point.substrate: point.density for point in result.curve}
    assert set(steel) == {10.0, 100.0}
    assert {s: ours[s] for s in steel} == pytest.approx(steel, abs=PRINTED)
    [most] = [p.density[0] for p in printed if p.name == "anodeless, fully used"]
    # 94 % is printed as about; 1163 and 1232 give 94.4 %.
    assert result.densities[1].density == pytest.approx(most, rel=0.006)


def test_both_sources_differ_by_one_factor() -> None:
    by_source: dict[str, list[float]] = {}
    for item in published_densities():
        if item.substrate is not None:
            by_source.setdefault(item.citation, []).append(item.density[0])
    perspective, dissertation = by_source["Cheng (perspective)"], by_source["Cheng 2023"]
    ratios = [a / b for a, b in zip(dissertation, perspective, strict=True)]
    assert ratios == pytest.approx([0.948] * 3, abs=0.002)


def test_two_densities_determine_layers_and_energy() -> None:
    made = [energy_density(0.6, 3.8, 10 + substrate + 4.2) for substrate in (8, 60)]
    layers, energy = layers_and_energy(made[0], made[1], substrates=(8, 60), cathode=10)
    assert (layers, energy) == pytest.approx((4.2, 0.6 * 3.8))
    assert substrate_of(made[1], 0.6, 3.8, 14.2) == pytest.approx(60)


def test_cells_on_mica_stay_below_200(published: CellResult) -> None:
    mica = published.densities[2]
    assert mica.density < 200
    assert mica.substrate_at_target is not None
    assert mica.substrate > mica.substrate_at_target > 10  # "tens of µm"
    impossible = compute(overrides={"target": 5000.0})
    assert {item.substrate_at_target for item in impossible.densities} == {None}


def test_plated_lithium_is_not_in_the_printed_volume(published: CellResult) -> None:
    first = published.densities[0]
    assert first.plated > published.other_layers
    assert first.charged_density == pytest.approx(1016, abs=1)
    assert published.warnings[0].startswith("1163 Wh/L is for the volume without the 3.1 µm")


def test_areal_capacities_are_those_printed(published: CellResult) -> None:
    assert [round(item.capacity, 2) for item in published.capacities] == [0.55, 0.66]


def test_stated_excess_of_lithium_is_that_by_mass_only(published: CellResult) -> None:
    found = {item.basis: item.excess for item in published.balances if item.stated}
    assert found == pytest.approx({"loading": 292, "thickness": 176, "mass": 201}, abs=0.5)
    [warning] = [text for text in published.warnings if "excess of Li" in text]
    assert "stated as 203 %" in warning


def test_stated_rates_contradict_the_currents(published: CellResult) -> None:
    rates = {(r.cell, r.current): r.rate for r in published.rates if r.basis == "loading"}
    assert rates["535 cycles", 150.0] == pytest.approx(0.1, abs=0.005)  # as stated, C/10
    assert rates["535 cycles", 3000.0] == pytest.approx(2.04, abs=0.01)  # stated as 5C
    told = [text for text in published.warnings if "no capacity gives both" in text]
    assert len(told) == 2
    assert "50 to 1, and the currents are 20 to 1" in told[0]


def test_consistent_cell_has_no_warning() -> None:
    cell = {
        "name": "own", "area": 100.0, "loading": 1.0, "currents": [1e5, 1e6],
        "stated_rates": [0.1, 1.0], "lithium": 9.7, "stated_excess": 100.0,
    }  # fmt: skip
    result = compute(overrides={"tested": [cell]})
    assert len(result.warnings) == 1  # the plated Li
    assert [item.rate for item in result.rates] == pytest.approx([0.1, 1.0])


def test_lithium_of_the_depth_profile(published: CellResult) -> None:
    [profile] = published.extra_lithium
    assert profile.share == pytest.approx(2.73, abs=0.01)  # printed as about 3
    assert profile.x == pytest.approx(1.0273, abs=1e-4)
    charged = compute(overrides={"first_charge_excess": profile.charge})
    assert charged.extra_lithium[1].x == pytest.approx(profile.x)


def test_films_lie_on_one_line(published: CellResult) -> None:
    line = published.film_line
    assert line is not None
    assert line.slope == pytest.approx(51.3, abs=0.1)
    assert line.utilisation == pytest.approx(0.78, abs=0.01)
    assert [film.utilisation for film in published.films] == pytest.approx([0.31, 0.77], abs=0.01)
    none = compute(overrides={"films": []})
    assert (none.films, none.film_line) == ([], None)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"films": [{"thickness": 150.0, "capacity": 3.0}]}, "a line takes two"),
        (
            {
                "tested": [
                    {"name": "a", "area": 1.0, "loading": 1.0, "currents": [1.0],
                     "stated_rates": []}
                ]
            },
            "one rate for each current",
        ),
    ],
)  # fmt: skip
def test_incomplete_facts_are_refused(overrides: Mapping, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        compute(overrides=overrides)
