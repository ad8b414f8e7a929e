"""Stress between plated Li and the film of the current collector that it pushes up.

The Li below a dome of the film is taken as a sphere of radius r, and the film as a spherical shell
of thickness t round it (Cheng 2023, section 6.3.4, after Motoyama). All stresses are elastic.
"""

from math import atan, pi, sin, tan

from scipy.optimize import brentq

_HEMISPHERE = 0.5
"""Height over chord of a hemisphere, the highest dome that the shell describes."""


def dome_strain(chord: float, height: float) -> float:
    """Return the circumferential strain of a flat film that is pushed up to a dome.

    It is the length of the arc over that of its chord, less 1.

    Parameters
    ----------
    chord
        Width of the dome at its foot, any unit.
    height
        Height of the dome, same unit.

    Raises
    ------
    ValueError
        If the dome is higher than a hemisphere.

    Examples
    --------
    >>> round(dome_strain(10.0, 0.95), 4)
    0.0239
    >>> round(dome_strain(2.0, 1.0), 4)  # half a circle: pi/2 - 1
    0.5708
    """
    if height > _HEMISPHERE * chord:
        raise ValueError(
            f"a dome {height:g} high and {chord:g} wide is more than a hemisphere: give a height "
            f"of at most half the chord, {chord / 2:g}"
        )
    half_angle = 2 * atan(2 * height / chord)
    return half_angle / sin(half_angle) - 1


def height_ratio(strain: float) -> float:
    """Return the height of a dome over its chord, from its strain; inverts `dome_strain`.

    Raises
    ------
    ValueError
        If the strain is above that of a hemisphere, pi/2 - 1.

    Examples
    --------
    >>> round(height_ratio(dome_strain(10.0, 0.95)), 6)
    0.095
    """
    if not 0 < strain <= pi / 2 - 1:
        raise ValueError(
            f"no dome has a strain of {strain:g}: it lies above 0 and at most at "
            f"{pi / 2 - 1:.4f}, that of a hemisphere"
        )
    half_angle = float(brentq(lambda a: a / sin(a) - 1 - strain, 1e-9, pi / 2 + 1e-9))
    return tan(half_angle / 2) / 2


def dome_radius(chord: float, height: float) -> float:
    """Return the radius of the sphere of which a dome is a part.

    Examples
    --------
    >>> dome_radius(2.0, 1.0)
    1.0
    """
    return (chord**2 / 4 + height**2) / (2 * height)


def film_stress(strain: float, modulus: float, poisson_ratio: float) -> float:
    """Return the biaxial stress of a film at a biaxial strain, in the unit of the modulus."""
    return strain * modulus / (1 - poisson_ratio)


def printed_stress(strain: float, modulus: float, poisson_ratio: float, ratio: float) -> float:
    """Return the interfacial stress by the formula of the publication.

    Parameters
    ----------
    strain
        Circumferential strain of the film.
    modulus
        Young's modulus of the film (GPa).
    poisson_ratio
        Poisson's ratio of the film.
    ratio
        Thickness of the film over the radius of the Li sphere.

    Returns
    -------
    float
        Stress (GPa): Cheng 2023, eq. 4.1 in section 6.3.4 (the number is printed so).

    Examples
    --------
    >>> round(printed_stress(0.024, 129.8, 0.343, 0.0162), 3)
    0.151
    """
    return film_stress(strain, modulus, poisson_ratio) / (
        _geometry(ratio) - poisson_ratio / (1 - poisson_ratio)
    )


def lame_stress(strain: float, modulus: float, poisson_ratio: float, ratio: float) -> float:
    """Return the interfacial stress by Lamé's solution of a thick-walled sphere.

    At the inner wall the radial stress is -P and the circumferential stress
    P [3 b³ / 2 (b³ - a³) - 1], with the radii a = r and b = r + t. Hooke's law gives the strain
    (S. P. Timoshenko, J. N. Goodier, Theory of Elasticity, 3rd ed., section 136).
    :func:`printed_stress` has -ν/(1 - ν) where this has -1 + ν/(1 - ν): they agree at ν = 1/3.

    Parameters
    ----------
    strain, modulus, poisson_ratio, ratio
        As for :func:`printed_stress`; the strain is that of the inner wall.
    """
    return film_stress(strain, modulus, poisson_ratio) / (
        _geometry(ratio) - 1 + poisson_ratio / (1 - poisson_ratio)
    )


def thin_shell_stress(strain: float, modulus: float, poisson_ratio: float, ratio: float) -> float:
    """Return the limit of a thin film, t << r: 2 σ t / r, by Laplace.

    Parameters
    ----------
    strain, modulus, poisson_ratio, ratio
        As for :func:`printed_stress`.
    """
    return 2 * film_stress(strain, modulus, poisson_ratio) * ratio


def largest_stress(strain: float, modulus: float, poisson_ratio: float) -> float:
    """Return the limit of a thick film, t >> r, of :func:`printed_stress`."""
    return film_stress(strain, modulus, poisson_ratio) / (
        1.5 - poisson_ratio / (1 - poisson_ratio)
    )


def thickness_ratio(stress: float, strain: float, modulus: float, poisson_ratio: float) -> float:
    """Return the thickness over the radius at which the interfacial stress is `stress`.

    It inverts :func:`printed_stress` in closed form.

    Raises
    ------
    ValueError
        If no film is thick enough; the largest stress is named.

    Examples
    --------
    >>> ratio = thickness_ratio(0.151, 0.024, 129.8, 0.343)
    >>> round(printed_stress(0.024, 129.8, 0.343, ratio), 6)
    0.151
    """
    largest = largest_stress(strain, modulus, poisson_ratio)
    if not 0 < stress < largest:
        raise ValueError(
            f"no thickness gives a stress of {stress:g} GPa at a strain of {strain:g}: it lies "
            f"above 0 and below {largest:.3g} GPa, the limit of a thick film; give another stress "
            "or strain"
        )
    geometry = film_stress(strain, modulus, poisson_ratio) / stress
    geometry += poisson_ratio / (1 - poisson_ratio)
    cube = geometry / (geometry - 1.5)
    return float(cube ** (1 / 3)) - 1


def _geometry(ratio: float) -> float:
    """Return 3 b³ / 2 (b³ - a³) of a shell with the radii a and b = a (1 + ratio)."""
    # b³ - a³ over a³, without the difference of nearly equal numbers in a thin film.
    wall = ratio * (3 + ratio * (3 + ratio))
    return 1.5 * (1 + wall) / wall
