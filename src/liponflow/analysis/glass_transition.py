"""Glass transition: where two straight lines through a property on cooling meet."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

FloatArray = NDArray[np.float64]

MINIMUM_POINTS = 4
"""Points that each of the two lines needs: two for the line and two to judge it by."""
RESAMPLES = 400
"""Bootstrap samples; the relative error of a standard deviation from n is 1/sqrt(2n): 4 %."""


class GlassTransition(BaseModel):
    """Two straight lines through V(T) or H(T), and the temperature at which they meet."""

    model_config = ConfigDict(extra="forbid")

    quantity: Literal["volume", "enthalpy"] = Field(
        description="What was fitted: volume (Å³/atom) or enthalpy (eV/atom)."
    )
    temperature: float = Field(description="Glass transition temperature (K).")
    error: float = Field(description="Its standard deviation over bootstrap samples (K).")
    cooling_rate: float = Field(description="Cooling rate (K/ps).")
    glass_slope: float = Field(description="Slope below (unit of the quantity per K).")
    liquid_slope: float = Field(description="Slope above (unit of the quantity per K).")
    value_at_tg: float = Field(description="Value where the lines meet (unit of the quantity).")
    residual: float = Field(
        description="Root mean square of the residuals (unit of the quantity)."
    )
    single_line_residual: float = Field(
        description="The same for one straight line through everything."
    )
    temperatures: list[float] = Field(description="Temperatures of the points (K), ascending.")
    values: list[float] = Field(description="Values of the points (unit of the quantity).")
    resolved: bool = Field(
        description="Whether two lines describe the points significantly better than one, and "
        "the break lies inside the range that was cooled through."
    )
    note: str = Field(description="What to know before quoting it.")
