"""Capacities of films and of lithium, and what follows from them."""

from scipy.constants import Avogadro

from liponflow.units import A3_PER_CM3, J_PER_MOL_PER_EV

FARADAY = J_PER_MOL_PER_EV
"""Charge of a mole of electrons (C/mol), the number of J/mol in 1 eV."""

LI_MASS, LI_DENSITY = 6.941, 0.534
"""Molar mass (g/mol) and density at 20 °C (g/cm³) of Li: CRC Handbook of Chemistry and Physics."""

_C_PER_MAH = 3.6
_UM_PER_CM = 1e4
_NM_PER_UM = 1000.0
_MM2_PER_CM2 = 100.0


def plated_thickness(areal_capacity: float) -> float:
    """Return the thickness of dense Li that a capacity plates (µm).

    Parameters
    ----------
    areal_capacity
        mAh/cm².

    Examples
    --------
    >>> round(plated_thickness(1.0), 2)
    4.85
    """
    moles = areal_capacity * _C_PER_MAH / FARADAY
    return moles * LI_MASS / LI_DENSITY * _UM_PER_CM


def lithium_capacity(thickness: float) -> float:
    """Return the capacity of a dense film of Li (mAh/cm²).

    Parameters
    ----------
    thickness
        µm.

    Examples
    --------
    >>> round(lithium_capacity(0.57), 4)
    0.1175
    """
    return thickness / plated_thickness(1.0)


def film_capacity(thickness: float, density: float, specific_capacity: float) -> float:
    """Return the capacity of a film of active material (mAh/cm²).

    Parameters
    ----------
    thickness
        µm.
    density
        g/cm³.
    specific_capacity
        mAh/g.

    Examples
    --------
    >>> round(film_capacity(10, 5.05, 137), 3)  # LiCoO2
    0.692
    """
    return thickness / _UM_PER_CM * density * specific_capacity


def mass_capacity(mass: float, area: float, specific_capacity: float) -> float:
    """Return the capacity of a mass of active material on an area (mAh/cm²).

    Parameters
    ----------
    mass
        mg.
    area
        mm².
    specific_capacity
        mAh/g.
    """
    return mass / 1000 * specific_capacity / (area / _MM2_PER_CM2)


def excess(lithium: float, cathode: float) -> float:
    """Return by how much the capacity of Li exceeds that of the cathode (%).

    Examples
    --------
    >>> excess(3.0, 1.0)
    200.0
    """
    return 100 * (lithium / cathode - 1)


def c_rate(current: float, areal_capacity: float, area: float) -> float:
    """Return the rate of a current: the capacities that it passes in an hour.

    Parameters
    ----------
    current
        nA.
    areal_capacity
        mAh/cm².
    area
        mm².

    Examples
    --------
    >>> round(c_rate(3000, 0.03, 4.9), 2)
    2.04
    """
    return current * 1e-6 / (areal_capacity * area / _MM2_PER_CM2)


def line_of_films(first: tuple[float, float], last: tuple[float, float]) -> tuple[float, float]:
    """Return what two films of one kind determine: capacity per thickness and inactive layer.

    Parameters
    ----------
    first, last
        Thickness (nm) and capacity (µAh/cm²) of a thin and a thick film.

    Returns
    -------
    tuple of float
        Slope (µAh/cm² per µm), and the thickness at which the line has no capacity (nm).

    Examples
    --------
    >>> slope, inactive = line_of_films((150, 3), (7400, 375))
    >>> round(slope, 1), round(inactive)
    (51.3, 92)
    """
    slope = (last[1] - first[1]) / (last[0] - first[0])
    return slope * _NM_PER_UM, first[0] - first[1] / slope


def lithium_of_charge(charge: float, thickness: float) -> float:
    """Return the Li that a charge takes from a film (cm⁻³).

    Parameters
    ----------
    charge
        µAh/cm².
    thickness
        Thickness of the film (µm).
    """
    moles = charge / 1000 * _C_PER_MAH / FARADAY
    return moles * Avogadro / (thickness / _UM_PER_CM)


def charge_of_lithium(concentration: float, thickness: float) -> float:
    """Return the charge that extra Li in a film gives (µAh/cm²); inverts `lithium_of_charge`.

    Examples
    --------
    >>> round(charge_of_lithium(4.0e20, 0.65), 2)
    1.16
    """
    return concentration / lithium_of_charge(1.0, thickness)


def lithium_density(lattice: float) -> float:
    """Return the Li per volume of a cubic spinel, with 8 Li in a cell of this length (Å), in cm⁻³.

    Examples
    --------
    >>> f"{lithium_density(8.17):.3g}"
    '1.47e+22'
    """
    return 8 / lattice**3 * A3_PER_CM3
