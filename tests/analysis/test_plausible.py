"""Results that no experiment would know are doubted, and measured ones are not."""

from pathlib import Path

import pytest
from monty.serialization import dumpfn
from pymatgen.analysis.phase_diagram import PDEntry
from pymatgen.core import Composition

from liponflow.analysis import plausible
from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.plausible import (
    ImplausibleEntriesError,
    barrier_doubts,
    check_formation,
    formation_doubts,
    frequency_doubts,
    known_formation_energies,
    pressure_doubts,
    voltage_doubts,
    volume_doubts,
)
from liponflow.analysis.stability.entries import Entry
from liponflow.workflows.campaign import get_campaign

ELEMENTS = {"Li": -1.9, "O": -4.9, "N": -8.3, "P": -5.4, "F": -1.8, "Cl": -1.8}
"""Energies of elements, eV/atom, about those of PBE."""


def known(formula: str, cells: int = 1) -> Entry:
    """Return a compound with its measured formation energy, in a cell of several formulas."""
    composition = Composition(formula) * cells
    energy = sum(ELEMENTS[symbol] * n for symbol, n in composition.as_dict().items())
    energy += known_formation_energies()[formula] * composition.num_atoms
    return entry(formula, composition, energy)


def entry(name: str, composition: Composition, energy: float) -> Entry:
    amounts = {str(symbol): float(n) for symbol, n in composition.as_dict().items()}
    return Entry(name=name, composition=amounts, energy=energy, source="test")


FORMULAS = ("Li2O", "Li3N", "Li3P", "Li3PO4", "LiF", "LiCl")
RIGHT = [
    *(entry(symbol, Composition(symbol), energy) for symbol, energy in ELEMENTS.items()),
    *(known(formula, cells) for cells, formula in enumerate(FORMULAS, start=1)),
]
PER_ATOM = [item.model_copy(update={"energy": item.energy_per_atom}) for item in RIGHT]
PER_FORMULA = [
    item.model_copy(update={"energy": item.energy * item.atoms_per_formula})
    if len(item.composition) > 1
    else item
    for item in RIGHT
]


def test_measured_formation_energies_are_believed() -> None:
    assert formation_doubts(RIGHT) == []
    assert check_formation(RIGHT, "refuse", what="entries.json") == []


@pytest.mark.parametrize(
    ("entries", "question"),
    [
        (PER_ATOM, "are these energies per atom? Multiply each by the number of atoms"),
        (PER_FORMULA, "are these energies per formula unit or cell"),
    ],
)
def test_energies_per_atom_and_their_reverse_are_recognised(
    entries: list[Entry], question: str
) -> None:
    with pytest.raises(ImplausibleEntriesError) as caught:
        check_formation(entries, "refuse", what="entries.json")
    message = str(caught.value)
    assert message.startswith("entries.json: ")
    assert question in message
    assert "--set plausible=warn" in message
    [text] = check_formation(entries, "warn", what="entries.json")
    assert question in text


def test_energies_of_mixed_methods_are_doubted_without_a_guess() -> None:
    shifted = [
        item.model_copy(update={"energy": item.energy + 0.7 * item.n_atoms})
        if len(item.composition) > 1
        else item
        for item in RIGHT
    ]
    [text] = check_formation(shifted, "refuse", what="entries.json")
    assert "differ from known ones by 0.70 eV/atom on the average, more than 0.5" in text
    assert text.endswith("check their unit (eV), and that all are of one method")


def test_a_file_of_energies_per_atom_is_refused_before_the_campaign(tmp_path: Path) -> None:
    file = tmp_path / "entries.json"
    dumpfn([PDEntry(Composition(e.composition), e.energy, name=e.name) for e in PER_ATOM], file)
    campaign = get_campaign("stability")
    given = {"entries": str(file), "composition": "Li3PO4", "electrode": None, "compare": []}
    with pytest.raises(ImplausibleEntriesError, match=f"{file}: .*are these energies per atom"):
        campaign.plan(preset="quick", engine="chgnet", overrides=given)
    assert campaign.plan(
        preset="quick", engine="chgnet", overrides={**given, "plausible": "warn"}
    ).jobs


@pytest.mark.parametrize(
    ("voltage", "words"),
    [
        (-1.4, "between x = 0 and 1 is -1.40 V, below 0 V"),
        (7.2, "is 7.20 V, above the 6 V"),
        (4.7, ""),
    ],
)
def test_voltages_that_no_electrode_has_are_doubted(voltage: float, words: str) -> None:
    found = voltage_doubts([VoltageStep(x_low=0, x_high=1, voltage=voltage)])
    assert (words in found[0]) if words else found == []


def test_other_limits_are_stated_with_the_number() -> None:
    assert (
        "differs by +40 % from that of its start, more than 25 %"
        in volume_doubts("Li2O", 140.0, 100.0, of="its start")[0]
    )
    assert volume_doubts("Li2O", 120.0, 100.0, of="its start") == []
    assert "a pressure of -4.0 GPa is left, more than 3 GPa" in pressure_doubts("Li2O", -4.0)[0]
    assert pressure_doubts("Li2O", 1.5) == pressure_doubts("Li2O", None) == []
    [high, low] = barrier_doubts({"N, a": 6.0, "N, b": -0.1, "N, c": 0.3, "N, d": None})
    assert "N, a: a barrier of 6.00 eV is above 5 eV" in high
    assert "N, b: a barrier of -0.100 eV is below 0" in low
    assert "140 THz, is above 130 THz" in frequency_doubts(140.0)[0]
    assert frequency_doubts(125.0) == []


def test_docs_state_the_limits() -> None:
    page = (Path(__file__).parents[2] / "docs" / "own_material.md").read_text(encoding="utf-8")
    low, high = plausible.FORMATION
    limits = {
        "average voltage (V vs Li)": (
            f"below {plausible.LOWEST_VOLTAGE:g}, above {plausible.HIGHEST_VOLTAGE:g}"
        ),
        "change of the volume (%)": f"above {plausible.VOLUME_CHANGE:g}",
        "pressure left in a relaxed cell (GPa)": f"above {plausible.PRESSURE:g}",
        "barrier (eV)": f"below 0, above {plausible.HIGHEST_BARRIER:g}",
        "frequency (THz)": f"above {plausible.HIGHEST_FREQUENCY:g}",
        "formation energy (eV/atom)": f"below {low:g}, above {high:g}",
        "mean difference from known formation energies (eV/atom)": (
            f"above {plausible.KNOWN_FORMATION:g}"
        ),
    }
    for name, limit in limits.items():
        assert f"| {name} | {limit} |" in page, name
    assert f"{plausible.ABSURD_FORMATION:g} eV/atom or more" in page
