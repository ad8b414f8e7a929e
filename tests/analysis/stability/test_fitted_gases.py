"""Gases whose energies follow from measured enthalpies of formation."""

import pytest

from liponflow.analysis.stability.entries import Entry
from liponflow.analysis.stability.fitted_gases import check_fitted, fitted_gases
from liponflow.analysis.stability.unknown_scale import MEASURED, formation_energies

SCALE = {"Li": 103.0, "O": -7.0, "N": 11.0, "P": 5.0}
"""Energies of free atoms (eV), which differ from code to code and cancel in formation energies."""


def phase(formula: str, per_atom: float, **composition: float) -> Entry:
    atoms = sum(composition.values())
    energy = per_atom * atoms + sum(SCALE[key] * n for key, n in composition.items())
    return Entry(name=formula, composition=composition, energy=energy, source="made up")


PHASES = [
    phase("Li", -1.9, Li=2),
    phase("P", -5.4, P=4),
    phase("Li2O", -4.7, Li=2, O=1),
    phase("Li2O high", -4.5, Li=2, O=1),
    phase("Li3N", -3.8, Li=3, N=1),
    phase("Li3PO4", -6.1, Li=3, P=1, O=4),
]


def test_the_compounds_have_their_measured_enthalpies() -> None:
    gases = fitted_gases(["Li", "P", "O", "N"], PHASES)
    assert [gas.name for gas in gases] == ["O2", "N2"]
    formed = formation_energies([*PHASES, *gases])
    for formula in ("Li2O", "Li3N"):
        assert formed[formula] == pytest.approx(MEASURED[formula])
    assert "Li2O has its measured enthalpy" in gases[0].source


def test_formation_energies_do_not_depend_on_the_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    gases = fitted_gases(["O"], PHASES)
    here = formation_energies([*PHASES, *gases])["Li3PO4"]
    for element in SCALE:
        monkeypatch.setitem(SCALE, element, 0.0)
    plain = [phase("Li", -1.9, Li=2), phase("P", -5.4, P=4), phase("Li2O", -4.7, Li=2, O=1)]
    plain.append(phase("Li3PO4", -6.1, Li=3, P=1, O=4))
    assert formation_energies([*plain, *fitted_gases(["O"], plain)])["Li3PO4"] == pytest.approx(
        here
    )


def test_a_missing_compound_is_named() -> None:
    with pytest.raises(ValueError, match="N2 is set by Li3N and Li, and there is no usable Li3N"):
        fitted_gases(["N"], PHASES[:4])


def test_a_system_without_lithium_is_refused_beforehand() -> None:
    with pytest.raises(ValueError, match="gpaw has no energy of O2 but that from Li2O, and Li"):
        check_fitted(["P", "O"], "gpaw")
    check_fitted(["Li", "O"], "gpaw")
    check_fitted(["P"], "gpaw")
