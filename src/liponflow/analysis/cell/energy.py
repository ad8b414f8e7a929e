"""Volumetric energy density of a stack of layers."""

from liponflow.analysis.cell.capacity import plated_thickness

_UM_PER_CM = 1e4
_CM3_PER_L = 1000.0


def energy_density(areal_capacity: float, voltage: float, thickness: float) -> float:
    """Return the energy of a stack over its volume (Wh/L).

    Parameters
    ----------
    areal_capacity
        Capacity that is used (mAh/cm²).
    voltage
        Mean voltage (V).
    thickness
        Thickness of everything (µm).

    Examples
    --------
    >>> round(energy_density(0.94 * 0.69, 3.914, 10 + 10 + 1.83))
    1163
    """
    return areal_capacity * voltage / (thickness / _UM_PER_CM) * _CM3_PER_L / 1000


def substrate_of(
    density: float, areal_capacity: float, voltage: float, other_thickness: float
) -> float:
    """Return the thickness of a substrate at which a stack has an energy density (µm).

    Parameters
    ----------
    density
        Energy density (Wh/L).
    areal_capacity, voltage
        As for :func:`energy_density`.
    other_thickness
        Thickness of everything else (µm).

    Returns
    -------
    float
        Negative if the stack does not reach the density even without a substrate.

    Examples
    --------
    >>> round(substrate_of(227, 0.94 * 0.69, 3.914, 11.83), 1)
    100.0
    """
    return energy_density(areal_capacity, voltage, 1.0) / density - other_thickness


def charged_density(areal_capacity: float, voltage: float, thickness: float) -> float:
    """Return the energy density with the Li that has been plated among the layers (Wh/L).

    Parameters
    ----------
    areal_capacity, voltage, thickness
        As for :func:`energy_density`; the thickness is that of the discharged stack.
    """
    charged = thickness + plated_thickness(areal_capacity)
    return energy_density(areal_capacity, voltage, charged)
