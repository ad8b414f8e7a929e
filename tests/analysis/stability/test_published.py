import pytest

from liponflow.analysis.stability.published import published_stability


def test_values_are_the_printed_ones() -> None:
    found = published_stability()
    window = found.window("Li2PO2N")
    assert window is not None
    assert (window.low, window.high) == (0.68, 2.63)
    assert found.window("LiPO3") is None
    assert {p.where: set(p.phases) for p in found.products} == {
        "at 0 V": {"Li3P", "Li2O", "Li3N"},
        "first oxidation": {"P3N5", "Li4P2O7", "N2"},
    }
    assert found.formation_energies.values == {"Li3PO4": -2.769, "Li3P": -0.698}
    assert [layer.thickness for layer in found.observed.layers] == [21.1, 11.6, 43.7]
    assert sum(layer.thickness for layer in found.observed.layers) == pytest.approx(76.4)
    assert found.observed.absent == ("Li3P",)
    assert set(found.decomposition.phases) == {"Li3PO4", "Li2PO2N"}


def test_every_value_has_source_and_note() -> None:
    found = published_stability()
    cited = [
        *found.windows,
        *found.products,
        found.formation_energies,
        found.observed,
        found.decomposition,
    ]
    for entry in cited:
        assert "section" in entry.source
        assert entry.note
        assert entry.citation
