"""A process that answers as the worker of GPAW does, with springs between atoms and a point.

Its first argument says how it fails; the last one, the script of the real worker, is ignored.
"""

import json
import sys
from typing import Any

import numpy as np

SPRING = 2.0


def _evaluation(request: dict[str, Any], version: str) -> dict[str, Any]:
    away = np.array(request["positions"])
    return {
        "answer": "evaluation",
        "energy": float(0.5 * SPRING * (away**2).sum()),
        "free_energy": float(0.5 * SPRING * (away**2).sum()) - 0.01,
        "forces": (-SPRING * away).tolist(),
        "stress": [0.0] * 6 if request["stress"] else None,
        "iterations": 7,
        "setups": {"Li": {"file": "Li.PBE.gz", "electrons": 1, "hash": version}},
        "magmoms": request["magmoms"],
        "peak_memory": request["available"],
    }


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def main() -> None:
    mode = sys.argv[1]
    if mode == "broken":
        sys.exit("ModuleNotFoundError: No module named 'gpaw'")
    sys.stdout.write("mpiexec: a greeting\n")
    version = "27.0" if mode == "newer" else "26.7"
    _say({"answer": "ready", "versions": {"gpaw": version}, "ranks": 1, "setup_paths": []})
    start = json.loads(sys.stdin.readline())
    sys.stderr.write(f"log {start['log']}\n")
    for line in sys.stdin:
        if mode == "dies":
            sys.stderr.write("Segmentation fault\n")
            sys.exit(3)
        if mode == "unconverged":
            _say({"answer": "error", "error": "convergence", "message": "200"})
        elif mode == "refuses":
            _say({"answer": "error", "error": "FileNotFoundError", "message": "no data of Po"})
        else:
            _say(_evaluation(json.loads(line), version))


if __name__ == "__main__":
    main()
