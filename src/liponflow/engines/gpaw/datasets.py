"""The PAW data set of Li with three valence electrons, generated once and cached.

GPAW's own data set of Li has one valence electron and a frozen 1s shell. The atoms around a dopant
in Li metal are compressed until their 1s shells matter: with three electrons the tetrahedral site
of N in bcc Li lies 0.06 to 0.08 eV higher above the octahedral one, that of O 0.06 eV.
"""

import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from liponflow import durable

LITHIUM_ELECTRONS = (1, 3)
"""Valence electrons of Li for which there is a data set: GPAW's own, and the generated one."""

TAG = "sv"
"""Tag of the generated data set, as GPAW's argument ``setups`` names it: ``{"Li": "sv"}``."""

FUNCTIONAL = "PBE"
"""Functional for which it is generated."""

GENERATOR = Path(__file__).with_name("generator.py")
"""Script that a Python with GPAW runs to generate a data set."""

_PATIENCE_S = 300.0
_TAIL = 3


class DatasetError(ValueError):
    """A PAW data set that could not be generated."""

    page = "docs/engines.md"


def lithium_setups(electrons: int) -> dict[str, str]:
    """Return GPAW's argument ``setups`` for Li.

    Parameters
    ----------
    electrons
        Valence electrons of Li, 1 or 3.

    Raises
    ------
    DatasetError
        If there is no such data set.

    Examples
    --------
    >>> lithium_setups(3)
    {'Li': 'sv'}
    >>> lithium_setups(1)
    {}
    """
    if electrons not in LITHIUM_ELECTRONS:
        raise DatasetError(
            f"li_electrons = {electrons}: Li has data sets with 1 and with 3 valence electrons; "
            "give one of these"
        )
    return {"Li": TAG} if electrons == LITHIUM_ELECTRONS[1] else {}


def lithium_file(version: str) -> Path:
    """Return the path of the generated data set, whether it exists or not.

    Parameters
    ----------
    version
        Version of GPAW, each of which may generate another data set.

    Notes
    -----
    It lies in the user's cache: ``$XDG_CACHE_HOME``, or else ``~/.cache``.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(cache).expanduser() / "liponflow" / f"gpaw-{version}"
    return folder / f"Li.{TAG}.{FUNCTIONAL}"


def generated_folders(
    parameters: Mapping[str, Any], version: str, command: Sequence[str] = ()
) -> list[str]:
    """Return the folders of generated data sets that a calculation asks for.

    Parameters
    ----------
    parameters
        Keyword arguments of GPAW.
    version, command
        As for :func:`ensure_lithium`.
    """
    setups = parameters.get("setups")
    # U follows the tag after a colon.
    if not isinstance(setups, Mapping) or str(setups.get("Li")).partition(":")[0] != TAG:
        return []
    return [str(ensure_lithium(version, command))]


def ensure_lithium(version: str, command: Sequence[str] = ()) -> Path:
    """Return the folder of the generated data set, for GPAW to look in.

    It is generated if it is not there, or not as it was written. Several processes may do so at
    once, since each replaces the file as a whole with the same content.

    Parameters
    ----------
    version
        Version of GPAW.
    command
        Command that runs a Python with this GPAW; this Python if it is empty.

    Raises
    ------
    DatasetError
        If GPAW does not generate it, or the cache cannot be written; the reason and the remedy are
        given.
    """
    file = lithium_file(version)
    if not _intact(file):
        content = _generate(command)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            durable.write(file, content)
            durable.write(_checksum_file(file), hashlib.sha256(content).hexdigest() + "\n")
        except OSError as error:
            raise DatasetError(
                f"the PAW data set of Li with three electrons cannot be kept: {error}; name "
                "another cache folder in the variable XDG_CACHE_HOME"
            ) from error
    return file.parent


def _intact(file: Path) -> bool:
    """Return whether a data set is there as it was written."""
    try:
        content, checksum = file.read_bytes(), _checksum_file(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return hashlib.sha256(content).hexdigest() == checksum.strip()


def _checksum_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _generate(command: Sequence[str]) -> bytes:
    """Return the data set that GPAW generates with its own parameters for three electrons."""
    words = [*(command or (sys.executable,)), str(GENERATOR), "Li"]
    words += ["-f", FUNCTIONAL, "-e", str(LITHIUM_ELECTRONS[1]), "-t", TAG, "-w"]
    with TemporaryDirectory(prefix="liponflow-gpaw-") as folder:
        try:
            done = subprocess.run(
                words,
                check=False,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                timeout=_PATIENCE_S,
                text=True,
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DatasetError(f"{shlex.join(words)} failed: {error}") from error
        file = Path(folder) / f"Li.{TAG}.{FUNCTIONAL}"
        content = file.read_bytes() if file.is_file() else b""
    head = content[:2000]
    if (
        done.returncode
        or b'symbol="Li"' not in head
        or b'valence="3' not in head
        or not content.rstrip().endswith(b"</paw_dataset>")
    ):
        tail = " / ".join((done.stderr or done.stdout).strip().splitlines()[-_TAIL:])
        raise DatasetError(
            f"GPAW generated no PAW data set of Li with three electrons ({shlex.join(words)}: "
            f"status {done.returncode}, {tail}); use li_electrons=1, or another version of GPAW"
        )
    return content
