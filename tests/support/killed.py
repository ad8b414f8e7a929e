"""Run dynamics of every kind in child processes that are killed, then finish the run.

Arguments: directory, number of kills, random seed of the kill times.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from cheap import LennardJones, argon

from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import STATE, run
from liponflow.inputs.protocol import Stage

COMMON = {"duration": 0.16, "time_step": 2, "temperature": 40}
STAGES = [
    Stage(name="constant energy", ensemble="nve", **COMMON),
    Stage(name="rescaled", ensemble="nvt", thermostat="bussi", **COMMON),
    Stage(name="chain", ensemble="nvt", thermostat="nose-hoover", end_temperature=60, **COMMON),
    Stage(name="random", ensemble="nvt", thermostat="langevin", **COMMON),
    Stage(name="piston", ensemble="npt", pressure=0.01, **COMMON),
    Stage(name="chains", ensemble="npt", thermostat="nose-hoover", pressure=0.01, **COMMON),
]


def dynamics() -> Dynamics:
    """Return the dynamics that all child processes run."""
    return Dynamics(STAGES, LennardJones, seed=5, frame_interval=7, chunk_steps=9)


def main(directory: Path, kills: int, seed: int) -> None:
    """Kill child processes at increasing times of the run, and print the last checkpoint times."""
    draw = random.Random(seed)  # noqa: S311
    state = directory / "checkpoint" / STATE
    for _ in range(kills):
        before = state.stat().st_mtime_ns if state.exists() else 0
        child = os.fork()
        if child == 0:
            run(dynamics(), argon(), directory)
            os._exit(3)  # the run must not end before its kill
        while not state.exists() or state.stat().st_mtime_ns == before:
            time.sleep(0.0005)
        time.sleep(draw.uniform(0, 0.004))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the run ended before it was killed"
        print(state.stat().st_mtime_ns)  # noqa: T201
    run(dynamics(), argon(), directory)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
