"""Geometry of a film between two electrodes, with its errors."""

from dataclasses import dataclass

import numpy as np

CM_PER_UM = 1e-4
"""1 µm in cm."""


@dataclass(frozen=True)
class Geometry:
    """Film of one thickness between electrodes of one area.

    Attributes
    ----------
    thickness
        µm.
    area
        cm².
    thickness_error, area_error
        Standard errors, in the same units.
    """

    thickness: float
    area: float
    thickness_error: float = 0.0
    area_error: float = 0.0

    @property
    def constant(self) -> float:
        """Thickness over area (1/cm); conductivity is this over the resistance.

        Examples
        --------
        >>> round(Geometry(thickness=3.7, area=0.1).constant / 1480, 9)
        2.5e-06
        """
        return self.thickness * CM_PER_UM / self.area

    @property
    def relative_error(self) -> float:
        """Standard error of the constant relative to it."""
        return float(np.hypot(self.thickness_error / self.thickness, self.area_error / self.area))
