"""Stacked layers between Li metal and an electrolyte: resistance, leakage and μ(Li).

Layers one behind the other carry the same current, so that their area resistances add up. Without
a current through the cell, Li+ and electrons move together as neutral Li. Both resist in series,
and the chemical potential of Li falls across a layer by its part of the sum of the two
(C. Wagner's theory of tarnishing, Z. Phys. Chem. B 21, 25 (1933)).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liponflow.analysis.interphase.mixing import Mixing, mixed_conductivity

CM_PER_NM = 1e-7


@dataclass(frozen=True)
class MixedLayer:
    """One layer.

    Attributes
    ----------
    thickness
        nm.
    shares
        Volume share of every phase; they add up to 1.
    """

    thickness: float
    shares: Mapping[str, float]


def area_resistance(
    layer: MixedLayer, conductivities: Mapping[str, float], mixing: Mixing
) -> float:
    """Return the resistance of a layer, Ω cm².

    Parameters
    ----------
    layer
        The layer.
    conductivities
        Of its phases, S/cm: ionic for the resistance against Li+, electronic for leakage.
    mixing
        Arrangement of its phases.

    Examples
    --------
    >>> round(area_resistance(MixedLayer(21.1, {"Li2O": 1}), {"Li2O": 1e-12}, Mixing.SERIES))
    2110000
    """
    return layer.thickness * CM_PER_NM / mixed_conductivity(layer.shares, conductivities, mixing)


def potential_profile(
    ionic: Sequence[float], electronic: Sequence[float], voltage: float
) -> list[float]:
    """Return the electrode potential against Li at the boundaries of stacked layers.

    The chemical potential of Li there is minus this potential times the elementary charge.

    Parameters
    ----------
    ionic, electronic
        Area resistance of every layer from the Li metal on against Li+ and electrons, Ω cm².
    voltage
        Potential of the electrode at the other end, V against Li.

    Returns
    -------
    list of float
        V against Li, one more than layers; 0 at the Li metal.

    Examples
    --------
    >>> potential_profile([1.0, 2.0], [0.0, 1.0], 4.0)
    [0.0, 1.0, 4.0]
    """
    parts = [ions + electrons for ions, electrons in zip(ionic, electronic, strict=True)]
    total, reached, found = sum(parts), 0.0, [0.0]
    for part in parts:
        reached += part
        found.append(voltage * reached / total)
    return found


def leakage_current(electronic: Sequence[float], voltage: float) -> float:
    """Return the current density of electrons through stacked layers, A/cm².

    Examples
    --------
    >>> leakage_current([1e8, 3e8], 4.0)
    1e-08
    """
    return voltage / sum(electronic)
