"""Parameters of the scan over compositions."""

from itertools import combinations_with_replacement
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pymatgen.core.composition import Composition

from liponflow.document import Document
from liponflow.inputs.comparison import SeveralEngines
from liponflow.inputs.parameter import Unit

TOPIC = "scan"


class Grid(Document):
    """Mixtures of end members at even steps."""

    model_config = ConfigDict(frozen=True)

    end_members: list[str] = Field(min_length=2, max_length=6, description="Formulas to mix.")
    steps: int = Field(
        ge=1, le=20, description="Steps from one end member to another; 1 for these alone."
    )

    def formulas(self) -> list[str]:
        """Return the mixtures, by formula units of the end members.

        Examples
        --------
        >>> Grid(end_members=["Li3PO4", "Li4SiO4"], steps=2).formulas()
        ['Li3PO4', 'Li3.5P0.5O4Si0.5', 'Li4SiO4']
        """
        found = []
        for chosen in combinations_with_replacement(self.end_members, self.steps):
            total = sum((Composition(formula) for formula in chosen), Composition())
            amounts = (total / self.steps).get_el_amt_dict().items()
            found.append("".join(s if n == 1 else f"{s}{round(n, 6):g}" for s, n in amounts))
        return list(dict.fromkeys(found))


class ScanParameters(SeveralEngines):
    """Parameters of a scan: compositions, and what is computed of each."""

    model_config = ConfigDict(frozen=True)

    compositions: list[str] = Field(
        max_length=500,
        description="Formulas to compute; with a grid, in addition to its mixtures.",
        examples=["Li3PO4,Li2.9PO3.3N0.46"],
    )
    grid: Grid | None = Field(
        description="Mixtures of end members; null for none.",
        examples=["{end_members: [Li3PO4, Li4SiO4], steps: 4}"],
    )
    neutralise: bool = Field(
        description="Whether Li, else O, is changed so that the formal charges add up to 0."
    )
    most_lithium_change: Annotated[float, Unit("")] = Field(
        ge=0,
        le=1,
        description="Largest change of Li to make a formula neutral, as a share of its amount; "
        "where it needs more, O is changed.",
    )
    n_atoms: int = Field(
        ge=8,
        le=100_000,
        description="Number of atoms of every model, about: within 15 %, the size that represents "
        "the composition best is taken.",
    )
    method: Literal["auto", "units", "random"] = Field(
        description="Starting models: packed units, packed atoms, or units where whole units "
        "make up the composition and else atoms."
    )
    glass_preset: str = Field(description="Preset of the glass campaign.")
    glass: dict[str, Any] = Field(
        description="Parameters of the glass campaign that replace those of its preset.",
        examples=["{n_models: 1}"],
    )
    compute: list[Literal["transport", "window"]] = Field(
        description="What is computed of the glass: transport, the voltage window, or both."
    )
    transport_preset: str = Field(description="Preset of the transport campaign.")
    transport: dict[str, Any] = Field(
        description="Parameters of the transport campaign that replace those of its preset.",
        examples=["{temperatures: [900, 1200, 1500]}"],
    )
    stability: dict[str, Any] = Field(
        description="Parameters of the stability campaign that replace those of its quick preset.",
        examples=["{samples: 500}"],
    )
    rank_by: Literal["conductivity", "activation energy", "window"] = Field(
        description="Quantity to rank by: high conductivity, low energy or wide window."
    )

    @model_validator(mode="after")
    def _has_compositions(self) -> Self:
        if not self.compositions and self.grid is None:
            raise ValueError("there is nothing to compute: give compositions or a grid")
        for name in ("glass", "transport"):
            if "models" in getattr(self, name):
                raise ValueError(
                    f"{name}: further engines are those of the whole scan; give models to the "
                    f"scan and leave them out of {name}"
                )
        needed = "window" if self.rank_by == "window" else "transport"
        if self.compute and needed not in self.compute:
            raise ValueError(
                f"rank_by = {self.rank_by} needs {needed}, which compute = "
                f"{', '.join(self.compute)} leaves out"
            )
        return self

    @property
    def formulas(self) -> list[str]:
        """Formulas of the list and of the grid, each once."""
        mixed = self.grid.formulas() if self.grid is not None else []
        return list(dict.fromkeys([*self.compositions, *mixed]))
