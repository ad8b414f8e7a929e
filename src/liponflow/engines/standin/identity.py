"""The version by which the stand-in signs its outputs."""

PROGRAM = "liponflow-vasp"

_PREFIX = "0.0.0."
_STAND_IN = "stand-in: "


def version_string(potential: str) -> str:
    """Return the version that the outputs have in place of VASP's.

    It starts with 0.0.0 because emmet parses the first dot-separated part as an integer, and its
    validation the first three; no release of VASP has the major version 0.

    Examples
    --------
    >>> version_string("chgnet 0.3.0")
    '0.0.0.stand-in: chgnet 0.3.0'
    """
    return f"{_PREFIX}{_STAND_IN}{potential}"


def stand_in_label(vasp_version: str) -> str | None:
    """Return what signed an output, to distinguish the stand-in from VASP.

    Parameters
    ----------
    vasp_version
        ``vasp_version`` of pymatgen's Vasprun or of an emmet document.

    Returns
    -------
    str or None
        What computed; None if VASP did.

    Examples
    --------
    >>> stand_in_label("0.0.0.stand-in: chgnet 0.3.0")
    'stand-in: chgnet 0.3.0'
    >>> stand_in_label("6.4.3") is None
    True
    """
    signed = vasp_version.startswith(_PREFIX + _STAND_IN)
    return vasp_version.removeprefix(_PREFIX) if signed else None


def potential_name(label: str) -> str:
    """Return the name of the engine in the label of the stand-in.

    Examples
    --------
    >>> potential_name("stand-in: chgnet 0.3.0")
    'chgnet'
    """
    return label.removeprefix(_STAND_IN).partition(" ")[0]
