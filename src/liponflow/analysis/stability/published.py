"""Published windows, products and observed layers that a stability result is compared with."""

from pydantic import ConfigDict, Field

from liponflow.analysis.published import Published, topics
from liponflow.document import Document
from liponflow.formulas import reduced_formula


class PublishedWindow(Published):
    """Voltage window of a material."""

    formula: str = Field(description="Reduced formula.")
    material: str = Field(description="Meaning of the formula.")
    low: float = Field(description="Lower limit (V vs Li).")
    high: float = Field(description="Upper limit (V vs Li).")

    @property
    def label(self) -> str:
        """The window as it is written in tables."""
        return f"{self.low:.2f}-{self.high:.2f} V"


class PublishedProducts(Published):
    """Products of LiPON."""

    where: str = Field(description="At which end of the window.")
    phases: tuple[str, ...] = Field(description="Reduced formulas.")


class PublishedFormation(Published):
    """Formation energies."""

    values: dict[str, float] = Field(description="eV/atom by reduced formula.")


class ObservedLayer(Document):
    """A layer seen between Li and LiPON."""

    model_config = ConfigDict(frozen=True)

    phases: tuple[str, ...] = Field(description="Crystalline phases, by formula.")
    thickness: float = Field(description="Mean thickness (nm).")


class ObservedLayers(Published):
    """Layers between Li and LiPON, from the Li on."""

    layers: tuple[ObservedLayer, ...]
    absent: tuple[str, ...] = Field(description="Predicted phases that were not seen.")


class ObservedPhases(Published):
    """Phases seen in LiPON itself."""

    phases: tuple[str, ...] = Field(description="Reduced formulas.")


class PublishedStability(Document):
    """Published values for the stability of LiPON."""

    model_config = ConfigDict(frozen=True)

    windows: tuple[PublishedWindow, ...]
    products: tuple[PublishedProducts, ...]
    formation_energies: PublishedFormation
    observed: ObservedLayers
    decomposition: ObservedPhases

    def window(self, formula: str) -> PublishedWindow | None:
        """Return the published window of a formula; None if nothing was published.

        Examples
        --------
        >>> published_stability().window("Li2PO2N").label
        '0.68-2.63 V'
        """
        reduced = reduced_formula(formula)
        return next((w for w in self.windows if w.formula == reduced), None)


def published_stability() -> PublishedStability:
    """Return the published values.

    Examples
    --------
    >>> published_stability().formation_energies.values["Li3P"]
    -0.698
    """
    return PublishedStability.model_validate(topics()["stability"])
