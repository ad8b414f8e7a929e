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


def layers_and_energy(
    thin: float, thick: float, *, substrates: tuple[float, float], cathode: float
) -> tuple[float, float]:
    """Return what two energy densities of one cell on two substrates determine.

    Parameters
    ----------
    thin, thick
        Energy densities on the thinner and the thicker substrate (Wh/L).
    substrates
        Thicknesses of the substrates (µm).
    cathode
        Thickness of the cathode (µm).

    Returns
    -------
    tuple of float
        Thickness of the layers beside cathode and substrate (µm), and energy (mWh/cm²).

    Examples
    --------
    >>> layers, energy = layers_and_energy(1163, 227, substrates=(10, 100), cathode=10)
    >>> round(layers, 2), round(energy / 0.69 / 0.94, 3)  # of the perspective: V
    (1.83, 3.914)
    >>> layers, energy = layers_and_energy(1103, 215, substrates=(10, 100), cathode=10)
    >>> round(layers, 2), round(energy / 0.69 / 0.94, 3)  # of the dissertation
    (1.79, 3.706)
    """
    first, second = (substrate + cathode for substrate in substrates)
    layers = (thick * second - thin * first) / (thin - thick)
    energy = thin * (first + layers) / _UM_PER_CM
    return layers, energy
