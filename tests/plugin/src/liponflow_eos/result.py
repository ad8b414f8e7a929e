# src/liponflow_eos/result.py
"""The result, and the physics that makes it: a pure function of plain arguments."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from pymatgen.analysis.eos import EOS

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Calculation, Provenance, Result
from liponflow.document import Document


class EosPoint(Document):
    """Energy at one volume."""

    volume: Annotated[float, Quantity("Å³/atom", heading="volume", fmt=".3f")] = Field(
        description="Volume."
    )
    energy: Annotated[float, Quantity("eV/atom", heading="energy", fmt=".4f")] = Field(
        description="Total energy."
    )


class EosResult(Result):
    """Equation of state of a crystal."""

    kind: Literal["eos"] = "eos"
    volume: Annotated[float, Quantity("Å³/atom", heading="volume", fmt=".3f")] = Field(
        description="Volume of lowest energy."
    )
    bulk_modulus: Annotated[float, Quantity("GPa", heading="bulk modulus", fmt=".1f")] = Field(
        description="Bulk modulus at that volume."
    )
    points: list[EosPoint] = Field(description="What the equation is fitted to.")


def equation_of_state(calculations: Sequence[Calculation], provenance: Provenance) -> EosResult:
    """Fit the third-order Birch-Murnaghan equation to static calculations."""
    points = [
        EosPoint(volume=item.structure.volume / len(item.structure), energy=item.energy_per_atom)
        for item in calculations
    ]
    volumes, energies = [p.volume for p in points], [p.energy for p in points]
    fit = EOS("birch_murnaghan").fit(volumes, energies)
    inside = min(volumes) < fit.v0 < max(volumes)
    place = "within" if inside else "outside"
    return EosResult(
        formula=calculations[0].structure.composition.reduced_formula,
        converged=inside,
        criterion=f"lowest energy at {fit.v0:.2f} Å³/atom, {place} the computed volumes",
        provenance=provenance,
        volume=fit.v0,
        bulk_modulus=float(fit.b0_GPa),
        points=points,
    )
