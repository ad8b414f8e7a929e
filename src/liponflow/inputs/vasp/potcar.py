"""The POTCAR files, which are licensed and not on every machine."""

from pymatgen.core import SETTINGS as PYMATGEN

POTCAR_LIBRARY = "PMG_VASP_PSP_DIR"
"""pymatgen's setting (environment or ~/.config/.pmgrc.yaml) of where the POTCAR files are."""


def has_potcar_library() -> bool:
    """Whether pymatgen is told where the licensed POTCAR files are."""
    return bool(PYMATGEN.get(POTCAR_LIBRARY))


def missing_potcars() -> list[str]:
    """Return what to tell the user where a ``POTCAR.spec`` replaces every POTCAR."""
    if has_potcar_library():
        return []
    return ["no POTCAR library is configured: POTCAR.spec takes the place of POTCAR"]


def potcar_note(functional: str) -> str:
    """Explain how to make the POTCAR files where this machine cannot.

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
