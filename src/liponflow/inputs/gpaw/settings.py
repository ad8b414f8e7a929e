"""The settings of a GPAW calculation that determine its energies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from liponflow.document import Document
from liponflow.inputs.presets import ParameterError, load_data, values
from liponflow.names import nearest

FAMILY = "gpaw"
"""Key of these settings among the inputs of an engine."""

PACKAGE = "liponflow.inputs.gpaw"
"""Package with the file of settings."""

GENERAL = "general"
"""Settings of campaigns that hand over none of their own."""

_FILE = "topics"


def _mesh(value: Any) -> Any:
    """Read ``2,2,2``, as a command line gives it, as a mesh."""
    if isinstance(value, str) and "," in value:
        return [part.strip() for part in value.split(",")]
    return value


Division = Annotated[int, Field(ge=1, le=99)]

KPoints = Annotated[
    tuple[Division, Division, Division] | Annotated[float, Field(gt=0, le=100)],
    BeforeValidator(_mesh),
]
"""A mesh, or the density of one in points per Å⁻¹ of the reciprocal cell (2π included)."""


class GpawSettings(Document):
    """Settings of GPAW.

    Examples
    --------
    >>> settings = topic_settings("migration", "quick")
    >>> settings.label
    'PBE, PW 350 eV'
    >>> settings.replaced({"kpts": "2,2,2"}).kpts
    (2, 2, 2)
    """

    model_config = ConfigDict(frozen=True)

    functional: str = Field(
        pattern=r"^[\w+-]+$",
        description="Functional, as GPAW names it: PBE, PBEsol, LDA, ... The PAW data are those "
        "of PBE unless others are installed.",
    )
    ecut: float = Field(ge=100, le=2000, description="Cut-off of the plane waves (eV).")
    kpts: KPoints = Field(
        description="Mesh of k-points, or its density in points per Å⁻¹ of the reciprocal cell; "
        "divisions from a density are even."
    )
    gamma: bool = Field(description="Whether the mesh contains Γ.")
    smearing: Literal["methfessel-paxton", "fermi-dirac", "marzari-vanderbilt"] = Field(
        description="Distribution of the occupations; Methfessel-Paxton is of first order."
    )
    width: float = Field(ge=0, le=2, description="Width of the smearing (eV).")
    spin: bool = Field(
        description="Whether structures with starting moments are computed with spin."
    )
    magmoms: dict[str, Annotated[float, Field(ge=-10, le=10)]] = Field(
        description="Starting moments by element (µB) of structures that give none."
    )
    hubbard_u: dict[str, Annotated[float, Field(ge=0, le=20)]] = Field(
        description="U of the d electrons by element (eV): Dudarev's form, with the occupations "
        "normalised by the bound partial wave inside the augmentation sphere, which VASP does not "
        "do, so values fitted with VASP mean about, not exactly, the same."
    )
    li_electrons: Literal[1, 3] = Field(
        description="Valence electrons of Li: 1 as in GPAW's data, or 3 with the 1s shell."
    )
    energy: float = Field(
        gt=0, le=1e-2, description="Change of the energy at convergence, eV per valence electron."
    )
    density: float = Field(
        gt=0,
        le=1e-2,
        description="Change of the density at convergence, electrons per valence electron.",
    )
    max_iterations: int = Field(
        ge=10, le=5000, description="Largest number of iterations of the density."
    )

    def replaced(self, arguments: Mapping[str, Any]) -> "GpawSettings":
        """Return the settings with those of the user.

        Raises
        ------
        ParameterError
            If a name is unknown (the nearest is suggested), or a value is invalid.
        """
        known = type(self).model_fields
        for key in arguments:
            if key not in known:
                raise ParameterError(f"unknown setting {key!r} of gpaw{nearest(key, known)}")
        try:
            return type(self).model_validate({**self.model_dump(), **arguments})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = str(first["loc"][0]) if first["loc"] else ""
            cause = first["msg"].removeprefix("Value error, ")
            raise ParameterError(
                f"setting {key}={arguments.get(key)!r} of gpaw: {cause}"
            ) from None

    @property
    def functional_with_u(self) -> str:
        """Functional, and the elements with U.

        Examples
        --------
        >>> settings = topic_settings("lithiation", "paper")
        >>> settings.replaced({"hubbard_u": {"Ni": 6.2, "Mn": 3.9}}).functional_with_u
        'PBE+U (Mn 3.9, Ni 6.2 eV)'
        """
        named = ", ".join(f"{element} {u:g}" for element, u in sorted(self.hubbard_u.items()) if u)
        return f"{self.functional}+U ({named} eV)" if named else self.functional

    @property
    def label(self) -> str:
        """Functional and cut-off in a few words, and what departs from GPAW's own data."""
        functional = self.functional_with_u.partition(" (")[0]
        lithium = "" if self.li_electrons == 1 else f", Li with {self.li_electrons} electrons"
        return f"{functional}, PW {self.ecut:g} eV{lithium}"

    def keywords(self, *, setups: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return keyword arguments of ``gpaw.GPAW``.

        Parameters
        ----------
        setups
            Names of PAW data sets by element, where they are not the standard ones.

        Examples
        --------
        >>> topic_settings("migration", "quick").keywords()["occupations"]
        {'name': 'methfessel-paxton', 'width': 0.2, 'order': 1}
        """
        named = dict(setups or {})
        for element, u in self.hubbard_u.items():
            if u:
                named[element] = f"{named.get(element, '')}:d,{u:g}"
        occupations: dict[str, Any] = {"name": self.smearing, "width": self.width}
        if self.smearing == "methfessel-paxton":
            occupations["order"] = 1
        mesh = (
            {"density": self.kpts, "even": True}
            if isinstance(self.kpts, float)
            else {"size": list(self.kpts)}
        )
        return {
            "mode": {"name": "pw", "ecut": self.ecut},
            "xc": self.functional,
            "kpts": {**mesh, "gamma": self.gamma},
            "occupations": occupations,
            "convergence": {"energy": self.energy, "density": self.density},
            "maxiter": self.max_iterations,
            **({} if self.spin else {"spinpol": False}),
            **({"setups": named} if named else {}),
        }


@dataclass(frozen=True)
class GpawInputs:
    """What a campaign hands over to GPAW.

    Attributes
    ----------
    settings
        Settings of the topic.
    reference_cell
        Whether the calculations are of another cell than those of the campaign, as the unit cell
        of a host. A mesh that the user gives does not suit it; a density of k-points does.

    Examples
    --------
    >>> host = GpawInputs(topic_settings("migration", "quick"), reference_cell=True)
    >>> found = host.replaced({"kpts": "2,2,2", "ecut": 300})
    >>> found.kpts, found.ecut
    (3.2, 300.0)
    """

    settings: GpawSettings
    reference_cell: bool = False

    def replaced(self, arguments: Mapping[str, Any]) -> GpawSettings:
        """Return the settings with those of the user; see :meth:`GpawSettings.replaced`."""
        checked = self.settings.replaced(arguments)
        if self.reference_cell and not isinstance(checked.kpts, float):
            return checked.model_copy(update={"kpts": self.settings.kpts})
        return checked


def gpaw_inputs(topic: str, preset: str) -> dict[str, GpawInputs]:
    """Return the settings of a topic as inputs of an engine; see :func:`topic_settings`."""
    return {FAMILY: GpawInputs(topic_settings(topic, preset))}


def topic_settings(topic: str, preset: str) -> GpawSettings:
    """Return the settings of a topic.

    Parameters
    ----------
    topic
        Name of the topic; :data:`GENERAL` for campaigns without settings of their own.
    preset
        Preset of the campaign. Presets without settings have those of ``quick``.
    """
    data = load_data(_FILE, PACKAGE)
    presets = data["topics"][topic]
    entries = {**data["common"], **presets["quick"], **presets.get(preset, {})}
    return GpawSettings.model_validate(values(entries))
