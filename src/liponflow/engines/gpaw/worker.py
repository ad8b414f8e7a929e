"""A process that computes energies, forces and stresses with GPAW.

It is a script, and imports nothing of this package: GPAW's licence is the GPL, and its Python may
be another one. Under MPI, every rank runs it; rank 0 talks to the caller.

Protocol: a JSON object per line. The caller writes to the standard input

- ``{"log": FILE, "parameters": {...}, "setup_paths": [...], "states": N}`` first, and then any
  number of
- ``{"numbers": [...], "positions": [...], "cell": [...], "pbc": [...], "magmoms": [...],
  "stress": BOOL, "available": BYTES}`` in Å and µB. The last is the memory that is left, which
  limits of control groups may make less than that of the machine.

The parameters are keyword arguments of ``gpaw.GPAW``. Answers, on what was the standard output
when the process began, are ``{"answer": "ready", ...}`` once, before anything is read, and
``{"answer": "evaluation", ...}`` (eV, Å and µB) or ``{"answer": "error", "error": KIND,
"message": ...}`` for every evaluation. Whatever else is printed goes to the standard error. The
process ends when its standard input does, also in the middle of a calculation.
"""

import json
import os
import queue
import resource
import sys
import threading
import time
import traceback
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

import numpy as np

NEAR = 0.35
"""Displacement (Å) of the atom that moved most, up to which atoms belong to the same state.

Steps of optimisers are shorter, and images of a band are further apart.
"""

MEMORY_SHARE = 0.5
"""Share of the memory that is still available which a further state may take."""

RAISED = 1.03
"""Factor of the cut-off with which the energy of further plane waves is measured."""


class State:
    """A density and wave functions, which later evaluations of nearby atoms begin with.

    Attributes
    ----------
    atoms
        Atoms of the last evaluation.
    calculator
        GPAW's calculator.
    memory
        Growth of the memory of this rank by the state, bytes.
    """

    def __init__(self, atoms: Any, calculator: Any) -> None:
        self.atoms = atoms
        self.calculator = calculator
        self.memory = 0


class Session:
    """The evaluations of one caller.

    Parameters
    ----------
    parameters
        Keyword arguments of GPAW.
    log
        Open file of GPAW's own log; None at other ranks.
    states
        Largest number of states to keep in memory.
    world
        GPAW's communicator of all ranks.
    """

    def __init__(
        self, parameters: dict[str, Any], log: IO[str] | None, states: int, world: Any
    ) -> None:
        self._parameters = parameters
        self._log = log
        self._most = max(1, states)
        self._world = world
        self._states: list[State] = []
        self._gain: tuple[Any, float] | None = None
        self._before = 0
        self._available = 0

    def evaluate(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request."""
        from gpaw import KohnShamConvergenceError

        self._available = request["available"]
        atoms = _atoms(request)
        begun = time.perf_counter(), time.process_time()
        state = self._find(atoms)
        fresh = state is None
        corrected = request["stress"] and self._cutoff is not None
        raised: tuple[float, float] | None = None
        try:
            if corrected and (self._gain is None or not _alike(self._gain[0], atoms)):
                # First, so that only one set of wave functions is in memory.
                raised = self._raised(atoms)
            if state is not None:
                try:
                    found = _compute(state.calculator, atoms, stress=request["stress"])
                except Exception:  # noqa: BLE001 - whatever is wrong with the state, start anew
                    # The symmetry has become lower, or the old density has led nowhere.
                    traceback.print_exc()
                    self._states.remove(state)
                    fresh = True
            if fresh:
                state = self._new(atoms)
                found = _compute(state.calculator, atoms, stress=request["stress"])
        except KohnShamConvergenceError:
            self._states = []
            return {"answer": "error", "error": "convergence", "message": _limit(state)}
        assert state is not None  # noqa: S101 - of the two branches above
        if raised is not None:
            energy, number = raised
            fewer = _plane_waves(state.calculator, atoms, self._cutoff)
            self._gain = atoms, (energy - found["free_energy"]) / float(np.log(number / fewer))
        if corrected:
            self._correct(found, atoms)
        state.atoms = atoms
        if fresh:
            self._states.append(state)
            state.memory = max(0, _resident() - self._before)
        else:
            # The most recently used state is the last.
            self._states.remove(state)
            self._states.append(state)
        return found | {
            "fresh": fresh,
            "states": len(self._states),
            "wall_s": time.perf_counter() - begun[0],
            "cpu_s": (time.process_time() - begun[1]) * self._world.size,
            "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }

    @property
    def _cutoff(self) -> Any:
        """Cut-off of the plane waves, eV; None without them."""
        mode = self._parameters.get("mode")
        return mode.get("ecut") if isinstance(mode, dict) and mode.get("name") == "pw" else None

    def _raised(self, atoms: Any) -> tuple[float, float]:
        """Return free energy (eV) and number of plane waves at the raised cut-off."""
        from gpaw import GPAW

        ecut = RAISED * self._cutoff
        wanted = self._parameters | {"mode": self._parameters["mode"] | {"ecut": ecut}}
        calculator = GPAW(**wanted, txt=self._log)
        energy = float(calculator.get_potential_energy(atoms, force_consistent=True))
        return energy, _plane_waves(calculator, atoms, ecut)

    def _correct(self, found: dict[str, Any], atoms: Any) -> None:
        """Make the stress the derivative of the energy at a fixed cut-off.

        GPAW's own is that at a fixed number of plane waves N. A larger cell has more of them up to
        the cut-off: the Pulay stress is (1/V) dE/d(ln N) (G. P. Francis, M. C. Payne, J. Phys.:
        Condens. Matter 2, 4395 (1990)). In Li2O it is -40 GPa at 400 eV and -10 GPa at 520 eV.
        The derivative is mostly that of the atoms, and measured once for a system.
        """
        assert self._gain is not None  # noqa: S101 - measured before
        found["pulay_stress"] = self._gain[1] / float(atoms.get_volume())
        found["stress"] = np.add(found["stress"], [found["pulay_stress"]] * 3 + [0.0] * 3).tolist()

    def _find(self, atoms: Any) -> State | None:
        """Return the state to begin with; None to begin without one."""
        # The states of another system are of no use any more.
        self._states = [state for state in self._states if _alike(state.atoms, atoms)]
        if not self._states:
            return None
        nearest = min(self._states, key=lambda state: _distance(state.atoms, atoms))
        if _distance(nearest.atoms, atoms) <= NEAR or not self._room():
            return nearest
        return None

    def _room(self) -> bool:
        """Return whether a further state may be kept, the same on all ranks."""
        enough = 1
        if len(self._states) >= self._most:
            enough = 0
        elif self._states:
            needed = max(state.memory for state in self._states) * self._world.size
            enough = int(needed <= MEMORY_SHARE * self._available)
        return bool(self._world.min_scalar(enough))

    def _new(self, atoms: Any) -> State:
        from gpaw import GPAW

        self._before = _resident()
        return State(atoms, GPAW(**self._parameters, txt=self._log))


def _compute(calculator: Any, atoms: Any, *, stress: bool) -> dict[str, Any]:
    """Return the numbers of a converged calculation."""
    energy = float(calculator.get_potential_energy(atoms))
    dft = calculator.dft
    answer: dict[str, Any] = {
        "answer": "evaluation",
        "energy": energy,
        "free_energy": float(calculator.get_potential_energy(atoms, force_consistent=True)),
        "forces": np.asarray(calculator.get_forces(atoms)).tolist(),
        "stress": np.asarray(calculator.get_stress(atoms)).tolist() if stress else None,
        "iterations": int(calculator.get_number_of_iterations()),
        "kpoints": len(dft.ibzwfs.ibz),
        "all_kpoints": len(dft.ibzwfs.ibz.bz),
        "symmetries": len(dft.ibzwfs.ibz.symmetries),
        "spins": int(calculator.get_number_of_spins()),
        "bands": int(calculator.get_number_of_bands()),
        "electrons": float(calculator.get_number_of_electrons()),
        "setups": _setups(dft.setups),
        "magmoms": None,
    }
    if answer["spins"] > 1:
        answer["magmoms"] = np.asarray(calculator.get_magnetic_moments(atoms)).tolist()
    numbers = [answer["energy"], answer["free_energy"], *np.ravel(answer["forces"])]
    if not np.isfinite(numbers).all():
        raise ArithmeticError("GPAW returned an energy or a force that is not a finite number")
    return answer


def _plane_waves(calculator: Any, atoms: Any, ecut: float) -> float:
    """Return the mean number of plane waves of a k-point."""
    from ase.units import Bohr, Hartree

    ibz = calculator.dft.ibzwfs.ibz
    longest = np.sqrt(2 * ecut / Hartree) / Bohr
    reciprocal = 2 * np.pi * atoms.cell.reciprocal()
    most = np.ceil(longest * atoms.cell.lengths() / (2 * np.pi)).astype(int) + 1
    indices = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in most)), axis=-1).reshape(-1, 3)
    numbers = [
        np.sum(np.linalg.norm((indices + kpoint) @ reciprocal, axis=1) < longest)
        for kpoint in ibz.kpt_kc
    ]
    return float(ibz.weight_k @ np.array(numbers))


def _setups(setups: Any) -> dict[str, dict[str, Any]]:
    """Return the PAW data sets: name, file, electrons and GPAW's hash (MD5) of the content."""
    return {
        setup.symbol: {
            "file": Path(setup.filename).name if setup.filename else None,
            "electrons": int(setup.Nv),
            "hash": setup.fingerprint,
        }
        for setup in setups
    }


def _limit(state: State | None) -> str:
    """Return the number of iterations after which the calculation was given up."""
    if state is None:
        return ""
    try:
        return str(int(state.calculator.dft.scf_loop.niter))
    except AttributeError:
        return ""


def _alike(one: Any, other: Any) -> bool:
    """Return whether a state of one system can serve the other."""
    return (
        len(one) == len(other)
        and bool((one.numbers == other.numbers).all())
        and bool((one.pbc == other.pbc).all())
        and np.array_equal(
            one.get_initial_magnetic_moments(), other.get_initial_magnetic_moments()
        )
    )


def _distance(one: Any, other: Any) -> float:
    """Return the displacement of the atom that moved most, in the cell of the second, Å."""
    moved = other.get_scaled_positions(wrap=False) - one.get_scaled_positions(wrap=False)
    moved -= np.where(other.pbc, np.round(moved), 0.0)
    return float(np.linalg.norm(moved @ other.cell.array, axis=1).max())


def _atoms(request: dict[str, Any]) -> Any:
    from ase import Atoms

    return Atoms(
        numbers=request["numbers"],
        positions=request["positions"],
        cell=request["cell"],
        pbc=request["pbc"],
        magmoms=request["magmoms"],
    )


def _resident() -> int:
    """Return the memory of this process in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * resource.getpagesize()


def _versions() -> dict[str, str]:
    import ase
    import gpaw
    import scipy

    found = {
        "gpaw": gpaw.__version__,
        "ase": ase.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "python": sys.version.split()[0],
    }
    with suppress(PackageNotFoundError):  # the data sets lie in a folder
        found["gpaw-data"] = version("gpaw-data")
    return found


def _read(lines: "queue.SimpleQueue[str]", *, parallel: bool) -> None:
    """Hand on the lines of the caller, and end the process when there are no more."""
    for line in sys.stdin:
        lines.put(line)
    # Not sys.exit: the main thread may be in the middle of a calculation. Under MPI the launcher
    # ends the other ranks if this one fails.
    os._exit(1 if parallel else 0)


def _stand_apart() -> IO[str]:
    """Return a file that leads to the caller, and send everything else to the standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def main() -> None:
    """Answer requests until there are no more."""
    answers = _stand_apart()
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    import gpaw
    from gpaw.mpi import broadcast, world

    root = world.rank == 0
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def answer(document: dict[str, Any]) -> None:
        if root:
            answers.write(json.dumps(document) + "\n")
            answers.flush()

    def receive() -> dict[str, Any]:
        document = json.loads(lines.get()) if root else None
        received: dict[str, Any] = broadcast(document, 0, comm=world)
        return received

    if root:
        reader = threading.Thread(
            target=_read, args=(lines,), kwargs={"parallel": world.size > 1}, daemon=True
        )
        reader.start()
    answer(
        {
            "answer": "ready",
            "versions": _versions(),
            "ranks": world.size,
            "setup_paths": [str(path) for path in gpaw.setup_paths],
        }
    )
    start = receive()
    gpaw.setup_paths[:0] = start["setup_paths"]
    log = Path(start["log"]).open("a", encoding="utf-8", buffering=1) if root else None  # noqa: SIM115
    session = Session(start["parameters"], log, start["states"], world)
    while True:
        request = receive()
        try:
            found = session.evaluate(request)
        except Exception as error:  # noqa: BLE001 - the caller words it
            traceback.print_exc()
            name = type(error).__name__
            found = {"answer": "error", "error": name, "message": f"{error}" or name}
        answer(found)


if __name__ == "__main__":
    main()
