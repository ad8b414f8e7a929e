"""Whether VASP directories are fit to run, and whether the energies of two may be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from liponflow.analysis.method import Comparison, comparable
from liponflow.analysis.stability.corrections import is_pbe, unfitted_potentials
from liponflow.engines.vasp.check import Checked, check_tree, ranks_of
from liponflow.engines.vasp.earlier import make_poscars
from liponflow.engines.vasp.reading.inputs import read_input_method
from liponflow.settings import VaspCommands


@dataclass(frozen=True)
class ComparedInputs:
    """Verdict on the energies of two directories; true if they may be subtracted."""

    comparison: Comparison
    no_total_energy: tuple[str, ...]
    """Directories that give no total energy, each with the reason."""
    notes: tuple[str, ...]
    """What else the energies depend on."""

    def __bool__(self) -> bool:
        """Return whether both have total energies on one scale."""
        return bool(self.comparison) and not self.no_total_energy

    @property
    def verdict(self) -> str:
        """The verdict in one sentence, with its reasons."""
        if self:
            return "the energies compare"
        reasons = [*self.no_total_energy]
        if not self.comparison:
            reasons.append(self.comparison.reason)
        return f"the energies do not compare: {'; '.join(reasons)}"


def compare_inputs(directories: Sequence[Path]) -> ComparedInputs:
    """Compare the methods of two VASP directories, whether they have run or not.

    Parameters
    ----------
    directories
        The two directories.

    Raises
    ------
    ValueError
        If a file is missing or cannot be read; it is named.
    """
    first, second = directories
    found = {directory: read_input_method(directory) for directory in (first, second)}
    methods = [found[first].method, found[second].method]
    comparison = comparable(*methods)
    notes = []
    if not comparison and comparable(*methods, mixed_u=True) and all(map(is_pbe, methods)):
        notes.append(
            "the corrections of the Materials Project put PBE and PBE+U on one scale if U is "
            "theirs; `liponflow run stability` applies them"
        )
    notes += [
        f"{directory}: {remark}"
        for directory, read in found.items()
        if (remark := unfitted_potentials([read.method]))
    ]
    return ComparedInputs(
        comparison=comparison,
        no_total_energy=tuple(
            f"{directory}: {read.no_total_energy}"
            for directory, read in found.items()
            if read.no_total_energy
        ),
        notes=tuple(notes),
    )


def check_inputs(root: Path, commands: VaspCommands | None = None) -> list[Checked]:
    """Check the VASP inputs at or below a directory.

    Parameters
    ----------
    root
        Directory.
    commands
        Commands that will start VASP, whose MPI ranks count for bands.

    Raises
    ------
    ValueError
        If there are none.
    """
    found = check_tree(root, ranks_of(commands.for_bands if commands else None))
    if not found:
        raise ValueError(f"{root}: no INCAR there or below; give a directory of VASP inputs")
    return found


def poscar_lines(root: Path) -> tuple[list[str], list[str]]:
    """Make the POSCARs that earlier runs have yet to give; see :func:`make_poscars`.

    Returns
    -------
    list of str, list of str
        One line per POSCAR that was made, and per directory that has none yet, with the reason.
    """
    found = make_poscars(root)
    return (
        [str(directory / "POSCAR") for directory in found.made],
        [f"{item.directory}: {item.reason}" for item in found.waiting],
    )


def fault_lines(checked: Sequence[Checked]) -> list[str]:
    """Return one line per fault, with the first directory that has it and how many more do."""
    where: dict[str, list[Path]] = {}
    for item in checked:
        for fault in item.faults:
            where.setdefault(fault, []).append(item.directory)
    return [
        f"{first}{f' and {len(more)} more' if more else ''}: {fault}"
        for fault, (first, *more) in where.items()
    ]
