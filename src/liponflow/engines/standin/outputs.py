"""The output files of one run, or of one image of a band, flushed after every ionic step."""

import time
from pathlib import Path
from types import TracebackType
from typing import Self

from liponflow.engines.standin.identity import PROGRAM
from liponflow.engines.standin.inputs import Inputs
from liponflow.engines.standin.layout import Layout
from liponflow.engines.standin.oszicar import Oszicar
from liponflow.engines.standin.outcar import Outcar
from liponflow.engines.standin.step import Configuration, Step
from liponflow.engines.standin.text import TextFile
from liponflow.engines.standin.trajectory import Xdatcar, write_contcar
from liponflow.engines.standin.vasprun import Vasprun


class Outputs:
    """OUTCAR, OSZICAR, CONTCAR, XDATCAR and vasprun.xml of one run.

    A context manager: when it is left without an exception, the files end as VASP ends them. A
    killed run leaves the finished steps and a vasprun.xml without an end.

    Parameters
    ----------
    directory
        Where to write; older outputs there are replaced.
    inputs
        Inputs of the run.
    potential
        Name and version of the potential, such as ``chgnet 0.3.0``.
    layout
        Version of VASP whose files are written.
    vasprun
        The vasprun.xml; None to write none.
    aloud
        Whether to print to standard output; in a band, only the first image does. The others
        have a file ``stdout``.
    """

    def __init__(
        self,
        directory: Path,
        inputs: Inputs,
        potential: str,
        layout: Layout,
        vasprun: Path | None,
        *,
        aloud: bool,
    ) -> None:
        self._stdout = None if aloud else TextFile(directory / "stdout")
        self._contcar = directory / "CONTCAR"
        self._contcar.write_bytes(b"")  # as VASP does: no CONTCAR of an older run remains
        self._inputs = inputs
        self._mark = f"[stand-in for VASP: {potential}]"
        self._outcar = Outcar(directory / "OUTCAR", inputs, potential, layout)
        self._oszicar = Oszicar(directory / "OSZICAR", inputs.settings, potential)
        self._xdatcar = Xdatcar(directory / "XDATCAR", inputs, self._signed_comment())
        self._vasprun = None if vasprun is None else Vasprun(vasprun, inputs, potential, layout)
        self._last: Configuration | None = None
        self._clock = time.perf_counter()
        self._say(f" {PROGRAM}: stand-in for VASP, {potential}, no electrons computed")
        for remark in inputs.remarks:
            self._announce(f"WARNING: {remark}")

    def write(self, step: Step) -> None:
        """Write one ionic step."""
        seconds = time.perf_counter() - self._clock
        self._outcar.write(step, seconds)
        self._xdatcar.write(step)
        if self._vasprun is not None:
            self._vasprun.write(step, seconds)
        write_contcar(self._contcar, self._inputs, self._signed_comment(), step.continuation)
        for line in self._oszicar.write(step):
            self._say(line)
        self._last = step.continuation
        self._clock = time.perf_counter()
        if step.converged:
            self._announce("reached required accuracy - stopping structural energy minimisation")

    def stop(self, kind: str) -> None:
        """Write that a STOPCAR ends the run; `kind` is ``soft`` or ``hard``."""
        self._announce(f"{kind} stop encountered!  aborting job ...")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None and self._last is not None:
            self._outcar.finish()
            if self._vasprun is not None:
                self._vasprun.finish(self._last)
        for file in (self._outcar, self._oszicar, self._xdatcar, self._vasprun, self._stdout):
            if file is not None:
                file.close()

    def _announce(self, line: str) -> None:
        self._outcar.note(line)
        self._say(f" {line}")

    def _signed_comment(self) -> str:
        comment = self._inputs.comment
        return comment if self._mark in comment else f"{comment} {self._mark}".strip()

    def _say(self, line: str) -> None:
        """Print to standard output, which custodian watches."""
        if self._stdout is None:
            print(line, flush=True)  # noqa: T201
        else:
            self._stdout.put(line + "\n")
