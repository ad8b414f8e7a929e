"""GPAW as an ASE calculator that computes in another process and remembers what it computed."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import gc
import json
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import (
    Calculator,
    SCFError,
    all_changes,
    kpts2sizeandoffsets,
)

from liponflow.arrays import FloatArray
from liponflow.engines.gpaw.datasets import generated_folders
from liponflow.engines.gpaw.process import GpawError, GpawProcess, unused
from liponflow.engines.memory import available_memory
from liponflow.engines.record import SAME_POSITION, append_record, open_record
from liponflow.job_directory import CHECKPOINT

RECORD = "gpaw.jsonl"
"""File in the folder of checkpoints with every finished evaluation."""

MAX_ITERATIONS = 333
"""GPAW's default for the largest number of iterations of the density."""


class ScfError(GpawError, SCFError):
    """A density that did not become self-consistent."""


class GpawCalculator(Calculator):
    """GPAW in a process of its own.

    The process starts with the first evaluation that is not in the record, and keeps the density
    and the wave functions for the next one. Its log is ``gpaw.txt`` in the directory.

    Parameters
    ----------
    parameters
        Keyword arguments of ``gpaw.GPAW``, JSON-like: ``{"mode": {"name": "pw", "ecut": 350},
        "xc": "PBE", "kpts": {"size": [2, 2, 2], "gamma": False}}``. A density of k-points becomes
        the mesh of the first cell of a composition, and stays it while the cell changes.
    command
        Command that runs a Python with GPAW; this Python by default
        (:class:`liponflow.engines.gpaw.process.GpawProcess`). A string is split as a shell does.
    directory
        Where GPAW runs and writes; the working directory by default. The record of evaluations
        lies in its folder of checkpoints.
    states
        Number of densities and sets of wave functions to keep in memory: the images of a band.
        Fewer are kept where the memory is short; then the image that has none begins with those of
        the nearest, and takes more iterations.
    stress
        Whether every evaluation has the stress, which otherwise is computed once it is asked for.
    magmoms
        Starting moments by element (µB), for atoms of which none has one.
    setup_paths
        Folders of PAW data sets to look in first.

    Notes
    -----
    ``energy`` is extrapolated to zero smearing, as VASP's ``energy(sigma->0)``. ``free_energy`` is
    the functional whose derivatives are the forces and the stress.

    The last atom of the rarest element is put at the origin, since GPAW finds only symmetries
    about the origin that need no translation: a dopant, the atom that the others surround.

    Raises
    ------
    ValueError
        If the parameters are not JSON-like.
    """

    name = "gpaw"
    implemented_properties = [  # noqa: RUF012 - ASE's declaration
        "energy",
        "free_energy",
        "forces",
        "stress",
        "magmom",
        "magmoms",
    ]

    def __init__(
        self,
        parameters: Mapping[str, Any],
        *,
        command: Sequence[str] | str | None = None,
        directory: str | Path | None = None,
        states: int = 1,
        stress: bool = False,
        magmoms: Mapping[str, float] | None = None,
        setup_paths: Sequence[str] = (),
    ) -> None:
        super().__init__()
        try:
            self._parameters: dict[str, Any] = json.loads(json.dumps(dict(parameters)))
        except TypeError as error:
            raise ValueError(f"parameters of GPAW that are not JSON: {error}") from error
        self._command = shlex.split(command) if isinstance(command, str) else command
        self._folder = Path.cwd() if directory is None else Path(directory).absolute()
        self._record = self._folder / CHECKPOINT / RECORD
        self._states = states
        self._magmoms = dict(magmoms or {})
        self._setup_paths = [str(Path(path).absolute()) for path in setup_paths]
        self._meshes: dict[tuple[int, ...], list[int]] = {}
        self._process: GpawProcess | None = None
        self._started_with: dict[str, Any] | None = None
        self._log = Path()
        self._known: list[dict[str, Any]] | None = None
        self._last: dict[str, Any] | None = None
        self._with_stress = stress
        self.computed = 0
        self.recalled = 0

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Compute, or recall, the properties of atoms.

        Raises
        ------
        ScfError
            If the density does not become self-consistent.
        GpawError
            If the calculation or the process fails.
        """
        super().calculate(atoms, list(properties), list(system_changes))
        self._with_stress = self._with_stress or "stress" in properties
        assert self.atoms is not None  # noqa: S101 - a copy of those given
        request = self._request(self.atoms)
        found = self._recall(request)
        if found is None:
            found = self._compute(request)
            self.computed += 1
        else:
            self.recalled += 1
        self._last = found
        self.results = _results(found)

    @property
    def last(self) -> dict[str, Any]:
        """The evaluation behind the results: its request, PAW data sets, iterations, times, ..."""
        if self._last is None:
            raise GpawError("nothing has been computed yet")
        return self._last

    def close(self) -> None:
        """End the process; a later evaluation starts another."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _request(self, atoms: Atoms) -> dict[str, Any]:
        moments = self._moments(atoms)
        origin = atoms.positions[_origin(atoms.numbers)]
        return {
            "numbers": atoms.numbers.tolist(),
            "positions": (atoms.positions - origin).tolist(),
            "cell": atoms.cell.array.tolist(),
            "pbc": atoms.pbc.tolist(),
            "magmoms": moments.tolist() if moments.any() else None,
            "stress": self._with_stress,
            "parameters": self._resolved(atoms),
        }

    def _moments(self, atoms: Atoms) -> FloatArray:
        """Return the starting moments; all zero without spin, which GPAW then leaves out."""
        if self._parameters.get("spinpol") is False:
            return np.zeros(len(atoms))
        given: FloatArray = atoms.get_initial_magnetic_moments()
        if given.any():
            return given
        return np.array([self._magmoms.get(symbol, 0.0) for symbol in atoms.symbols])

    def _resolved(self, atoms: Atoms) -> dict[str, Any]:
        """Return the parameters with the mesh of k-points of this system."""
        kpts = self._parameters.get("kpts")
        if not isinstance(kpts, dict) or "density" not in kpts:
            return self._parameters
        system = tuple(atoms.numbers.tolist())
        if system not in self._meshes:
            wanted = {key: kpts[key] for key in ("density", "even") if key in kpts}
            size, _ = kpts2sizeandoffsets(**wanted, atoms=atoms)
            self._meshes[system] = [int(number) for number in size]
        kept = {key: value for key, value in kpts.items() if key not in ("density", "even")}
        return self._parameters | {"kpts": {"size": self._meshes[system], **kept}}

    def _recall(self, request: dict[str, Any]) -> dict[str, Any] | None:
        if self._known is None:
            self._known = [json.loads(line) for line in open_record(self._record)]
        # The last steps are the likeliest: ASE asks for one property after the other.
        known: dict[str, Any]
        for known in reversed(self._known):
            if _same(known["request"], request):
                return known
        return None

    def _compute(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._running(request["parameters"])
        asked = {key: value for key, value in request.items() if key != "parameters"}
        answer = process.ask(asked | {"available": available_memory()})
        if answer["answer"] == "error":
            raise self._failed(answer, request)
        del answer["answer"]
        known = {"request": request, **answer, **process.ready}
        del known["answer"], known["setup_paths"]
        self._check_versions(known)
        append_record(self._record, known)
        assert self._known is not None  # noqa: S101 - read before anything is computed
        self._known.append(known)
        return known

    def _running(self, parameters: dict[str, Any]) -> GpawProcess:
        if self._process is not None and self._started_with != parameters:
            self.close()
        if self._process is None:
            # Atoms and calculators of finished calculations refer to each other: until such a
            # cycle is collected, its process waits.
            gc.collect()
            self._log = unused(self._folder / "gpaw.txt")
            self._process = GpawProcess(self._command, self._folder)
            version = self._process.ready["versions"]["gpaw"]
            generated = generated_folders(parameters, version, self._command or ())
            self._process.send(
                {
                    "log": str(self._log),
                    "parameters": parameters,
                    "setup_paths": [*self._setup_paths, *generated],
                    "states": self._states,
                }
            )
            self._started_with = parameters
        return self._process

    def _check_versions(self, new: dict[str, Any]) -> None:
        """Refuse to continue with another GPAW or other PAW data than those of the record."""
        assert self._known is not None  # noqa: S101 - read before anything is computed
        if not self._known:
            return
        old = self._known[-1]
        pairs = [
            (f"{key}", old["versions"].get(key), new["versions"].get(key)) for key in ("gpaw",)
        ]
        pairs += [
            (f"PAW data of {symbol}", old["setups"][symbol]["hash"], setup["hash"])
            for symbol, setup in new["setups"].items()
            if symbol in old["setups"] and _alike(old, new)
        ]
        for what, before, now in pairs:
            if before != now:
                raise GpawError(
                    f"{self._record} was computed with another GPAW: "
                    f"{what} {before}, now {now}; continue with that version, or remove the "
                    "file to start again"
                )

    def _failed(self, answer: dict[str, Any], request: dict[str, Any]) -> GpawError:
        formula = Atoms(numbers=request["numbers"]).get_chemical_formula()
        if answer["error"] == "convergence":
            limit = answer["message"] or request["parameters"].get("maxiter", MAX_ITERATIONS)
            return ScfError(
                f"the density of {formula} is not self-consistent after {limit} iterations; see "
                f"{self._log}. Raise maxiter, broaden the smearing (occupations), mix less of the "
                "new density (mixer), or start from other magnetic moments"
            )
        words = answer["message"]
        kind = "" if words == answer["error"] else f"{answer['error']}: "
        output = self._process.output if self._process is not None else self._log
        return GpawError(
            f"GPAW cannot compute {formula}: {kind}{words}; see {output} and {self._log}"
        )


def data_sets(directory: str | None) -> dict[str, str]:
    """Return file and hash of the PAW data set of each element, from the record of a job.

    Parameters
    ----------
    directory
        Directory of the job, with the name of the host before a colon if it has one.

    Returns
    -------
    dict of str to str
        By ``PAW data of ELEMENT``; empty if the record is on another machine, or gone.
    """
    if directory is None:
        return {}
    path = Path(directory.rpartition(":")[2]) / CHECKPOINT / RECORD
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    if not lines:
        return {}
    setups = json.loads(lines[0])["setups"]
    return {
        f"PAW data of {symbol}": f"{setup['file']} {setup['hash']}"
        for symbol, setup in setups.items()
    }


def _origin(numbers: Any) -> int:
    """Return the atom at the origin: the last one of the rarest element.

    Examples
    --------
    >>> _origin(np.array([3, 3, 7, 3]))
    2
    """
    counts = Counter(numbers.tolist())
    fewest = min(counts.values())
    return max(i for i, number in enumerate(numbers.tolist()) if counts[number] == fewest)


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["request"]["parameters"] == other["request"]["parameters"])


def _same(known: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether a recorded request answers another."""
    if wanted["stress"] and not known["stress"]:
        return False
    if any(known[key] != wanted[key] for key in ("numbers", "pbc", "magmoms", "parameters")):
        return False
    return all(
        np.allclose(known[key], wanted[key], rtol=0, atol=SAME_POSITION)
        for key in ("positions", "cell")
    )


def _results(found: dict[str, Any]) -> dict[str, Any]:
    results: dict[str, Any] = {
        "energy": found["energy"],
        "free_energy": found["free_energy"],
        "forces": np.array(found["forces"]),
    }
    if found["stress"] is not None:
        results["stress"] = np.array(found["stress"])
    if found["magmoms"] is not None:
        results["magmoms"] = np.array(found["magmoms"])
        results["magmom"] = float(np.sum(found["magmoms"]))
    return results
