"""FEFF on this machine: the wheel, or the command of the settings."""

import shutil
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from liponflow.diagnosis import Finding, State
from liponflow.settings import Settings, split_command

PACKAGE = "feff10-rs"
"""Package with FEFF10."""

TESTED = "0.2.4"
"""Its version with which this package was tested; the same as in pyproject.toml."""

INSTALL = "pip install 'liponflow[eels]'"


def command(settings: Settings) -> tuple[str, ...]:
    """Return the words of the setting ``feff_cmd``; none to run the wheel."""
    return () if settings.feff_cmd is None else tuple(split_command(settings.feff_cmd))


def installed_version() -> str | None:
    """Return the version of the wheel; None without one."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


def diagnose(words: Sequence[str]) -> list[Finding]:
    """Return what there is of FEFF, and what is missing.

    Parameters
    ----------
    words
        As :func:`command` returns them.
    """
    if words:
        found = shutil.which(words[0])
        if found:
            return [Finding("FEFF", State.OK, f"{found}, by the setting feff_cmd")]
        return [
            Finding(
                "FEFF",
                State.MISSING,
                f"no program {words[0]}, which the setting feff_cmd names",
                f"correct it, or leave it out and install FEFF10: {INSTALL}",
            )
        ]
    found = installed_version()
    if found is None:
        return [
            Finding(
                "FEFF",
                State.MISSING,
                f"the package {PACKAGE} is not installed, and no setting feff_cmd names a FEFF",
                f"{INSTALL}, or name the command of a FEFF9 or FEFF10 in feff_cmd",
            )
        ]
    state = State.OK if found == TESTED else State.NOTE
    remedy = "" if found == TESTED else f"tested with {TESTED}; if it fails: {INSTALL}"
    return [Finding("FEFF", state, f"FEFF10 in {PACKAGE} {found}", remedy)]
