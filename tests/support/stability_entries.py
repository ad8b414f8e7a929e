"""Entries for tests of stability: quoted formation energies, and made-up ones."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pymatgen.core.composition import Composition

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material, crystal

QUOTED = Path(__file__).with_name("formation_energies.yaml")


def formation_entries(per_atom: Mapping[str, float], source: str = "made up") -> EntrySet:
    """Return entries of formation energies (eV/atom) by formula, with elements added at 0."""
    compositions = {name: Composition(name).get_el_amt_dict() for name in per_atom}
    elements = {symbol for composition in compositions.values() for symbol in composition}
    pure = {Composition(symbol).reduced_formula: 0.0 for symbol in elements}
    return EntrySet.build(
        [
            Entry(
                name=name,
                composition=Composition(name).get_el_amt_dict(),
                energy=energy * Composition(name).num_atoms,
                source=source,
            )
            for name, energy in {**pure, **per_atom}.items()
        ],
        scale=f"formation energies, {source}",
        kind="formation",
    )


@cache
def quoted_entries() -> EntrySet:
    """Return entries of Li-P-O-N and the spinel from the Materials Project."""
    document = yaml.safe_load(QUOTED.read_text())
    return formation_entries(document["eV_per_atom"], "Materials Project 2019")


@cache
def lipon() -> tuple[EntrySet, Hull]:
    """Return entries of Li-P-O-N and their hull."""
    entries = quoted_entries().within(["Li", "P", "O", "N"])
    return entries, Hull.of(entries)


def phase(name: str) -> Material:
    """Return a phase of Li-P-O-N as the material."""
    return crystal(name, *lipon())
