"""Published values that results are compared with, read from ``published.yaml``.

A topic is a key of that file; each has its own models and a function that finds the entry for a
material, and returns None if nothing was published.
"""

from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import ConfigDict, Field

from liponflow.document import Document


class Published(Document):
    """Values with the source that they are quoted from."""

    model_config = ConfigDict(frozen=True)

    citation: str = Field(description="Short form, for labels in figures.")
    source: str = Field(description="Full reference, with section or figure.")
    note: str = Field(description="Caveats of a comparison.")


class PublishedMoments(Published):
    """Mean magnetic moments."""

    values: dict[str, dict[float, float]] = Field(description="|moment| (µB) by element and x.")


class PublishedDistortion(Published):
    """A statement, without a number, about the shape of the cell."""

    above_x: float = Field(description="Li content above which it holds.")
    statement: str


class PublishedVolumeChange(Published):
    """Volume change over a range of x."""

    x_range: tuple[float, float]
    percent: tuple[float, float] = Field(description="Lowest and highest value (%).")


class PublishedVoltage(Published):
    """Voltage of a plateau."""

    x_range: tuple[float, float]
    volts: tuple[float, float] = Field(
        description="Lowest and highest value (V against the metal of the intercalant)."
    )
    couple: str = Field(description="Redox couple.")
    main: bool = Field(
        default=True, description="Whether it is the plateau of the ideal composition."
    )

    @property
    def label(self) -> str:
        """The value as it is written in tables.

        Examples
        --------
        >>> [v.label for v in published_lithiation("Li2Mn3NiO8").voltages]
        ['4.7 V', '4.0 V', '2.8-2.9 V']
        """
        low, high = (f"{v:.1f}" if round(v, 1) == v else f"{v:.2f}" for v in self.volts)
        return f"{low} V" if low == high else f"{low}-{high} V"


class PublishedLithiation(Document):
    """Published values for the lithiation of one material."""

    model_config = ConfigDict(frozen=True)

    formula: str = Field(description="Reduced formula of the pristine material.")
    material: str
    x: float = Field(1.0, description="Content x of the pristine material.")
    moments: PublishedMoments | None = None
    tetragonal: PublishedDistortion | None = None
    volume_change: PublishedVolumeChange | None = None
    voltages: tuple[PublishedVoltage, ...]


def published_lithiation(formula: str) -> PublishedLithiation | None:
    """Return the published values for a material.

    Parameters
    ----------
    formula
        Reduced formula of the pristine material, as pymatgen writes it.

    Returns
    -------
    PublishedLithiation or None
        None if nothing is recorded for it.

    Examples
    --------
    >>> published_lithiation("Li2Mn3NiO8").moments.values["Ni"]
    {0.0: 0.5, 1.0: 1.7, 2.0: 1.7}
    >>> published_lithiation("LiCoO2").voltages[0].label
    '3.9-4.2 V'
    >>> published_lithiation("LiTiS2") is None
    True
    """
    entries = (PublishedLithiation.model_validate(entry) for entry in topics()["lithiation"])
    return next((entry for entry in entries if entry.formula == formula), None)


@cache
def topics() -> dict[str, Any]:
    """Return every topic of ``published.yaml``."""
    text = resources.files(__package__).joinpath("published.yaml").read_text(encoding="utf-8")
    topics: dict[str, Any] = yaml.safe_load(text)
    return topics
