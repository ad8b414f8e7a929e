"""The page of hosts holds the numbers of the stored results."""

import json
import subprocess
import sys

from reader import ROOT

from liponflow.analysis.lithiation.magnetism import oxidation_state
from liponflow.analysis.published import published_lithiation

SCRIPT = ROOT / "benchmarks" / "hosts.py"
PAGE = (ROOT / "docs" / "hosts.md").read_text(encoding="utf-8")
NUMBERS = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
FORMULAS = {"NMC111": "Li3MnCoNiO6"}
UNTOLD = {"VO"}
"""Crystals whose moment the windows take for another state; the page says so."""


def test_tables_of_the_page_are_those_of_the_stored_numbers() -> None:
    printed = subprocess.run(
        [sys.executable, str(SCRIPT), "tables"], capture_output=True, text=True, check=True
    ).stdout
    assert printed.count("\n|") > 20
    assert all(block.strip() in PAGE for block in printed.strip().split("\n\n"))


def test_measured_voltages_are_those_of_the_published_data() -> None:
    for name, host in NUMBERS["hosts"].items():
        published = published_lithiation(FORMULAS.get(name, name))
        assert published is not None
        assert [value["V"] for value in host["experiment"]] == [
            list(value.volts) for value in published.voltages
        ]


def test_windows_give_the_states_of_the_known_crystals() -> None:
    """Every state that a window exists for is read off the moment that CHGNet gives."""
    wrong = set()
    for name, moment in NUMBERS["known_moments"].items():
        element, state = NUMBERS["known_states"][name]
        read = oxidation_state(element, moment, mean=state)
        if read is not None and read != state:
            wrong.add(name)
    assert wrong == UNTOLD
