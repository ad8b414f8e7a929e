"""Errors of custodian, in words that say where, what and what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from custodian.custodian import CustodianError

from liponflow.engines.vasp.failure import explanation
from liponflow.engines.vasp.reading.parts import Part, Record, write_record

AGAIN = [
    {"file": f"relax.attempt1/{name}", "action": {"_file_copy": {"dest": name}}}
    for name in ("POSCAR", "KPOINTS", "INCAR")
]


def explained(directory: Path, corrections: list[dict[str, Any]], line: str = "") -> str:
    """Return the explanation of a run with this record of custodian's and this last line."""
    (directory / "custodian.json").write_text(json.dumps([{"corrections": corrections}]))
    (directory / "vasp.out").write_text(f" running\n {line}\n")
    return explanation(CustodianError("3 errors reached"), directory)


@pytest.mark.parametrize(
    ("corrections", "line", "remedy"),
    [
        ([{"errors": ["the walltime was near"], "actions": None}], "", "raise vasp_walltime"),
        ([{"errors": ["VASP broke off"], "actions": None}], "No space left on device", "free"),
        ([{"errors": ["out_of_memory"], "actions": None}], "", "use more nodes"),
        ([{"errors": ["brmix"], "actions": None}], "", "find the cause in vasp.out"),
    ],
)
def test_remedy_is_that_of_the_error(
    tmp_path: Path, corrections: list[dict[str, Any]], line: str, remedy: str
) -> None:
    found = explained(tmp_path, corrections, line)
    assert (
        f"VASP did not finish in {tmp_path}: custodian saw {corrections[0]['errors'][0]}" in found
    )
    assert f"it ended with: {line or 'running'}; " in found
    assert remedy in found
    assert found.endswith(", then continue with liponflow resume")


IONS = [{"dict": "INCAR", "action": {"_set": {"IBRION": 1}}}]
ELECTRONS = [{"dict": "INCAR", "action": {"_set": {"ALGO": "All"}}}]


@pytest.mark.parametrize(
    ("actions", "end"),
    [
        ([IONS, IONS], "come to rest within its steps: .* resume --continue --set max_steps=N$"),
        ([ELECTRONS, None], "another ALGO or mixing, then continue with liponflow resume$"),
        ([IONS, None], "another ALGO or mixing, then continue with liponflow resume$"),
        ([ELECTRONS, IONS], "resume --continue --set max_steps=N$"),
    ],
)
def test_ions_that_need_steps_are_no_fault_of_the_electrons(
    tmp_path: Path, actions: list[list[dict[str, Any]] | None], end: str
) -> None:
    unconverged = [{"errors": ["Unconverged"], "actions": made} for made in actions]
    corrected = {"errors": ["custodian corrected it"], "actions": AGAIN}
    assert re.search(end, explained(tmp_path, [*unconverged, corrected], "2 F= -2.755"))


def test_what_ended_the_run_decides_the_remedy(tmp_path: Path) -> None:
    earlier = {"errors": ["Unconverged"], "actions": ELECTRONS}
    last = {"errors": ["the walltime was near"], "actions": None}
    assert "raise vasp_walltime" in explained(tmp_path, [earlier, last])


def test_corrections_are_named_once_with_their_number(tmp_path: Path) -> None:
    tags = {"dict": "INCAR", "action": {"_set": {"ALGO": "All", "IMIX": 1}}}
    broke = {"errors": ["VASP broke off"], "actions": AGAIN}
    found = explained(tmp_path, [{"errors": ["brmix"], "actions": [tags]}, broke, broke])
    assert "brmix (ALGO = All, IMIX = 1); " in found
    assert "VASP broke off (VASP started again from the CONTCAR), 2 times;" in found
    assert "KPOINTS" not in found


def test_steps_of_earlier_parts_are_kept(tmp_path: Path) -> None:
    part = Part(directory="relax.attempt1", steps=7, reason="VASP broke off")
    write_record(tmp_path, Record(job="", earlier=[part]))
    assert "; 7 ionic steps are kept; " in explained(tmp_path, [])


def test_damaged_record_of_custodian_hides_no_error(tmp_path: Path) -> None:
    (tmp_path / "custodian.json").write_text('[{"corrections"')
    found = explanation(CustodianError("3 errors reached"), tmp_path)
    assert "custodian saw no error that it knows (3 errors reached); find the cause" in found
