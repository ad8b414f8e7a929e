"""Documents that run a command if they are decoded by the names in them."""

from pathlib import Path
from typing import Any


def touching(file: Path) -> dict[str, Any]:
    """Return a flow that calls ``touch FILE`` through a module that imports subprocess.

    The Flow adds its hosts to its job, whose ``add_hosts_uuids`` is the function.
    """
    job = {
        "@module": "maggma.api.models",
        "@class": "Meta",
        "host": None,
        "uuid": "u",
        "name": "n",
        "output": None,
        "add_hosts_uuids": function("liponflow.structures.glass.packing", "subprocess.call"),
    }
    return {
        "@module": "jobflow.core.flow",
        "@class": "Flow",
        "jobs": [job],
        "uuid": "touch",
        "hosts": [str(file)],
        "name": "x",
    }


def function(module: str, name: str) -> dict[str, Any]:
    """Return a document that names a function."""
    return {"@module": module, "@callable": name}
