"""What the settings lead to on this machine, and which extras it has, for ``liponflow doctor``."""

import os
import re
import warnings
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from liponflow.diagnosis import Finding, State
from liponflow.engines import device
from liponflow.settings import Settings, config_file
from liponflow.store.file import MissingStoreError, StoreError
from liponflow.store.results import open_store
from liponflow.workflows.stability.materials_project import KEYS

_FOR_DEVELOPERS = {"dev", "docs"}
_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")


def settings_findings(settings: Settings) -> list[Finding]:
    """Examine the settings that concern all engines.

    Parameters
    ----------
    settings
        Settings of the user, read and valid.

    Returns
    -------
    list of Finding
        File of settings, store, folder of runs, workers, device, key of the Materials Project.
    """
    path = config_file()
    absent = f"{path} not found: defaults and environment variables apply"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    key = next((name for name in KEYS if os.environ.get(name)), None)
    return [
        Finding("settings file", State.OK, str(path) if path.is_file() else absent),
        _store(settings),
        _runs(settings.runs_dir),
        Finding("workers", State.OK, f"{settings.workers or cores} of {cores} cores"),
        _device(settings),
        Finding("Materials Project", State.OK, f"a key in {key}")
        if key
        else Finding(
            "Materials Project",
            State.NOTE,
            "no key",
            f"for --set source=mp, set {KEYS[0]} to a key from materialsproject.org",
        ),
    ]


def extras_findings() -> list[Finding]:
    """Say which extras of liponflow are installed, those for its users only.

    Returns
    -------
    list of Finding
        One for each extra, with the versions of its packages; the remedy installs it.
    """
    found = []
    for extra in sorted(set(metadata("liponflow").get_all("Provides-Extra") or [])):
        if extra in _FOR_DEVELOPERS:
            continue
        there, absent = [], []
        for package in _packages(extra):
            try:
                there.append(f"{package} {version(package)}")
            except PackageNotFoundError:
                absent.append(package)
        if absent:
            text = f"{', '.join(absent)} not installed"
            remedy = f"pip install -c constraints.txt '.[{extra}]', in the checkout of liponflow"
            found.append(Finding(extra, State.NOTE, text, remedy))
        else:
            found.append(Finding(extra, State.OK, ", ".join(there)))
    return found


def _packages(extra: str) -> Iterator[str]:
    for text in requires("liponflow") or []:
        requirement = Requirement(text)
        if (of := _EXTRA.search(str(requirement.marker or ""))) and of[1] == extra:
            yield requirement.name


def _store(settings: Settings) -> Finding:
    """Examine the results store, without creating its file."""
    location = settings.store
    where = str(location) if isinstance(location, Path) else "the server of the specification"
    remedy = "correct the setting store; see docs/store.md"
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            store = open_store(location, read_only=True)
            count = store.count()
            store.close()  # type: ignore[no-untyped-call]
    except MissingStoreError:
        if isinstance(location, Path) and not _can_be_written(location):
            return Finding("store", State.MISSING, f"{where} cannot be written", remedy)
        return Finding("store", State.OK, f"{where}, which the first run creates")
    except StoreError as error:
        return Finding("store", State.MISSING, str(error), remedy)
    text = f"{where}, documents: {count}"
    for warning in caught:
        return Finding("store", State.NOTE, f"{text}: {warning.message}")
    return Finding("store", State.OK, text)


def _device(settings: Settings) -> Finding:
    if lacking := device.missing(settings):
        return Finding("device", State.MISSING, lacking[0])
    asked = settings.device
    return Finding("device", State.OK, f"{device.resolve(asked)} (the setting is {asked})")


def _runs(folder: Path) -> Finding:
    if _can_be_written(folder):
        return Finding("runs", State.OK, str(folder))
    remedy = "set runs_dir to a folder of yours, or correct the permissions"
    return Finding("runs", State.MISSING, f"{folder} cannot be written", remedy)


def _can_be_written(path: Path) -> bool:
    """Return whether a path, or the folder in which it would be made, can be written."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    return os.access(there, os.W_OK) and (there == path or there.is_dir())
