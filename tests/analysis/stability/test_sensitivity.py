from itertools import combinations

import numpy as np
import pytest
from equations import imbalance
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal, glass
from liponflow.analysis.stability.sensitivity import layer_sequence, ranked_pathways


def test_pathways_start_with_equilibrium_and_rise_in_energy() -> None:
    entries, _ = lipon()
    found = ranked_pathways(entries, phase("Li2PO2N"), number=6)
    assert found[0].equation == "Li2PO2N + 8 Li -> 2 Li2O + Li3P + Li3N"
    assert set(found[0].phases) == {"Li2O", "Li3P", "Li3N"}
    assert [p.rank for p in found] == [1, 2, 3, 4, 5, 6]
    assert [p.above_best for p in found] == sorted(p.above_best for p in found)
    assert found[0].above_best == 0
    assert len({tuple(sorted(p.phases)) for p in found}) == 6
    for pathway in found:
        assert imbalance(pathway.equation) < 1e-6


def test_pathway_energies_are_those_of_the_reactions() -> None:
    entries, _ = lipon()
    energy = {e.formula: e.energy_per_atom * e.atoms_per_formula for e in entries.entries}
    for pathway in ranked_pathways(entries, phase("Li2PO2N"), voltage=0.5, number=4):
        total = sum(n * energy[f] for f, n in pathway.reaction.products.items())
        total -= energy["Li2PO2N"] - 0.5 * pathway.reaction.reactants["Li"]
        assert pathway.energy == pytest.approx(total, abs=1e-4)


def test_pathways_agree_with_an_enumeration_of_all_combinations() -> None:
    """Compare with all combinations of as many phases as elements, solved one by one."""
    entries = formation_entries(
        {"Li2O": -2.0, "Li3P": -0.7, "Li3PO4": -2.7, "LiP": -0.5, "LiPO3": -2.6, "P2O5": -2.4}
    )
    hull = Hull.of(entries)
    material = crystal("LiPO3", entries, hull)
    voltage = 0.3
    columns, costs = Hull.from_columns(
        list(entries.entries), tuple(entries.elements)
    ).open_columns(voltage)
    target = np.array([3, 1]) / 4  # O, P
    costs_found = set()
    for pair in combinations(range(costs.size), 2):
        basis = columns[:, pair]
        if abs(np.linalg.det(basis)) < 1e-9:
            continue
        weights = np.linalg.solve(basis, target)
        if weights.min() > -1e-9:
            costs_found.add(round(float(weights @ costs[list(pair)]) * 4, 6))
    found = ranked_pathways(entries, material, voltage=voltage, number=50)
    own = hull.energy(material.composition) * 5 - 1 * (0.0 - voltage)
    energies = {round(p.energy + own, 6) for p in found}
    best = sorted(costs_found)
    assert sorted(energies)[:3] == pytest.approx(best[:3], abs=1e-5)
    # Each pathway is the best without some phase, so every energy is in the enumeration.
    assert all(min(abs(e - c) for c in best) < 1e-5 for e in energies)


def test_pathways_end_when_no_others_exist() -> None:
    entries = formation_entries({"Li2O": -2.0})
    hull = Hull.of(entries)
    found = ranked_pathways(entries, crystal("Li2O", entries, hull), number=10)
    assert [p.phases for p in found] == [["Li2O"], ["O2"]]
    with pytest.raises(ValueError, match="number of pathways must be at least 1"):
        ranked_pathways(entries, crystal("Li2O", entries, hull), number=0)


def test_layers_run_from_lithium_metal_to_the_window() -> None:
    entries, _ = lipon()
    layers = layer_sequence(entries, phase("Li2PO2N"))
    assert layers[0].voltage_low == 0
    assert set(layers[0].phases) == {"Li2O", "Li3N", "Li3P"}
    assert layers[-1].voltage_high == pytest.approx(0.677, abs=2e-3)
    assert [layer.order for layer in layers] == list(range(len(layers)))
    for layer in layers:
        assert sum(layer.atom_shares.values()) == pytest.approx(1)
    # 2 Li2O, Li3N and Li3P with 14 atoms in total.
    assert layers[0].atom_shares["Li2O"] == pytest.approx(6 / 14, abs=1e-5)


def test_excluded_phases_appear_in_no_layer_and_lower_the_reduction_limit() -> None:
    entries, _ = lipon()
    layers = layer_sequence(entries, phase("Li2PO2N"), without=["Li3P"])
    assert layers[0].without == ["Li3P"]
    assert not any("Li3P" in layer.phases for layer in layers)
    # Without its best product, reduction begins closer to Li metal.
    assert layers[-1].voltage_high < 0.65
    with pytest.raises(ValueError, match="no phase 'Li3Pp'"):
        layer_sequence(entries, phase("Li2PO2N"), without=["Li3Pp"])


def test_material_stable_against_lithium_has_no_layers() -> None:
    entries, hull = lipon()
    assert layer_sequence(entries, phase("Li2O")) == []
    mixed = glass("Li5PO", hull, above_hull=0.1, energy_source="assumed")
    assert layer_sequence(entries, mixed) == []
