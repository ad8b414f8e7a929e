"""The published table of derivatives of LiPON, with the charge of every composition."""

from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from liponflow.analysis.derivatives.charge import (
    has_amounts,
    is_atom_fractions,
    neutralise,
)
from liponflow.analysis.published import topics
from liponflow.analysis.published_tables import PublishedTable, low_and_high
from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document

Dopant = Literal["Si", "S", "B", "other nonmetal", "metal"]
"""Sections of the printed table."""

Amounts = Literal["formula", "atom fractions", "not printed"]


class Derivative(Document):
    """One row: a composition as printed and as modelled, its conductivity and its energy."""

    model_config = ConfigDict(frozen=True)

    summary_columns: ClassVar[tuple[str, ...]] = (
        "printed", "conductivity", "conductivity_high", "activation_energy",
        "activation_energy_high", "charge", "modelled", "reference", "amounts", "preparation",
    )  # fmt: skip

    printed: Annotated[str, Column(heading="printed")] = Field(
        description="Formula, or the elements, as printed."
    )
    dopant: Dopant = Field(description="Section of the table.")
    preparation: Annotated[str, Column(heading="preparation")] = Field(
        description="How it was made."
    )
    amounts: Annotated[Amounts, Column(heading="amounts")] = Field(
        description="Whether the subscripts are a formula, atom fractions (their sum is 1) or "
        "missing."
    )
    conductivity: Annotated[
        float, Quantity("S/cm", heading="σ", fmt=".2e", label="conductivity")
    ] = Field(description="At room temperature; the lower end of a range.")
    conductivity_high: Annotated[float | None, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        None, description="Upper end of a range; None for a single value."
    )
    approximate: bool = Field(default=False, description="Whether the print says about.")
    activation_energy: Annotated[
        float | None, Quantity("eV", heading="Ea", fmt=".3g", label="activation energy")
    ] = Field(None, description="The lower end of a range; None where it is not given.")
    activation_energy_high: Annotated[float | None, Quantity("eV", heading="to", fmt=".3g")] = (
        Field(None, description="Upper end of a range; None for a single value.")
    )
    charge: Annotated[float | None, Quantity("e", heading="charge", fmt="+.2f")] = Field(
        None,
        description="Sum of the formal charges of the printed formula; None without amounts.",
    )
    rounding: Annotated[float | None, Quantity("e", fmt=".2f")] = Field(
        None, description="Charge that the rounding of the subscripts leaves open."
    )
    modelled: Annotated[str | None, Column(heading="modelled")] = Field(
        None, description="Neutral formula in its place; None without amounts."
    )
    change: str | None = Field(None, description="The element that was changed, and how.")
    reference: Annotated[str, Column(heading="reference")] = Field(
        description="Paper that the table cites, in short."
    )

    @property
    def is_neutral(self) -> bool:
        """Whether the printed formula is neutral within the rounding of its subscripts."""
        return self.modelled is not None and self.modelled == self.printed


class Derivatives(PublishedTable[Derivative]):
    """The whole table."""

    references: dict[str, str] = Field(description="Papers that it cites, by short form.")


@cache
def published_derivatives() -> Derivatives:
    """Return the published derivatives of LiPON, in the printed order.

    Examples
    --------
    >>> table = published_derivatives()
    >>> len(table.rows), sum(row.amounts == "not printed" for row in table.rows)
    (37, 11)
    >>> [row.printed for row in table.rows if row.is_neutral][2:]
    ['Li3SO3N', 'Li3.25C0.03PO3.87N0.21']
    """
    topic = dict(topics()["derivatives"])
    rows = tuple(_row(row) for row in topic.pop("rows"))
    return Derivatives(rows=rows, **topic)


def published_derivative(printed: str) -> Derivative | None:
    """Return the row of a formula as printed or as modelled; None if there is none.

    Examples
    --------
    >>> published_derivative("Li3SO3N").activation_energy
    1.03
    >>> published_derivative("Li3PO4") is None
    True
    """
    rows = published_derivatives().rows
    known = (row for row in rows if row.amounts != "not printed")
    return next((row for row in known if printed in (row.printed, row.modelled)), None)


def _row(given: dict[str, Any]) -> Derivative:
    row = dict(given)
    row["conductivity"], row["conductivity_high"] = low_and_high(row.pop("sigma"))
    row["activation_energy"], row["activation_energy_high"] = low_and_high(row.pop("ea", None))
    printed = row["printed"]
    if not has_amounts(printed):
        return Derivative(amounts="not printed", **row)
    amounts: Amounts = "atom fractions" if is_atom_fractions(printed) else "formula"
    found = neutralise(printed)
    return Derivative(
        amounts=amounts,
        charge=found.charge,
        rounding=found.rounding,
        modelled=found.modelled,
        change=found.text,
        **row,
    )
