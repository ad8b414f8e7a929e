"""Processes for tests to kill, forked from a server with the imports already done."""

import multiprocessing

IMPORTED = [
    "liponflow.engines.standin.run",
    "liponflow.engines.standin.cli",
    "liponflow.engines.vasp.md.segments",
    "liponflow.runners.local",
    "liponflow.store.results",
]
"""Modules imported once instead of after every kill, which takes seconds each time."""

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(IMPORTED)
