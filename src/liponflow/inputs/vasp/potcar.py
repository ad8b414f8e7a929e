"""Availability of the licensed POTCAR files on this machine."""

from pathlib import Path

from pymatgen.core import SETTINGS as PYMATGEN

POTCAR_LIBRARY = "PMG_VASP_PSP_DIR"
"""pymatgen's setting (environment or ~/.config/.pmgrc.yaml) for the directory of the POTCAR
files."""


def has_potcar_library() -> bool:
    """Return whether pymatgen's setting names the licensed POTCAR files."""
    return bool(PYMATGEN.get(POTCAR_LIBRARY))


def lost_potcar_library() -> str | None:
    """Return the library that pymatgen's setting names where there is none."""
    folder = PYMATGEN.get(POTCAR_LIBRARY)
    return str(folder) if folder and not Path(folder).expanduser().is_dir() else None


def missing_potcars() -> list[str]:
    """Return notes for the user if a ``POTCAR.spec`` replaces every POTCAR."""
    if has_potcar_library():
        return []
    return ["no POTCAR library is configured: POTCAR.spec replaces POTCAR"]


def potcar_note(functional: str) -> str:
    """Return instructions for making the POTCAR files if this machine cannot.

    Parameters
    ----------
    functional
        pymatgen's name of the POTCAR release, e.g. ``PBE_54``.

    Returns
    -------
    str
        Paragraphs for the README; empty where a POTCAR library is configured.
    """
    if has_potcar_library():
        return ""
    return _NO_POTCAR.format(functional=functional, library=POTCAR_LIBRARY)


_NO_POTCAR = """
**There is no POTCAR here**, since no POTCAR library is configured ({library}). Where you
have one, run in this directory

    PMG_DEFAULT_FUNCTIONAL={functional} {library}=/path/to/potcars pmg potcar -r .

which turns each `POTCAR.spec` (the symbols, in the order of POSCAR) into a POTCAR; `pmg` comes
with pymatgen.
"""
