"""Parameters and VASP input sets of the lithiation campaign."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from atomate2.vasp.sets.base import VaspInputGenerator
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Kpoints
from pymatgen.io.vasp.sets import MPRelaxSet

from liponflow.inputs.presets import ParameterError, load_data, values

TOPIC = "lithiation"

HubbardU = Literal["as_printed", "exchanged"] | dict[str, float]


class LithiationParameters(BaseModel):
    """Everything that a user can set in a lithiation campaign."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Annotated[list[float], Field(min_length=1)] = Field(
        description="Lithium contents: Li per Li of the pristine structure."
    )
    budget: int = Field(
        ge=1, description="Most arrangements that are relaxed per lithium content and family."
    )
    seed: int = Field(ge=0, description="Seed of the random choices.")
    ordering: Literal["ordered", "disordered"] = Field(
        description="Cation ordering of the built-in LiNi0.5Mn1.5O4."
    )
    supercell: tuple[
        Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]
    ] = Field(description="Repeats of the conventional cell.")
    tetragonal_strain: float = Field(
        gt=0, le=0.2, description="Stretch of c in the tetragonal start of over-lithiated states."
    )
    force_limit: float = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation (eV/Å)."
    )
    max_steps: int = Field(ge=1, description="Most ionic steps of a relaxation.")
    magmoms: dict[str, float] = Field(description="Initial moment per element (µB).")
    hubbard_u: HubbardU = Field(
        description="U_eff (eV) per element, or one of the two published assignments."
    )

    @field_validator("x")
    @classmethod
    def _sorted_and_distinct(cls, value: list[float]) -> list[float]:
        if min(value) < 0:
            raise ValueError(f"a lithium content of {min(value):g} is negative")
        return sorted(set(value))

    @field_validator("magmoms", "hubbard_u")
    @classmethod
    def _elements(cls, value: Any) -> Any:
        if isinstance(value, dict):
            unknown = [symbol for symbol in value if not Element.is_valid_symbol(symbol)]
            if unknown:
                raise ValueError(f"{unknown[0]!r} is no element")
        return value


def hubbard_values(parameters: LithiationParameters) -> dict[str, float]:
    """U_eff (eV) per element as the parameters ask for it."""
    if isinstance(parameters.hubbard_u, dict):
        return parameters.hubbard_u
    assignment: dict[str, float] = load_data(TOPIC)["hubbard_u"][parameters.hubbard_u]["value"]
    return assignment


def relax_set(parameters: LithiationParameters) -> VaspInputGenerator:
    """VASP inputs of the relaxation of cell and ions.

    Parameters
    ----------
    parameters
        Parameters of the campaign.

    Returns
    -------
    VaspInputGenerator
        atomate2's generator with the published PBE+U set.
    """
    data = load_data(TOPIC)["vasp"]
    incar = values(data["incar"]) | values(data["relax"])
    incar |= {"EDIFFG": -parameters.force_limit, "NSW": parameters.max_steps}
    return _generator(incar | _dft_u(parameters), data["kpoints"]["value"])


def static_set(parameters: LithiationParameters) -> VaspInputGenerator:
    """VASP inputs of the static calculation; see :func:`relax_set`."""
    data = load_data(TOPIC)["vasp"]
    incar = values(data["incar"]) | values(data["static"]) | _dft_u(parameters)
    return _generator(incar, data["kpoints"]["value"])


def lithium_metal_set(parameters: LithiationParameters) -> VaspInputGenerator:
    """VASP inputs of the Li metal reference: as the relaxation, without +U and moments."""
    data = load_data(TOPIC)
    incar = values(data["vasp"]["incar"]) | values(data["vasp"]["relax"])
    incar |= {"EDIFFG": -parameters.force_limit, "NSW": parameters.max_steps}
    incar |= values(data["lithium_metal"]["incar"])
    for key in ("LDAUTYPE", "LMAXMIX"):
        incar.pop(key)
    return _generator(incar, data["lithium_metal"]["kpoints"]["value"])


def check_hubbard(structure: Structure, parameters: LithiationParameters) -> None:
    """Refuse a transition metal for which no U is given.

    Raises
    ------
    ParameterError
        Naming the element and how to give its U.
    """
    known = hubbard_values(parameters)
    for element in structure.composition.elements:
        if element.is_transition_metal and element.symbol not in known:
            given = ", ".join(f"{symbol}: {value}" for symbol, value in known.items())
            raise ParameterError(
                f"no Hubbard U for {element.symbol}: pass --set "
                f"'hubbard_u={{{given}, {element.symbol}: VALUE}}' (0 for none)"
            )


def _dft_u(parameters: LithiationParameters) -> dict[str, Any]:
    u = hubbard_values(parameters)
    corrected = {symbol: value for symbol, value in u.items() if value}
    return {
        "LDAUU": corrected,
        "LDAUJ": dict.fromkeys(corrected, 0.0),
        "LDAUL": dict.fromkeys(corrected, 2),
        "MAGMOM": dict(parameters.magmoms),
    }


def _generator(incar: Mapping[str, Any], mesh: tuple[int, int, int]) -> VaspInputGenerator:
    potcar = load_data(TOPIC)["vasp"]["potcar"]
    return VaspInputGenerator(
        config_dict={
            "INCAR": dict(incar),
            "KPOINTS": {},
            "POTCAR": MPRelaxSet.CONFIG["POTCAR"] | potcar["symbols"]["value"],
            "POTCAR_FUNCTIONAL": potcar["functional"]["value"],
        },
        user_kpoints_settings=Kpoints.gamma_automatic(mesh),  # type: ignore[arg-type]
        auto_ismear=False,
        auto_metal_kpoints=False,
        inherit_incar=False,
    )
