"""Parameters of the lithiation campaign."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, NamesOf, Seed, Unit
from liponflow.inputs.presets import ParameterError, load_data
from liponflow.inputs.supercell import SupercellParameter
from liponflow.registry import ENGINES

TOPIC = "lithiation"


MOST_U = 20.0
"""eV; U of 3d metals is 2 to 8."""

MOST_MOMENT = 12.0
"""µB, above that of every ion: Gd has 7, and Ho 10 with its orbit."""

HubbardU = (
    Literal["as_printed", "exchanged", "materials_project", "none"]
    | dict[str, Annotated[float, Field(ge=-MOST_U, le=MOST_U)]]
)


class LithiationParameters(ComparedParameters):
    """Parameters of a lithiation campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "voltage",
        "formation energy",
        "energy above the hull",
        "unique axis",
        "other axes",
        "a axis",
        "b axis",
        "c axis",
        "volume",
    )

    x: Annotated[Annotated[list[float], Field(min_length=1)] | None, Unit("")] = Field(
        description="Contents of the intercalant per formula unit; null for those that the host "
        "and its metals allow.",
        examples=[[0, 0.5, 1]],
    )
    steps: int = Field(
        ge=1,
        le=1000,
        description="Steps of x in the range of extraction and in that of insertion, where x is "
        "null.",
    )
    intercalant: Literal["Li", "Na", "K", "Rb", "Cs"] | None = Field(
        description="Element that is inserted and extracted; null for the alkali metal of the "
        "host.",
        examples=["Na"],
    )
    formula_unit: str | None = Field(
        description="Formula unit to which x refers, such as CoO2; null for the smallest with "
        "whole numbers of intercalant, cations and anions.",
        examples=["CoO2"],
    )
    budget: int = Field(
        ge=1,
        le=10_000,
        description="Largest number of arrangements that are relaxed per content and family.",
    )
    seed: Seed = Field(description="Seed of the random choices.")
    ordering: Literal["ordered", "disordered"] = Field(
        description="Cation ordering of the built-in LiNi0.5Mn1.5O4."
    )
    supercell: SupercellParameter = Field(
        description="Repeats of the conventional cell, or a 3 x 3 matrix whose rows are made of "
        "the vectors of the cell as it was given."
    )
    tetragonal_strain: Annotated[float, Unit("")] = Field(
        gt=0, le=0.2, description="Strain of c in the tetragonal start of over-lithiated states."
    )
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation."
    )
    max_steps: IonicSteps = Field(description="Largest number of ionic steps of a relaxation.")
    magmoms: Annotated[
        dict[str, Annotated[float, Field(ge=-MOST_MOMENT, le=MOST_MOMENT)]], Unit("µB")
    ] = Field(description="Initial moment per element.")
    hubbard_u: Annotated[HubbardU, Unit("eV")] = Field(
        description="U_eff per element; or as_printed or exchanged, the published assignments; "
        "materials_project, that of its sets; or none."
    )
    moments: Annotated[str | None, NamesOf(ENGINES)] = Field(
        description="Engine that computes the moments of the relaxed structures, such as chgnet, "
        "for an engine without moments; null for the moments of the engine itself.",
        examples=["chgnet"],
    )

    refine: Annotated[list[str], NamesOf(ENGINES)] = Field(
        description="Engines that compute the lowest state at each x again, a ladder: each "
        "continues from the geometries of the one before; empty for none.",
        examples=["sevennet-0,gpaw"],
    )
    refine_states: Literal["auto", "relax", "static"] = Field(
        description="Whether a refining engine relaxes these states, or computes single points at "
        "the geometries of the engine before (static); auto is static for DFT and relax for "
        "potentials."
    )

    @field_validator("x")
    @classmethod
    def _sorted_and_distinct(cls, value: list[float] | None) -> list[float] | None:
        if value is None:
            return None
        if min(value) < 0:
            raise ValueError(f"a content of {min(value):g} is negative")
        return sorted(set(value))

    @field_validator("magmoms", "hubbard_u")
    @classmethod
    def _elements(cls, value: Any) -> Any:
        if isinstance(value, dict):
            unknown = [symbol for symbol in value if not Element.is_valid_symbol(symbol)]
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not an element")
        return value


def hubbard_values(parameters: LithiationParameters) -> dict[str, float]:
    """Return U_eff (eV) per element as set by the parameters."""
    if isinstance(parameters.hubbard_u, dict):
        return parameters.hubbard_u
    assignment: dict[str, float] = load_data(TOPIC)["hubbard_u"][parameters.hubbard_u]["value"]
    return assignment


def check_hubbard(structure: Structure, parameters: LithiationParameters) -> None:
    """Refuse a transition metal for which no U is given.

    Raises
    ------
    ParameterError
        If one has no U; the message names the element and how to give its U.
    """
    # A tuple: what is compared may be a dict, which no set can look up.
    if parameters.hubbard_u in ("materials_project", "none"):
        return  # other elements have none
    known = hubbard_values(parameters)
    for element in structure.composition.elements:
        if element.is_transition_metal and element.symbol not in known:
            given = ", ".join(f"{symbol}: {value}" for symbol, value in known.items())
            raise ParameterError(
                f"no Hubbard U for {element.symbol}: pass --set "
                f"'hubbard_u={{{given}, {element.symbol}: VALUE}}' (0 for none)"
            )
