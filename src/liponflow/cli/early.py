"""What a command refuses before it imports the packages that compute, which takes seconds."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from liponflow import registry
from liponflow.boundary import check_is_file
from liponflow.cli.choices import INCAR, Choices
from liponflow.names import nearest
from liponflow.settings import Settings
from liponflow.workflows.campaign import Campaign


def check_choices(
    campaign: Campaign, chosen: Choices, structures: Sequence[Path], *, inputs: bool = False
) -> None:
    """Refuse a structure that is not a file, an unknown preset, and parameters that are not valid.

    Parameters
    ----------
    campaign
        The campaign.
    chosen
        Preset and overrides.
    structures
        Files of the user; none for the built-in structure.
    inputs
        Whether input directories are asked for, which have settings beside the parameters.

    Raises
    ------
    ValueError
        Naming the file, the preset or the parameter.
    """
    for structure in structures:
        check_is_file(structure.expanduser(), remedy="give the path of a CIF or POSCAR file")
    overrides = chosen.overrides
    if inputs or (structures and campaign.from_structure is not None):
        overrides = {}  # valid only with those settings, or with what the structure sets
    with chosen.named():
        campaign.load_parameters(chosen.preset, overrides)


def structure_files(given: Sequence[Path]) -> list[Path]:
    """Return the files of structures, those in folders among them, each once.

    Parameters
    ----------
    given
        Files and folders.

    Raises
    ------
    ValueError
        If a folder holds none.
    """
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(file for file in path.iterdir() if file.is_file() and _is_structure(file))
        if not inside:
            raise ValueError(
                f"{path} holds no structure: no file *.cif, *.vasp, *.poscar, POSCAR* or CONTCAR*"
            )
        found += inside
    return list(dict.fromkeys(found))


def is_batch(given: Sequence[Path]) -> bool:
    """Return whether the structures of a command have a run each."""
    return len(given) > 1 or any(path.is_dir() for path in given)


def _is_structure(file: Path) -> bool:
    named = file.name.upper().startswith(("POSCAR", "CONTCAR"))
    return named or file.suffix.lower() in {".cif", ".vasp", ".poscar"}


def check_engine(name: str, settings: Settings) -> None:
    """Refuse an engine that is neither registered, nor in the settings, nor a ``module:Class``.

    Raises
    ------
    ValueError
        With the nearest name.
    """
    known = sorted({*registry.names(registry.ENGINES), *settings.engines}, key=str.lower)
    if ":" not in name and name not in known:
        raise ValueError(f"unknown engine {name!r}{nearest(name, known)}")


def check_incar(engine: str, arguments: Mapping[str, Any]) -> None:
    """Refuse tags of an INCAR for an engine that has none.

    Raises
    ------
    ValueError
        Naming the engine.
    """
    from liponflow.engines.registry import engine_class

    if INCAR in arguments and not engine_class(engine).takes_incar:
        raise ValueError(
            f"{engine} has no INCAR: --incar is for --engine vasp; for a further engine of the "
            "run give --engine-set 'vasp.incar={TAG: VALUE}'"
        )


def check_paths(paths: Iterable[Path]) -> None:
    """Refuse paths at which there is nothing.

    Raises
    ------
    FileNotFoundError
        Naming the first.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or directory")


def check_run(run: Path | None, settings: Settings) -> None:
    """Refuse to look for a run where there is none.

    Raises
    ------
    FileNotFoundError
        Naming the run, or the directory of the runs.
    """
    if run is None:
        if not any(settings.runs_dir.glob("*/run.json")):
            raise FileNotFoundError(f"no unfinished run in {settings.runs_dir}")
    elif not any((place / "run.json").is_file() for place in (run, settings.runs_dir / run)):
        raise FileNotFoundError(f"{run} is not a run directory: it has no run.json")
