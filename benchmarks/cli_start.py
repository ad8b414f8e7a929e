"""Start-up time of the command line, compared with that of the bare interpreter.

python benchmarks/cli_start.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 20

COMMANDS = {
    "`python -c pass`": [sys.executable, "-c", "pass"],
    "`python -c 'import typer, rich'`": [sys.executable, "-c", "import typer, rich"],
    "`liponflow --help`": [str(Path(sys.executable).with_name("liponflow")), "--help"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of a command (s)."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print a Markdown table, after one unmeasured run of each command to fill the disk cache."""
    times: dict[str, list[float]] = {label: [] for label in COMMANDS}
    for run in range(RUNS + 1):
        for label, command in COMMANDS.items():
            elapsed = seconds(command)
            if run:
                times[label].append(elapsed)
    print(f"| command ({RUNS} runs) | median (s) | lowest (s) | highest (s) |")
    print("| --- | ---: | ---: | ---: |")
    for label, taken in times.items():
        print(
            f"| {label} | {statistics.median(taken):.2f} | {min(taken):.2f} | {max(taken):.2f} |"
        )


if __name__ == "__main__":
    main()
