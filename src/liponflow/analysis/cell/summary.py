"""Make the parts of the result of a cell from plain numbers."""

from collections.abc import Iterator, Sequence

from liponflow.analysis.cell.capacity import (
    c_rate,
    charge_of_lithium,
    excess,
    film_capacity,
    line_of_films,
    lithium_capacity,
    lithium_density,
    mass_capacity,
    plated_thickness,
)
from liponflow.analysis.cell.energy import charged_density, energy_density, substrate_of
from liponflow.analysis.cell.result import (
    Balance,
    Basis,
    EnergyDensity,
    ExtraLithium,
    Film,
    FilmLine,
    Rate,
    SubstratePoint,
)

_UM_PER_CM = 1e4
_NM_PER_UM = 1000.0
_UAH_PER_MAH = 1000.0
_TOLERANCE = 0.1
"""Relative difference from a stated value, given to one or two digits, that is a warning."""


def design_density(
    design: str,
    *,
    cathode: float,
    substrate: float,
    lithium: float,
    utilisation: float,
    cathode_capacity: float,
    voltage: float,
    other_layers: float,
    target: float,
) -> EnergyDensity:
    """Return the energy density of a stack of layers.

    Parameters
    ----------
    design
        Name of the cell.
    cathode, substrate, lithium, other_layers
        Thicknesses (µm).
    utilisation
        Share of the capacity that is used.
    cathode_capacity
        mAh/cm³.
    voltage
        Mean voltage (V).
    target
        Energy density for which the substrate is computed (Wh/L).
    """
    capacity = utilisation * cathode_capacity * cathode / _UM_PER_CM
    without = cathode + lithium + other_layers
    thickness = without + substrate
    at_target = substrate_of(target, capacity, voltage, without)
    return EnergyDensity(
        design=design,
        cathode=cathode,
        substrate=substrate,
        thickness=thickness,
        capacity=capacity,
        density=energy_density(capacity, voltage, thickness),
        plated=plated_thickness(capacity),
        charged_density=charged_density(capacity, voltage, thickness),
        substrate_at_target=at_target if at_target >= 0 else None,
    )


def substrate_curve(
    first: EnergyDensity, voltage: float, substrates: Sequence[float]
) -> list[SubstratePoint]:
    """Return the energy density of a cell on several substrates (µm)."""
    others = first.thickness - first.substrate
    return [
        SubstratePoint(
            substrate=substrate,
            density=energy_density(first.capacity, voltage, others + substrate),
            charged_density=charged_density(first.capacity, voltage, others + substrate),
        )
        for substrate in substrates
    ]


def capacities_by_basis(
    *,
    loading: float,
    thickness: float | None,
    mass: float | None,
    area: float,
    density: float,
    specific_capacity: float,
) -> dict[Basis, float]:
    """Return the areal capacity of a cathode from each fact that is stated (mAh/cm²).

    Parameters
    ----------
    loading
        Stated capacity (mAh/cm²).
    thickness, mass
        Of the cathode (µm, mg); None if unknown.
    area
        mm².
    density, specific_capacity
        Of the material (g/cm³, mAh/g).

    Examples
    --------
    >>> found = capacities_by_basis(loading=0.03, thickness=0.65, mass=0.013, area=4.9,
    ...                             density=4.46, specific_capacity=147)
    >>> {basis: round(capacity, 4) for basis, capacity in found.items()}
    {'loading': 0.03, 'thickness': 0.0426, 'mass': 0.039}
    """
    found: dict[Basis, float] = {"loading": loading}
    if thickness is not None:
        found["thickness"] = film_capacity(thickness, density, specific_capacity)
    if mass is not None:
        found["mass"] = mass_capacity(mass, area, specific_capacity)
    return found


def balance(
    cell: str,
    basis: Basis,
    capacity: float,
    *,
    lithium: float | None,
    stated_excess: float | None,
) -> Balance:
    """Return the excess of an anode of Li (µm) over the capacity of the cathode (mAh/cm²)."""
    anode = None if lithium is None else lithium_capacity(lithium)
    return Balance(
        cell=cell,
        basis=basis,
        capacity=capacity,
        lithium=anode,
        excess=None if anode is None else excess(anode, capacity),
        stated=stated_excess,
    )


def rate(
    cell: str, basis: Basis, capacity: float, *, area: float, current: float, stated: float
) -> Rate:
    """Return the C-rate of a current (nA) on an area (mm²) beside the stated one."""
    return Rate(
        cell=cell,
        basis=basis,
        current=current,
        rate=c_rate(current, capacity, area),
        stated=stated,
    )


def full_slope(density: float, specific_capacity: float) -> float:
    """Return the capacity over thickness of a dense film (µAh/cm² per µm).

    Parameters
    ----------
    density, specific_capacity
        Of the material (g/cm³, mAh/g).
    """
    return _UAH_PER_MAH * film_capacity(1.0, density, specific_capacity)


def measured_film(thickness: float, capacity: float, slope: float) -> Film:
    """Return a film (nm, µAh/cm²) beside a dense one of the same thickness."""
    theoretical = slope * thickness / _NM_PER_UM
    return Film(
        thickness=thickness,
        capacity=capacity,
        theoretical=theoretical,
        utilisation=capacity / theoretical,
    )


def film_line(films: Sequence[Film], slope: float) -> FilmLine | None:
    """Return the line through the thinnest and the thickest film; None without films."""
    if not films:
        return None
    ends = [
        (film.thickness, film.capacity)
        for choose in (min, max)
        for film in [choose(films, key=lambda film: film.thickness)]
    ]
    found, inactive = line_of_films(*ends)
    return FilmLine(slope=found, utilisation=found / slope, inactive=inactive)


def extra_lithium(
    evidence: str, concentration: float, *, thickness: float, lattice: float
) -> ExtraLithium:
    """Return what a concentration of extra Li (1/cm³) means for a film of the spinel.

    Parameters
    ----------
    evidence
        What it is known from.
    concentration
        Extra Li over the volume of the film (1/cm³).
    thickness
        Thickness of the film (µm).
    lattice
        Lattice parameter of the spinel (Å).

    Examples
    --------
    >>> found = extra_lithium("NDP", 4.0e20, thickness=0.65, lattice=8.17)
    >>> round(found.share, 2), round(found.x, 4)
    (2.73, 1.0273)
    """
    share = concentration / lithium_density(lattice)
    return ExtraLithium(
        evidence=evidence,
        concentration=concentration,
        share=100 * share,
        x=1 + share,
        charge=charge_of_lithium(concentration, thickness),
    )


def density_warnings(first: EnergyDensity) -> Iterator[str]:
    """Yield what the energy density of a discharged cell leaves out."""
    if first.density > (1 + _TOLERANCE) * first.charged_density:
        yield (
            f"{first.density:.0f} Wh/L is for the volume without the {first.plated:.1f} µm of Li "
            f"that the charge plates; with it the cell has {first.charged_density:.0f} Wh/L"
        )


def balance_warnings(balances: Sequence[Balance]) -> Iterator[str]:
    """Yield stated excesses that the stated capacities do not give."""
    for cell in dict.fromkeys(item.cell for item in balances):
        own = [item for item in balances if item.cell == cell]
        found = {item.basis: item.excess for item in own if item.excess is not None}
        stated = own[0].stated
        if stated is None or all(_near(value, stated) for value in found.values()):
            continue
        values = ", ".join(f"{value:.0f} % by {basis}" for basis, value in found.items())
        yield (
            f"{cell}: the excess of Li is stated as {stated:g} %; it is {values}, so that the "
            "stated numbers do not agree with each other"
        )


def rate_warnings(rates: Sequence[Rate]) -> Iterator[str]:
    """Yield stated rates that no capacity of the cell gives, or no capacity of any cell."""
    for cell in dict.fromkeys(item.cell for item in rates):
        own = [item for item in rates if item.cell == cell and item.basis == "loading"]
        low, high = (choose(own, key=lambda item: item.current) for choose in (min, max))
        currents, stated = high.current / low.current, high.stated / low.stated
        if not _near(stated, currents):
            yield (
                f"{cell}: the rates of {low.current:g} and {high.current:g} nA are stated as "
                f"{stated:.3g} to 1, and the currents are {currents:.3g} to 1: no capacity gives "
                "both"
            )
    for cell, current in dict.fromkeys((item.cell, item.current) for item in rates):
        own = [item for item in rates if (item.cell, item.current) == (cell, current)]
        stated = own[0].stated
        if any(_near(item.rate, stated) for item in own):
            continue
        values = ", ".join(f"{item.rate:.2g}C by {item.basis}" for item in own)
        yield f"{cell}: {current:g} nA is stated as {stated:.2g}C, and it is {values}"


def _near(value: float, stated: float) -> bool:
    return abs(value - stated) <= _TOLERANCE * abs(stated)
