"""Processes that a test kills, forked from one that has already imported what they need."""

import multiprocessing

IMPORTED = [
    "liponflow.engines.standin.run",
    "liponflow.engines.standin.cli",
    "liponflow.engines.vasp.md.segments",
    "liponflow.runners.local",
    "liponflow.store.results",
]
"""Imported once instead of at every kill: seconds each time."""

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(IMPORTED)
