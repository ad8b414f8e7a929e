"""A user's options of VASP, as arguments of its engine."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator
from pymatgen.core.periodic_table import Element

from liponflow.document import Document
from liponflow.freeformat.incar import Value, parse_incar, shown
from liponflow.freeformat.tags import is_known, suggested
from liponflow.inputs.difference import Role
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.roles import role_of
from liponflow.names import nearest

Kind = Literal["relax", "static", "md", "band"]
KINDS: tuple[Kind, ...] = ("relax", "static", "md", "band")
"""Kinds of calculation; the end points of a band are computed as the band is."""

Functional = Literal["PBE", "PBE+D3(BJ)", "r2SCAN", "r2SCAN+D3(BJ)", "HSE06", "HSE06+D3(BJ)"]

_STAGES = "the stages of the protocol set it"
_FUNCTIONAL = "give --engine-set functional=..., such as r2SCAN or PBE+D3(BJ)"
_LEARNING = "give --engine-set machine_learning=6.4"
_CONTROLLED = {
    "NSW": "give --set max_steps=... (of dynamics, the stages of the protocol set it)",
    "ISIF": "the campaign decides whether the cell moves",
    "IMAGES": "give --set images=...",
    "LCLIMB": "give --set climbing=...",
    "ICHAIN": "the campaign computes nudged elastic bands",
    "MAGMOM": "it follows the order of POSCAR; give moments by element, --set magmoms=...",
    "NELECT": "the energy of a charged cell compares with no other",
    "ISTART": "no orbitals of an earlier run are there",
    "ICHARG": "no density of an earlier run is there",
    "KGAMMA": "the campaign decides on the mesh",
    **dict.fromkeys(("LSORBIT", "LNONCOLLINEAR"), "the initial moments are collinear"),
    **dict.fromkeys(
        ("LDAU", "LDAUTYPE", "LDAUU", "LDAUJ", "LDAUL"),
        "it follows the order of POSCAR; give U by element, --set hubbard_u=... (of lithiation)",
    ),
    **dict.fromkeys(
        ("GGA", "METAGGA", "XC", "LHFCALC", "AEXX", "HFSCREEN", "IVDW", "LUSE_VDW"), _FUNCTIONAL
    ),
    **dict.fromkeys(("ML_LMLFF", "ML_MODE", "ML_ISTART"), _LEARNING),
    **dict.fromkeys(
        (
            *("TEBEG", "TEEND", "MDALGO", "SMASS", "LANGEVIN_GAMMA", "LANGEVIN_GAMMA_L"),
            *("PSTRESS", "CSVR_PERIOD", "ANDERSEN_PROB", "RANDOM_SEED"),
        ),
        _STAGES,
    ),
}
"""Tags that the user cannot set, with the reason or what to do instead."""

_OF_KINDS: Mapping[str, tuple[tuple[Kind, ...], str]] = {
    "IBRION": (
        ("relax",),
        "the kind of calculation decides it; relax:IBRION=1, 2 or 3 can be set",
    ),
    "POTIM": (("relax",), f"{_STAGES}, or the optimiser of a band; relax:POTIM can be set"),
    "KSPACING": (("md",), "the k-points stand in KPOINTS; only md:KSPACING can be set"),
    "EDIFFG": (("relax", "band"), "only a relaxation has it: give relax:EDIFFG or band:EDIFFG"),
}
"""Tags that the user can set for some kinds, with the reason why not for others."""

_POSITIVE = frozenset({"ENCUT", "EDIFF", "NELM", "NBANDS", "NCORE", "NPAR", "KPAR"})
_SPINS = (1, 2)
_OPTIMISERS = (1, 2, 3)
_PER_SITE = 10
"""Least LORBIT with which VASP writes the moments of the sites."""


class VaspOptions(Document):
    """What a user changes in the VASP inputs of any campaign.

    Examples
    --------
    >>> options = VaspOptions.of({"incar": {"ENCUT": 600, "relax:EDIFFG": "-1D-2"}})
    >>> options.tags("relax"), options.tags("static")
    ({'ENCUT': 600.0, 'EDIFFG': -0.01}, {'ENCUT': 600.0})
    """

    model_config = ConfigDict(frozen=True)

    incar: dict[str, Any] = Field(
        default_factory=dict,
        description="Tags of the INCAR, for all calculations (ENCUT) or one kind (relax:EDIFFG).",
    )
    functional: Functional | None = Field(
        None, description="Functional in place of that of the campaign."
    )
    keep_u: bool | None = Field(
        None,
        description="Whether U of the campaign is kept; by default with PBE only, as in the sets "
        "of the Materials Project.",
    )
    potcar_release: Literal[52, 54, 64] | None = Field(
        None, description="Release of the PAW potentials."
    )
    potcar: dict[str, str] = Field(
        default_factory=dict, description="Potential by element, such as O: O_s."
    )
    bader: bool = Field(default=False, description="Whether static runs write Bader's densities.")
    machine_learning: Literal["6.3", "6.4"] | None = Field(
        None, description="VASP version whose force field learns during dynamics."
    )

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Self:
        """Return the options in the arguments of the engine.

        Raises
        ------
        ParameterError
            If one is unknown or cannot be used; the nearest name or the reason is given.
        """
        for name in arguments:
            if name not in cls.model_fields:
                known = cls.model_fields
                raise ParameterError(f"vasp has no option {name!r}{nearest(name, known)}")
        try:
            return cls.model_validate(dict(arguments))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            cause = first["msg"].removeprefix("Value error, ")
            given = "" if name == "incar" else f"={arguments[name]!r}"
            raise ParameterError(f"option {name}{given} of vasp: {cause}") from None

    @field_validator("incar", mode="before")
    @classmethod
    def _typed(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError("give tags with their values: {ENCUT: 600}")  # noqa: TRY004
        return dict(_read(str(key), value) for key, value in given.items())

    @field_validator("potcar")
    @classmethod
    def _of_elements(cls, value: dict[str, str]) -> dict[str, str]:
        for element, symbol in value.items():
            if not Element.is_valid_symbol(element):
                raise ValueError(f"{element!r} is not an element")
            if symbol.partition("_")[0] != element:
                raise ValueError(f"{symbol} is not a potential of {element}")
        return value

    @field_validator("machine_learning", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, float) else value

    @property
    def parts(self) -> tuple[str | None, str | None]:
        """Functional and dispersion correction; None for those of the campaign."""
        functional, _, dispersion = (self.functional or "").partition("+")
        return functional or None, dispersion or None

    @property
    def drops_u(self) -> bool:
        """Whether U of the campaign is left out."""
        if self.keep_u is None:
            return self.parts[0] not in {None, "PBE"}
        return not self.keep_u

    def tags(self, kind: Kind) -> dict[str, Value]:
        """Return the tags that the user gives for a kind of calculation."""
        own = {key: value for key, value in self.incar.items() if ":" not in key}
        prefix = f"{kind}:"
        for key, value in self.incar.items():
            if key.startswith(prefix):
                own[key.removeprefix(prefix)] = value
        return own

    def identity(self) -> dict[str, Any] | None:
        """Return what the results depend on, JSON-like; None without any.

        Tags of parallelisation and labels are left out.
        """
        found = self.model_dump(mode="json", exclude_defaults=True)
        tags = {
            key: value
            for key, value in found.pop("incar", {}).items()
            if role_of(key.rpartition(":")[2]) in {Role.PHYSICS, Role.NUMERICS}
        }
        return (found | ({"incar": tags} if tags else {})) or None


def _read(key: str, given: Any) -> tuple[str, Value]:
    """Return the key and the typed value of a tag, as VASP reads it."""
    before, colon, name = key.rpartition(":")
    kind, tag = before.strip().lower(), name.strip().upper()
    if colon and kind not in KINDS:
        known = ", ".join(KINDS)
        raise ValueError(f"{key}: {kind!r} is not a kind of calculation; there is {known}")
    if not is_known(tag):
        raise ValueError(f"unknown tag {suggested(tag)}")
    if given is None or given == [] or isinstance(given, Mapping):
        raise ValueError(f"{tag} has no value")
    try:
        read = parse_incar(f"{tag} = {given if isinstance(given, str) else shown(given)}")
    except ValueError as error:
        raise ValueError(str(error).removeprefix("line 1: ")) from error
    if set(read.tags) != {tag}:
        raise ValueError(f"{tag} = {given}: give one tag with its value")
    if read.notes:
        raise ValueError(read.notes[0])
    value = read.tags[tag]
    for reason in _refusals(kind, tag, value):
        raise ValueError(f"{key} cannot be set: {reason}")
    return f"{kind}:{tag}" if colon else tag, value


def _refusals(kind: str, tag: str, value: Value) -> Iterator[str]:
    if tag in _CONTROLLED:
        yield _CONTROLLED[tag]
    if tag in _OF_KINDS:
        kinds, reason = _OF_KINDS[tag]
        if kind not in kinds:
            yield reason
    if tag == "IBRION" and value not in _OPTIMISERS:
        yield _OF_KINDS["IBRION"][1]
    if tag == "EDIFFG" and not (isinstance(value, float) and value < 0):
        yield "the campaign judges relaxations by their forces: give a negative value"
    if tag in _POSITIVE and not (isinstance(value, int | float) and value > 0):
        yield f"{shown(value)} is not above 0"
    if tag == "ISPIN" and value not in _SPINS:
        yield f"VASP has ISPIN = 1 and 2, and not {shown(value)}"
    if tag == "LORBIT" and not (isinstance(value, int) and value >= _PER_SITE):
        yield f"moments are read for each site: give {_PER_SITE} or more"
