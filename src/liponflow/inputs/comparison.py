"""Parameters of campaigns that several engines compute: which ones, and how they compare."""

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from liponflow.crystals.plausible import Policy
from liponflow.document import Document
from liponflow.inputs.parameter import NamesOf, Unit
from liponflow.names import nearest
from liponflow.registry import ENGINES


class SeveralEngines(Document):
    """Base of the parameters of campaigns that take further engines.

    All have defaults, so that runs that an earlier version planned can be resumed.
    """

    models: Annotated[list[str], NamesOf(ENGINES)] = Field(
        default_factory=list,
        description="Further engines that compute the same, as a list or as a,b; the spread over "
        "all engines is the uncertainty of the model; auto for one that is installed.",
        examples=["chgnet,sevennet-0"],
    )


class ComparedParameters(SeveralEngines):
    """Base of the parameters of campaigns that compare quantities between engines."""

    compared: ClassVar[tuple[str, ...]] = ()
    """Quantities that are compared between engines."""

    disagreement: Annotated[
        dict[str, Annotated[float, Field(gt=0)]], Unit("unit of the quantity")
    ] = Field(
        default_factory=dict,
        description="Largest difference between two engines that does not warn, by quantity.",
    )

    plausible: Policy = Field(
        default="refuse",
        description="What happens to a starting structure that no solid has, such as a molecule "
        "in vacuum: refuse, or warn to compute it all the same.",
    )

    @field_validator("disagreement")
    @classmethod
    def _quantities(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            if name not in cls.compared:
                raise ValueError(f"unknown quantity {name!r}{nearest(name, cls.compared)}")
        return value
