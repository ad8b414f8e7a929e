"""``python -m liponflow.workflows.remote_report``: what jobs find on a worker, for the doctor."""

import json
import time

from liponflow import __version__
from liponflow.engines.registry import engine_class, engine_names
from liponflow.settings import load_settings


def report() -> dict[str, object]:
    """Return version, time (s since 1970), and what each engine lacks here.

    Those under ``potentials`` are Python packages; those under ``codes`` need a command.
    """
    settings = load_settings()
    found: dict[str, dict[str, list[str]]] = {"potentials": {}, "codes": {}}
    for name in engine_names():
        engine = engine_class(name)
        where = "potentials" if engine.on_device else "codes"
        found[where][name] = engine.requirements(name, settings)
    return {"version": __version__, "time": time.time(), **found}


if __name__ == "__main__":
    print(json.dumps(report()))  # noqa: T201
