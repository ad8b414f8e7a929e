"""Read and check the INCAR, and derive the settings that the stand-in uses."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from liponflow.boundary import file_boundary
from liponflow.engines.standin.errors import InputError
from liponflow.freeformat.incar import IncarFile, shown, value_of
from liponflow.freeformat.incar import read_incar as read_file

Tags = Mapping[str, Any]
"""Values of an INCAR by tag."""

_LONGEST_SHOWN = 80
"""Characters of a value in a message."""

BEYOND = {
    "ICHAIN": "the dimer and other methods of VTST than bands",
    "LDNEB": "doubly nudged bands",
    "LNEBCELL": "bands whose cell moves",
    "LNONCOLLINEAR": "non-collinear moments",
    "LSORBIT": "spin-orbit coupling",
    "LEPSILON": "response functions",
}
"""Tags that need electrons, or that the stand-in does not support."""


_NOT_COMPUTED = frozenset({"AEXX", "HFRCUT", "HFSCREEN", "IVDW", "LHFCALC", "LUSE_VDW", "METAGGA",
                           "NELECT", "NUPDOWN"})  # fmt: skip
_FAMILIES_NOT_COMPUTED = ("LDAU", "LIBXC", "ML_", "VDW_")
"""Tags of other functionals, charges and potentials than those of the stand-in. The training data
of a potential have a U of their own."""


def not_computed(incar: Tags) -> tuple[str, ...]:
    """Return the tags that ask for what the stand-in leaves out; its outputs do not have them.

    Examples
    --------
    >>> not_computed({"IVDW": 12, "LDAUU": [6.2, 0], "ML_LMLFF": True, "ENCUT": 520.0})
    ('IVDW', 'LDAUU', 'ML_LMLFF')
    """
    return tuple(
        tag for tag in incar if tag in _NOT_COMPUTED or tag.startswith(_FAMILIES_NOT_COMPUTED)
    )


class Ensemble(StrEnum):
    """Ensembles of molecular dynamics that the stand-in propagates."""

    NVE = "NVE"
    NOSE = "Nose-Hoover NVT"
    CSVR = "stochastic velocity rescaling NVT"
    LANGEVIN = "Langevin NVT"
    LANGEVIN_NPT = "Langevin NpT"


@dataclass(frozen=True)
class Settings:
    """Settings that the stand-in uses, with VASP's defaults and units.

    Attributes
    ----------
    nsw, ibrion, isif, ediffg
        Number and kind of ionic steps, free degrees of freedom, and convergence criterion.
    potim
        Time step of molecular dynamics, fs.
    ispin, lorbit, magmom, nelm
        Moments are written if `ispin` is 2, per site if `lorbit` is not 0, with the signs of
        `magmom`.
    pstress
        External pressure, kB.
    ensemble
        None unless `ibrion` is 0.
    tebeg, teend
        Temperature at the first and the last step, K.
    smass
        Mass of the Nosé thermostat, in atomic mass units times the first lattice vector squared;
        0 for a period of 40 steps.
    csvr_period
        Period of stochastic velocity rescaling, fs.
    langevin_gamma, langevin_gamma_l, pmass
        Friction per species and of the cell, 1/ps, and mass of the cell, atomic mass units.
    random_seed
        Seed of initial velocities and of the Langevin forces; None for a fresh one.
    images, spring, climb
        Number of images of a nudged elastic band, 0 without one; its spring constant, eV/Å²,
        negative for nudging; whether its highest image climbs.
    vtst
        Whether the outputs of a band are those of VTST: if the INCAR has ICHAIN, IOPT or
        LCLIMB = T. VTST lets an image climb by default, whatever the optimiser.
    kspacing, kgamma
        k-point mesh if there is no KPOINTS file.
    """

    nsw: int
    ibrion: int
    isif: int
    ediffg: float
    potim: float
    ispin: int
    lorbit: int
    magmom: tuple[float, ...] | None
    nelm: int
    pstress: float
    ensemble: Ensemble | None
    tebeg: float
    teend: float
    smass: float
    csvr_period: float
    langevin_gamma: tuple[float, ...]
    langevin_gamma_l: float
    pmass: float
    random_seed: tuple[int, ...] | None
    images: int
    spring: float
    climb: bool
    vtst: bool
    kspacing: float
    kgamma: bool


def read_incar(path: Path) -> IncarFile:
    """Read an INCAR.

    Returns
    -------
    IncarFile
        Its notes name what VASP ignores: unknown tags, and the second of equal ones.

    Raises
    ------
    InputError
        If the file is missing or cannot be read, a value is not what VASP expects, or a tag has
        two different values.
    """
    if not path.is_file():
        raise InputError(f"{path.name} is missing in {path.parent}")
    with file_boundary(path, InputError, what="an INCAR", remedy="correct it"):
        incar = read_file(path)
        repeated = [(other, value_of(other.tag, other.text)) for other in incar.repeated]
    for other, value in repeated:
        if value != incar.tags[other.tag]:
            first = shown(incar.tags[other.tag])
            raise InputError(f"INCAR: {other.tag} is given twice: {first} and {other.text}")
    return incar


def images_asked(incar: Tags) -> int:
    """Return the number of images between the end points of a band; 0 without a band."""
    return _integer(incar, "IMAGES", 0)


def settings_from(incar: Tags, species: tuple[str, ...], n_atoms: int) -> Settings:
    """Return the settings of an INCAR as VASP interprets them.

    Parameters
    ----------
    incar
        Tags.
    species
        Element of every POTCAR, in order.
    n_atoms
        Number of ions.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If a value has the wrong type, tags contradict each other, or the stand-in does not
        support what they ask for; the tags are named.
    """
    for tag, what in BEYOND.items():
        if _truth(incar, tag, default=False):
            raise InputError(f"INCAR: {tag} = {incar[tag]}: the stand-in does not do {what}")
    nsw = _integer(incar, "NSW", 0)
    ibrion = _integer(incar, "IBRION", -1 if nsw <= 0 else 0)
    isif = _integer(incar, "ISIF", 0 if ibrion == 0 else 2)
    tebeg = _number(incar, "TEBEG", 1e-4)
    vtst = "ICHAIN" in incar or "IOPT" in incar or _truth(incar, "LCLIMB", default=False)
    settings = Settings(
        nsw=nsw,
        ibrion=ibrion if nsw > 0 else -1,
        isif=isif,
        ediffg=_number(incar, "EDIFFG", 10 * _number(incar, "EDIFF", 1e-4)),
        potim=_number(incar, "POTIM", 0.5),
        ispin=_integer(incar, "ISPIN", 1),
        lorbit=_integer(incar, "LORBIT", 0),
        magmom=numbers_of(incar, "MAGMOM"),
        nelm=_integer(incar, "NELM", 60),
        pstress=_number(incar, "PSTRESS", 0.0),
        ensemble=_ensemble(incar, isif) if ibrion == 0 and nsw > 0 else None,
        tebeg=tebeg,
        teend=_number(incar, "TEEND", tebeg),
        smass=_number(incar, "SMASS", -3.0),
        csvr_period=_number(incar, "CSVR_PERIOD", 0.0),
        langevin_gamma=numbers_of(incar, "LANGEVIN_GAMMA") or (),
        langevin_gamma_l=_number(incar, "LANGEVIN_GAMMA_L", 0.0),
        pmass=_number(incar, "PMASS", 1000.0),
        random_seed=_seed(incar),
        images=images_asked(incar),
        spring=_number(incar, "SPRING", -5.0),
        climb=_truth(incar, "LCLIMB", default=vtst),
        vtst=vtst,
        kspacing=_number(incar, "KSPACING", 0.5),
        kgamma=_truth(incar, "KGAMMA", default=True),
    )
    _check(incar, settings, species, n_atoms)
    return settings


def _check(incar: Tags, settings: Settings, species: tuple[str, ...], n_atoms: int) -> None:
    """Refuse values out of range and lists of the wrong length."""
    _among("IBRION", settings.ibrion, (-1, 0, 1, 2, 3))
    _among("ISIF", settings.isif, tuple(range(9)))
    _among("ISPIN", settings.ispin, (1, 2))
    if settings.nsw > 0 and settings.ibrion == -1:
        raise InputError(
            f"INCAR: NSW = {settings.nsw} asks for ionic steps, IBRION = -1 for none; "
            "set NSW = 0 or another IBRION"
        )
    if settings.images:
        _check_band(settings)
    if settings.ensemble is not None and ("POTIM" not in incar or settings.potim <= 0):
        raise InputError("INCAR: IBRION = 0 needs a time step, POTIM (fs)")
    if settings.ensemble in {Ensemble.LANGEVIN, Ensemble.LANGEVIN_NPT}:
        if "LANGEVIN_GAMMA" not in incar:
            raise InputError(
                "INCAR: MDALGO = 3 needs LANGEVIN_GAMMA, one value (1/ps) per species"
            )
        _length("LANGEVIN_GAMMA", settings.langevin_gamma, len(species), "species")
    if settings.ispin == 2 and settings.magmom is not None:  # noqa: PLR2004 - VASP's value
        _length("MAGMOM", settings.magmom, n_atoms, "ions")
    if _truth(incar, "LDAU", default=False):
        for tag in ("LDAUU", "LDAUJ", "LDAUL"):
            values = numbers_of(incar, tag)
            if values is not None:
                _length(tag, values, len(species), "species")


def _check_band(settings: Settings) -> None:
    if settings.images < 0:
        raise InputError(f"INCAR: IMAGES = {settings.images} is not a number of images")
    if settings.spring > 0:
        raise InputError(
            f"INCAR: SPRING = {settings.spring:g} asks for an elastic band without nudging; the "
            "stand-in does nudged ones, SPRING < 0"
        )
    if settings.ibrion == 0:
        raise InputError("INCAR: IMAGES and IBRION = 0 (dynamics) cannot be combined")
    if settings.isif > 2:  # noqa: PLR2004 - from ISIF 3 on the cell moves
        raise InputError(
            f"INCAR: ISIF = {settings.isif} lets the cell of a band move; set ISIF = 2"
        )


def _ensemble(incar: Tags, isif: int) -> Ensemble:
    algorithm = _integer(incar, "MDALGO", 0)
    smass = _number(incar, "SMASS", -3.0)
    probability = _number(incar, "ANDERSEN_PROB", 0.0)
    match algorithm:
        case 0 | 2 if smass >= 0:
            ensemble = Ensemble.NOSE
        case 0 | 2 if smass == -3:  # noqa: PLR2004 - VASP's value for a microcanonical run
            ensemble = Ensemble.NVE
        case 1 if probability == 0:
            ensemble = Ensemble.NVE
        case 3:
            ensemble = Ensemble.LANGEVIN_NPT if isif == 3 else Ensemble.LANGEVIN  # noqa: PLR2004
        case 5 if (period := _number(incar, "CSVR_PERIOD", 0.0)) >= 0:
            # A period of 0, the default, is NVE (VASP wiki, "CSVR_PERIOD").
            ensemble = Ensemble.CSVR if period else Ensemble.NVE
        case _:
            raise InputError(
                f"INCAR: MDALGO = {algorithm}, SMASS = {smass:g}, ANDERSEN_PROB = "
                f"{probability:g}: the stand-in does NVE (SMASS = -3, or MDALGO = 1 with "
                "ANDERSEN_PROB = 0), Nose (MDALGO = 2, SMASS >= 0), Langevin (MDALGO = 3) and "
                "stochastic velocity rescaling (MDALGO = 5, CSVR_PERIOD >= 0)"
            )
    if isif > 2 and ensemble is not Ensemble.LANGEVIN_NPT:  # noqa: PLR2004 - ISIF 3 moves the cell
        raise InputError(
            f"INCAR: ISIF = {isif} lets the cell move, which {ensemble} dynamics cannot; "
            "set ISIF = 2, or MDALGO = 3 with ISIF = 3"
        )
    return ensemble


def _seed(incar: Tags) -> tuple[int, ...] | None:
    values = numbers_of(incar, "RANDOM_SEED")
    return None if values is None else tuple(abs(int(value)) for value in values)


def _among(tag: str, value: int, allowed: tuple[int, ...]) -> None:
    if value not in allowed:
        listed = ", ".join(map(str, allowed))
        raise InputError(f"INCAR: {tag} = {value}: the stand-in does {listed}")


def _length(tag: str, values: tuple[float, ...], expected: int, what: str) -> None:
    if len(values) != expected:
        raise InputError(f"INCAR: {tag} has {len(values)} values for {expected} {what}")


def _number(incar: Tags, tag: str, default: float) -> float:
    value = incar.get(tag, default)
    if not _is_number(value):
        raise InputError(f"INCAR: {tag} = {_shown(value)} is not a number")
    return float(value)


def _is_number(value: Any) -> bool:
    """Return whether a value is a number that a float holds: no NaN, and no 10**5000."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _shown(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        return "an integer of thousands of digits"
    return text if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} ..."


def _integer(incar: Tags, tag: str, default: int) -> int:
    value = _number(incar, tag, default)
    if value != round(value):
        raise InputError(f"INCAR: {tag} = {value:g} is not an integer")
    return round(value)


def numbers_of(incar: Tags, tag: str) -> tuple[float, ...] | None:
    """Return the numbers of a tag; None without it.

    Raises
    ------
    InputError
        If they are not numbers.
    """
    value: Any = incar.get(tag)
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    if not all(map(_is_number, values)):
        raise InputError(f"INCAR: {tag} = {_shown(value)} is not a list of numbers")
    return tuple(float(item) for item in values)


def _truth(incar: Tags, tag: str, *, default: bool) -> bool:
    value = incar.get(tag, default)
    if not isinstance(value, int):  # ICHAIN is a number
        raise InputError(f"INCAR: {tag} = {value} is not .TRUE. or .FALSE.")
    return bool(value)
