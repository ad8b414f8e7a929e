"""Energy of a glass as a separate phase, from the models of a glass result."""

from typing import Literal

import numpy as np
from pydantic import Field
from pymatgen.core.composition import Composition

from liponflow.analysis.glass.result import GlassModel, GlassResult
from liponflow.analysis.method import Method, describe_differences, differences
from liponflow.analysis.stability.corrections import (
    Corrections,
    corrected_energy,
    resolve,
    scale_name,
)
from liponflow.analysis.stability.one_scale import unusable_method
from liponflow.document import Document
from liponflow.formulas import reduced_formula

SAME_COMPOSITION = 1e-3
"""Largest difference of atomic fractions between two models of one glass."""


class GlassEnergy(Document):
    """Energy of a glass on a stated scale: mean and spread over its models."""

    formula: str = Field(description="Formula per P, or reduced where there is none.")
    energy_per_atom: float = Field(description="Mean over the models (eV/atom).")
    spread: float | None = Field(
        description="Standard deviation over the models (eV/atom); None for one."
    )
    n_models: int = Field(description="Number of models in the mean.")
    scale: str = Field(description="Scale of the energy.")
    method: Method | None = Field(
        None, description="Method of the energy; None in documents from before it was recorded."
    )
    uuid: str = Field(description="Job that returned the glass result.")

    @property
    def text(self) -> str:
        """Source of the energy, in words."""
        spread = "one model" if self.spread is None else f"{1000 * self.spread:.0f} meV/atom"
        models = "" if self.spread is None else f"mean of {self.n_models} models, spread "
        return f"glass result {self.uuid[:8]}: {models}{spread}"


def glass_energy(result: GlassResult, uuid: str, corrections: Corrections) -> GlassEnergy:
    """Return the energy of a glass from its result.

    Parameters
    ----------
    result
        A glass result whose models were relaxed.
    uuid
        uuid of its job.
    corrections
        Corrections to add to the engine's energies.

    Returns
    -------
    GlassEnergy

    Raises
    ------
    ValueError
        If a model has no energy, a charge, or did not converge, the models differ in composition
        or method, or an energy would be corrected twice.
    """
    engine = result.provenance.engine
    methods = [model.recorded_method or engine.as_method for model in result.models]
    if found := [item for item in differences(methods) if item.fundamental]:
        raise ValueError(
            f"the models of glass result {uuid[:8]} have no mean energy: "
            f"{'; '.join(describe_differences(found))}"
        )
    method = methods[0]
    if unusable := unusable_method(method):
        raise ValueError(f"glass result {uuid[:8]} has no energy to use: {unusable}")
    resolved = resolve(corrections, engine, method)
    energies = [_energy(model, uuid, method, resolved) for model in result.models]
    compositions = [model.structure.composition for model in result.models]
    first = compositions[0].fractional_composition
    for other in compositions[1:]:
        if not first.almost_equals(other.fractional_composition, rtol=0, atol=SAME_COMPOSITION):
            raise ValueError(
                f"the models of glass result {uuid[:8]} differ in composition "
                f"({compositions[0].formula} and {other.formula}); their mean has no meaning"
            )
    return GlassEnergy(
        formula=formula_per_phosphorus(compositions[0]),
        energy_per_atom=float(np.mean(energies)),
        spread=float(np.std(energies, ddof=1)) if len(energies) > 1 else None,
        n_models=len(energies),
        scale=scale_name(resolved, engine, [method]),
        method=method,
        uuid=uuid,
    )


def formula_per_phosphorus(composition: Composition) -> str:
    """Return a formula with one P, as is usual for LiPON.

    Examples
    --------
    >>> formula_per_phosphorus(Composition("Li46P16O55N5"))
    'Li2.875PO3.4375N0.3125'
    """
    if not composition["P"]:
        reduced: str = reduced_formula(composition)
        return reduced
    order = sorted(composition.elements, key=lambda element: _ORDER.index(element.symbol)
                   if element.symbol in _ORDER else len(_ORDER))  # fmt: skip
    amounts = {element.symbol: composition[element] / composition["P"] for element in order}
    return "".join(f"{s}{'' if n == 1 else f'{n:.6g}'}" for s, n in amounts.items())


_ORDER = ("Li", "P", "O", "N")


def _energy(
    model: GlassModel, uuid: str, method: Method, corrections: Literal["none", "mp2020"]
) -> float:
    if model.energy_per_atom is None:
        raise ValueError(
            f"model {model.seed} of glass result {uuid[:8]} has no energy; run the glass with a "
            "relaxation at its end"
        )
    if not model.converged:
        raise ValueError(
            f"model {model.seed} of glass result {uuid[:8]} did not converge "
            f"({model.criterion}); finish its relaxation"
        )
    atoms = len(model.structure)
    energy = model.energy_per_atom * atoms
    return corrected_energy(energy, model.structure, method, corrections) / atoms
