"""How the stand-in signs what it writes."""

PROGRAM = "liponflow-vasp"

_PREFIX = "0.0.0."
_STAND_IN = "stand-in: "


def version_string(potential: str) -> str:
    """Version that the outputs carry in the place of VASP's.

    It starts with 0.0.0 because emmet takes the first, and its validation the first three,
    dot-separated parts for integers; no release of VASP has the major version 0.

    Examples
    --------
    >>> version_string("chgnet 0.3.0")
    '0.0.0.stand-in: chgnet 0.3.0'
    """
    return f"{_PREFIX}{_STAND_IN}{potential}"


def stand_in_label(vasp_version: str) -> str | None:
    """Tell the stand-in's outputs from VASP's.

    Parameters
    ----------
    vasp_version
        ``vasp_version`` of pymatgen's Vasprun or of an emmet document.

    Returns
    -------
    str or None
        What computed, or None if VASP did.

    Examples
    --------
    >>> stand_in_label("0.0.0.stand-in: chgnet 0.3.0")
    'stand-in: chgnet 0.3.0'
    >>> stand_in_label("6.4.3") is None
    True
    """
    signed = vasp_version.startswith(_PREFIX + _STAND_IN)
    return vasp_version.removeprefix(_PREFIX) if signed else None
