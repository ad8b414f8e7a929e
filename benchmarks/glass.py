"""Run the quick glass campaign and compare it with the limits for a model of LiPON.

Usage: ``python benchmarks/glass.py [FOLDER [KEY=VALUE ...]]``; the store, the runs and the figures
go to FOLDER (a temporary one by default), and KEY=VALUE replaces a parameter of the preset.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

from rich.console import Console

from liponflow.analysis.glass.result import Fingerprint, GlassResult
from liponflow.cli.tables import print_result
from liponflow.inputs.presets import parse_settings
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

WORKERS = 2
DENSITY = 2.3
"""g/cm³."""
LIMITS = {
    "P-O (Å)": (1.50, 1.60),
    "P-N (Å)": (1.55, 1.75),
    "Li-O first peak (Å)": (1.9, 2.1),
    "density (g/cm³)": (0.9 * DENSITY, 1.1 * DENSITY),
    "P not four-coordinated": (0, 1),
    "free N": (0, 0),
    "P-P bonds": (0, 0),
}
TIME_LIMIT = 360
"""s, on two idle cores."""


def values(found: Fingerprint) -> dict[str, float]:
    """Return the quantities of ``LIMITS`` from a fingerprint."""
    lengths = {bond.name: bond.length for bond in found.bonds}
    peaks = {pair.pair: pair.first_peak for pair in found.pairs}
    defects = {defect.name: defect.last for defect in found.defects}
    return {
        "P-O (Å)": lengths["P-O"],
        "P-N (Å)": lengths["P-N"],
        "Li-O first peak (Å)": peaks["Li-O"] or float("nan"),
        "density (g/cm³)": found.density,
        "P not four-coordinated": defects["P with fewer than 4 anions"]
        + defects["P with more than 4 anions"],
        "free N": defects["free N"],
        "P-P bonds": defects["P-P bonds"],
    }


def main() -> None:
    """Run the campaign, print the result and compare it with the limits."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else mkdtemp(prefix="glass-"))
    start = perf_counter()
    flow = get_campaign("glass").plan(
        preset="quick", engine="chgnet", overrides=parse_settings(sys.argv[2:])
    )
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=WORKERS)
    outcome = campaigns.run(flow, settings, {"command": sys.argv})
    elapsed = perf_counter() - start
    if outcome.result is None:
        raise SystemExit(f"no result: {outcome.report.failures}")
    result = outcome.result.result
    assert isinstance(result, GlassResult)  # noqa: S101 - the flow's output
    print_result(outcome.result, Console(width=100))
    print(f"\n{elapsed:.0f} s with {WORKERS} workers (limit {TIME_LIMIT} s on an idle machine)\n")
    print("| | limit |", " | ".join(f"seed {model.seed}" for model in result.models), "|")
    print("| --- | --- |", " | ".join("---" for _ in result.models), "|")
    columns = [values(model.fingerprint) for model in result.models]
    for name, (low, high) in LIMITS.items():
        cells = [
            f"{column[name]:.4g}{'' if low <= column[name] <= high else ' (no)'}"
            for column in columns
        ]
        print(f"| {name} | {low:.4g} to {high:.4g} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
