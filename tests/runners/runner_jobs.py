"""Jobs and flows for the runner's tests, importable by its workers."""

# ruff: noqa: S311  the random numbers are not used for security

import json
import os
import random
import subprocess
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

import numpy as np
from jobflow import Flow, JobConfig, Maker, OnMissing, Response, job
from jobflow.core.flow import JobOrder
from monty.json import MSONable
from pydantic import BaseModel

COUNTER = "RUNNER_TEST_COUNTER"
FOLDER = "RUNNER_TEST_FOLDER"


def count(name):
    """Append a line to the counter file in one write, so that workers' lines do not mix."""
    with Path(os.environ[COUNTER]).open("a") as file:
        file.write(f"{name}\n")


@job
def add(a, b=1):
    return (a or 0) + (b or 0)


@job
def total(values):
    return sum(value or 0 for value in values)


@job
def fail(message="deliberate"):
    raise RuntimeError(message)


@job
def leave():
    raise SystemExit(3)


@job
def replace_by_job(a):
    new = add(a, 10)
    new.name = "replacement"
    return Response(replace=new)


@job
def replace_by_flow(a):
    first = add(a, 10)
    second = add(first.output, 100)
    return Response(replace=Flow([first, second], output={"sum": second.output}))


@job
def replace_by_bare_flow(a):
    return Response(output="kept", replace=Flow([add(a, 10)]))


@job
def replace_by_failure(a):
    bad = fail()
    return Response(replace=Flow([bad, add(a)], output=bad.output))


@job
def count_down(n):
    if n == 0:
        return "done"
    return Response(replace=count_down(n - 1))


@job
def fan_out(n):
    jobs = [add(i, i) for i in range(n)]
    return Response(replace=Flow([*jobs, end := total([j.output for j in jobs])], end.output))


@job
def returns_jobs(n):
    return [add(i, 1) for i in range(n)]


@job
def detour(a):
    return Response(output=a, detour=Flow([replace_by_job(a)]))


@job
def detour_failing(a):
    return Response(output=a, detour=fail())


@job
def addition(a):
    new = add(a, 1000)
    new.name = "added"
    return Response(output=a, addition=new)


@job
def stop_children(a):
    return Response(output=a, stop_children=True)


@job
def replace_then_stop_children(a):
    return Response(replace=stop_children(a))


@job
def stop_all(a):
    return Response(output=a, stop_jobflow=True, replace=add(1, 1))


@job
def with_stored_data(a):
    return Response(output=a, stored_data={"when": datetime(2020, 1, 1), "a": a})  # noqa: DTZ001


@job
def circular():
    one, two = add(1), add(2)
    one.function_args = (two.output,)
    two.function_args = (one.output,)
    return Response(replace=Flow([one, two]))


class Spin(Enum):
    UP = "up"


@dataclass
class Cell(MSONable):
    edge: float
    notes: list = field(default_factory=list)


class Summary(BaseModel):
    energy: float
    when: datetime
    forces: list[list[float]]


@job
def rich_output():
    from pymatgen.core import Lattice, Structure

    return {
        "cell": Cell(3.0, ["a", None]),
        "structure": Structure(Lattice.cubic(4.2), ["Li", "O"], [[0, 0, 0], [0.5] * 3]),
        "array": np.arange(4.0).reshape(2, 2),
        "scalar": np.float64(0.1),
        "spin": Spin.UP,
        "when": datetime(2024, 5, 6, 7, 8, 9),  # noqa: DTZ001
        "raw": b"bytes",
        "nan": float("inf"),
        "keys": {"0.5": 1, 2: "two"},
    }


@job
def use_rich(cell, structure, array):
    assert isinstance(cell, Cell)
    assert structure.formula == "Li1 O1"
    return [cell.edge * 2, structure.volume, np.array(array).sum()]


@job(output_schema=Summary)
def with_schema():
    return Summary(energy=-1.5, when=datetime(2024, 1, 1), forces=[[0.0, 0.1]])  # noqa: DTZ001


@job(data="trajectory")
def with_blob(n):
    return {"trajectory": list(range(n)), "steps": n}


@job
def use_blob(trajectory):
    return sum(trajectory)


@dataclass
class AddMaker(Maker):
    name: str = "maker add"
    number: float = 5

    @job
    def make(self, a):
        return a + self.number


@dataclass
class ReplacingMaker(Maker):
    name: str = "maker replace"
    inner: Maker = field(default_factory=AddMaker)

    @job
    def make(self, a):
        return Response(replace=self.inner.make(a))


@job(config=JobConfig(resolve_references="both"))
def keep_reference(a):
    return [a.value, a.attributes]


@job(config=JobConfig(resolve_references=False))
def pass_reference(a):
    return Response(replace=use_number(a))


@job
def use_number(a):
    return a * 2


@job(config=JobConfig(expose_store=True))
def wants_store():
    return None


@job
def replace_by_wants_store():
    return Response(replace=wants_store())


@job
def print_something():
    print("printed by the job")  # noqa: T201
    return str(Path.cwd())


@job
def read_number(file):
    return int(Path(file).read_text())


@job
def environment(name):
    return os.environ[name]


def tolerant(made):
    made.update_config({"on_missing_references": OnMissing.NONE})
    return made


# Flows by name --------------------------------------------------------------------------------


def linear():
    a = add(1)
    b = add(a.output, 2)
    return Flow([a, b, add(b.output, 3)])


def diamond():
    a = add(1)
    b, c = add(a.output, 10), add(a.output, 20)
    return Flow([a, b, c, add(b.output, c.output)])


def nested():
    a = add(1)
    inner = Flow([a, b := add(a.output)], output=b.output)
    return Flow([inner, Flow([add(inner.output), linear()])])


def ordered():
    return Flow([add(1), Flow([add(2), fail()]), add(3)], order=JobOrder.LINEAR)


def with_child(parent):
    return Flow([parent, add(parent.output, 1)])


def replaced_by_flow():
    r = replace_by_flow(1)
    return Flow([r, add(r.output["sum"], 1), add(5)])


def dynamic_in_dynamic():
    outer = fan_out(3)
    down = count_down(4)
    return Flow([outer, down, add(outer.output), ReplacingMaker().make(outer.output)])


def jobs_returned():
    r = returns_jobs(3)
    return Flow([r, total(r.output)])


def failing():
    bad = fail()
    child = add(bad.output)
    return Flow([bad, child, add(child.output), add(1)])


def failing_tolerant():
    bad, good = fail(), add(1)
    child = tolerant(total([bad.output, good.output]))
    return Flow([bad, good, child, add(child.output), tolerant(add(bad.output))])


def failing_replacement():
    r = replace_by_failure(1)
    return Flow([r, child := add(r.output), tolerant(add(r.output, 7)), add(child.output)])


def stopping_children():
    s = stop_children(1)
    child = tolerant(add(s.output))
    t = replace_then_stop_children(1)
    return Flow([s, child, tolerant(add(child.output)), add(2), t, add(t.output)])


def stopping_all():
    a = add(1)
    s = stop_all(a.output)
    return Flow([a, s, add(s.output)])


def rich():
    r = rich_output()
    child = use_rich(r.output["cell"], r.output["structure"], r.output["array"])
    s = with_schema()
    return Flow([r, child, s, add(s.output.energy, 1)])


def blobs():
    b = with_blob(5)
    return Flow([b, use_blob(b.output["trajectory"]), add(b.output["steps"])])


def references():
    a = add(1)
    return Flow([a, keep_reference(a.output), pass_reference(a.output)])


FLOWS = {
    "linear": linear,
    "diamond": diamond,
    "nested": nested,
    "ordered": ordered,
    "single": lambda: add(1),
    "replace by job": lambda: with_child(replace_by_job(1)),
    "replace by flow": replaced_by_flow,
    "replace by bare flow": lambda: with_child(replace_by_bare_flow(1)),
    "recursive replace": lambda: Flow([c := count_down(5), total([c.output and 1])]),
    "dynamic in dynamic": dynamic_in_dynamic,
    "jobs returned": jobs_returned,
    "detour": lambda: with_child(detour(1)),
    "failing detour": lambda: with_child(detour_failing(1)),
    "addition": lambda: with_child(addition(1)),
    "stop children": stopping_children,
    "stop all": stopping_all,
    "failing": failing,
    "failing tolerant": failing_tolerant,
    "failing replacement": failing_replacement,
    "circular": lambda: Flow([circular(), add(1)]),
    "stored data": lambda: with_child(with_stored_data(1)),
    "makers": lambda: with_child(ReplacingMaker().make(1)),
    "rich": rich,
    "blobs": blobs,
    "references": references,
}


@job
def random_step(seed, inputs):
    """Return a response whose kind depends only on the seed."""
    count(f"{seed}")
    draw = random.Random(seed)
    value = draw.randrange(100) + sum(v if isinstance(v, int) else 0 for v in inputs)
    kind = draw.choice(["value"] * 6 + ["job", "flow", "detour", "addition", "fail", "stop"])
    new_seed = draw.randrange(10**9)
    match kind:
        case "job":
            return Response(replace=_random_job(new_seed, [value]))
        case "flow":
            flow = random_flow(new_seed, size=3)
            return Response(replace=Flow([flow], output=flow.jobs[-1].output))
        case "detour":
            return Response(output=value, detour=random_flow(new_seed, size=2))
        case "addition":
            return Response(output=value, addition=random_flow(new_seed, size=2))
        case "fail":
            raise RuntimeError(f"seed {seed}")
        case "stop":
            return Response(output=value, stop_children=True)
    return value


def _random_job(seed, inputs):
    made = random_step(seed, inputs)
    made.name = f"step {seed}"
    return made


def random_flow(seed, size):
    """Make a randomly connected flow of jobs with random responses from a seed."""
    draw = random.Random(seed)
    jobs = []
    for _ in range(size):
        parents = draw.sample(jobs, k=draw.randrange(min(len(jobs), 3) + 1))
        made = _random_job(draw.randrange(10**9), [p.output for p in parents])
        jobs.append(tolerant(made) if draw.random() < 0.3 else made)
    return Flow(jobs)


# Slow jobs for kill tests ----------------------------------------------------------------------


@job
def slow_step(name, inputs, seconds=0.05):
    """Sleep, then count the execution and return a number."""
    time.sleep(seconds)
    count(name)
    return sum(inputs) + len(name)


@job
def slow_fan(name, inputs):
    time.sleep(0.05)
    count(name)
    steps = [slow_step(f"{name}{i}", inputs) for i in range(3)]
    for i, step in enumerate(steps):
        step.name = f"{name}{i}"
    end = slow_step(f"{name}end", [step.output for step in steps])
    end.name = f"{name}end"
    return Response(replace=Flow([*steps, end], output=end.output))


def slow_flow():
    """Make a flow of chains, a fan of dynamic jobs, and a job that depends on all of them."""
    firsts = [slow_step(f"first{i}", [i]) for i in range(4)]
    seconds = [slow_step(f"second{i}", [first.output]) for i, first in enumerate(firsts)]
    fan = slow_fan("fan", [firsts[0].output])
    last = slow_step("last", [*(s.output for s in seconds), fan.output])
    for made in (*firsts, *seconds, last):
        made.name = made.function_args[0]
    fan.name = "fan"
    return Flow([*firsts, *seconds, fan, last])


@job
def die_once(marker, signal_number=9):
    """Kill the worker that runs this job at the first execution."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal_number)
    return "survived"


@job
def die_always():
    os._exit(41)


@job
def meet(me, other, folder):
    """Finish only once the other job is running too."""
    (Path(folder) / me).touch()
    deadline = time.monotonic() + 30
    while not (Path(folder) / other).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(other)
        time.sleep(0.01)
    return me


@job
def sleep_with_child(folder):
    """Start a program in its own session, as custodian starts VASP, and wait for it."""
    folder = Path(folder)
    if (folder / "awake").exists():
        return
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    draft = folder / ".pids"
    draft.write_text(json.dumps([os.getpid(), child.pid]))
    draft.rename(folder / "pids")
    child.wait()


def sleeping_flow():
    return Flow([sleep_with_child(os.environ[FOLDER])])
