"""The start of VASP as a fork of this process that runs the cheap stand-in.

It saves the imports of a new Python, which take longer than the runs of the tests.
"""

import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import cheap_vasp


class ForkedVasp(subprocess.Popen):
    """Takes the place of Popen, by which custodian starts VASP."""

    def _execute_child(self, *given: Any) -> None:
        cwd, output, errors = given[5], given[13], given[15]
        self.pid = os.fork()
        self._child_created = True
        if self.pid:
            return
        status = 1
        try:
            os.setsid()
            os.dup2(output, 1)
            os.dup2(errors, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            cheap_vasp.compute(Path(cwd))
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException:  # noqa: BLE001 - a fork must not return
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
