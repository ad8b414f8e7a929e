"""The page of the migration campaign holds the stored barriers of Li by vacancies."""

import json
import subprocess
import sys

from reader import ROOT

SCRIPT = ROOT / "benchmarks" / "vacancy_migration.py"
PAGE = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
RECORD = SCRIPT.with_suffix(".jsonl").read_text(encoding="utf-8")


def test_table_of_the_page_is_that_of_the_record() -> None:
    printed = subprocess.run(
        [sys.executable, str(SCRIPT), "tables"], capture_output=True, text=True, check=True
    ).stdout
    assert printed.count("\n|") > 3
    assert printed.strip() in PAGE


def test_recorded_bands_converged_and_a_second_vacancy_lowers_the_barrier() -> None:
    rows = [json.loads(line) for line in RECORD.splitlines()]
    for row in rows:
        assert row["converged"]
        assert all(hop["max_force"] < 0.03 for hop in row["hops"])
        assert "the cell is neutral" in row["charge"]
    layered = [row for row in rows if row["host"] == "LiCoO2"]
    assert all(row["dimension"] == 2 for row in layered)
    pairs = [row["hops"] for row in layered if len(row["hops"]) > 1]
    assert pairs
    for single, beside in pairs:
        assert (single["hop"], beside["hop"]) == ("Li-Li", "Li-Li beside a vacancy")
        # Past the tetrahedral site, which is a minimum of the path.
        assert beside["barrier"] < 0.5 * single["barrier"]
        assert 0 < beside["lowest_on_the_way"] < beside["barrier"]
