"""Reactions of an electrolyte with an insertion electrode over its Li content and voltage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core.composition import Composition

from liponflow.analysis.lithiation.voltage import VoltageStep, lower_hull, voltage_staircase
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.interface import Contact, own_energy
from liponflow.analysis.stability.materials import Material, parse_formula
from liponflow.analysis.stability.result import InterfaceMap

SAME_HOST = 1e-3
"""Largest difference of the hosts' atomic fractions for two compositions to be one electrode."""


@dataclass(frozen=True)
class Electrode:
    """An insertion electrode: one host with any Li content."""

    formula: str
    """Formula with x, such as LixMn1.5Ni0.5O4."""
    x: tuple[float, ...]
    materials: tuple[Material, ...]
    """One for every x."""
    plateaus: tuple[VoltageStep, ...]
    energy_source: str


def insertion_electrode(
    formula: str, contents: Sequence[float], entries: EntrySet, hull: Hull
) -> Electrode:
    """Return an electrode of a formula with some Li contents.

    Parameters
    ----------
    formula
        Formula with its Li content as x, such as LixNi0.5Mn1.5O4.
    contents
        Values of x, ascending.
    entries
        Entries; those with the composition of the host and any Li are its states.
    hull
        Hull of the entries.

    Returns
    -------
    Electrode
        Between the states the energy is that of a mixture of two of them (their lower hull), not
        that of the hull of all phases: an electrode does not decompose on charging. Outside them,
        and without any, it is assumed to be on the hull of all phases, and its source says so.

    Raises
    ------
    ValueError
        If the formula does not begin with Lix or has more Li, or the contents do not ascend
        from 0 or more.
    """
    host = formula.removeprefix("Lix")
    if host == formula or LITHIUM in parse_formula(host):
        raise ValueError(f"write the electrode as LixNi0.5Mn1.5O4, not {formula}")
    composition = parse_formula(host)
    if not contents or min(contents) < 0 or any(np.diff(contents) <= 0):
        raise ValueError(f"Li contents must ascend from 0 or more, not {list(contents)}")
    hull.vector(composition)  # refuses missing elements
    known, energies, names = _states(composition, entries)
    materials = []
    for x in contents:
        full = {LITHIUM: x, **composition} if x else dict(composition)
        size = sum(full.values())
        if known and known[0] <= x <= known[-1]:
            energy = float(np.interp(x, known, energies)) / size
            above, source = energy - hull.energy(full), f"between {', '.join(names)}"
        else:
            above, source = 0.0, "assumed on the hull: no entry of the electrode beyond this x"
        materials.append(
            Material(
                formula=f"Li{'' if x == 1 else f'{x:.6g}'}{host}" if x else host,
                composition=full,
                above_hull=max(above, 0.0),
                energy_source=source,
            )
        )
    outside = [x for x in contents if not known or not known[0] <= x <= known[-1]]
    source = f"mixtures of {', '.join(names)}" if names else "assumed on the hull"
    if names and outside:
        source += f"; assumed on the hull at x = {', '.join(f'{x:g}' for x in outside)}"
    return Electrode(
        formula=formula,
        x=tuple(contents),
        materials=tuple(materials),
        plateaus=tuple(voltage_staircase(known, energies, hull.lithium_energy)) if known else (),
        energy_source=source,
    )


def _states(
    host: dict[str, float], entries: EntrySet
) -> tuple[list[float], list[float], list[str]]:
    """Return Li contents, energies (eV per formula unit of the host) and names of its states."""
    shares = Composition(host).fractional_composition
    size = sum(host.values())
    lowest: dict[float, tuple[float, str]] = {}
    for entry in entries.entries:
        rest = Composition({s: n for s, n in entry.composition.items() if s != LITHIUM})
        if rest and rest.fractional_composition.almost_equals(shares, rtol=0, atol=SAME_HOST):
            units = rest.num_atoms / size
            x = round(entry.composition.get(LITHIUM, 0.0) / units, 6)
            found = (entry.energy / units, entry.name)
            lowest[x] = min(lowest.get(x, found), found)
    contents = sorted(lowest)
    if not contents:
        return [], [], []
    energies = [lowest[x][0] for x in contents]
    on_hull = lower_hull(contents, energies)
    return (
        [contents[i] for i in on_hull],
        [energies[i] for i in on_hull],
        [lowest[contents[i]][1] for i in on_hull],
    )


def interface_map(
    hull: Hull, electrolyte: Material, electrode: Electrode, voltages: Sequence[float]
) -> InterfaceMap:
    """Return the lowest interface reaction energy at every Li content and voltage.

    Parameters
    ----------
    hull
        Phases around both.
    electrolyte
        The electrolyte, with its own energy above the hull.
    electrode
        The electrode.
    voltages
        Voltages (V vs Li).

    Returns
    -------
    InterfaceMap
        Li is exchanged at the voltage by both; each entry is the lowest over the mixing ratio.
        It includes the energy that the electrode gains by exchanging Li alone; only that part
        depends on x.

    Notes
    -----
    The mixing ratio is a variable of the linear programme, so that one solution per place of the
    map replaces a phase diagram and a search over its kinks.
    """
    own = [own_energy(hull, material) for material in electrode.materials]
    energy: list[list[float]] = []
    products: list[list[str]] = []
    of_contact = []
    for voltage in voltages:
        base = Contact.of(hull, electrolyte, electrode.materials[0], voltage)
        # The contribution of contact does not depend on x: the voltage sets the Li content.
        of_contact.append(min(base.relaxed().lowest()[1], 0.0))
        cells = [
            base.with_second(material, energy_of_it).lowest()
            for material, energy_of_it in zip(electrode.materials, own, strict=True)
        ]
        energy.append([min(lowest, 0.0) for _, lowest, _ in cells])
        products.append([" + ".join(sorted(base.names(mixture))) for _, _, mixture in cells])
    closed = []
    for material in electrode.materials:
        contact = Contact.of(hull, electrolyte, material)
        _, lowest, mixture = contact.lowest()
        closed.append((min(lowest, 0.0), " + ".join(sorted(contact.names(mixture)))))
    return InterfaceMap(
        electrolyte=electrolyte.formula,
        electrode=electrode.formula,
        x=list(electrode.x),
        voltages=list(voltages),
        min_energy=energy,
        min_energy_of_contact=of_contact,
        closed_energy=[lowest for lowest, _ in closed],
        closed_products=[names for _, names in closed],
        products=products,
        plateaus=list(electrode.plateaus),
        electrode_energies=electrode.energy_source,
    )
