"""A lithiation campaign with known numbers, made without an engine."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.result import LithiationCandidate, LithiationResult, Selection
from liponflow.analysis.lithiation.summary import summarise
from liponflow.analysis.result import Calculation, EngineInfo, Provenance

FORMULA_UNITS = 8
LI_ENERGY = -1.9
# Total energy (eV per formula unit): 4.7 V from x = 0 to 1 and 2.85 V from 1 to 2, with x = 0.5
# 20 meV below and x = 1.5 60 meV above these lines.
ENERGIES = {
    0: -45.0,
    4: -45.0 - 3.3 - 0.02,
    8: -45.0 - 6.6,
    12: -45.0 - 6.6 - 2.375 + 0.06,
    16: -45.0 - 6.6 - 4.75,
}
NI_MOMENTS = {0: 0.3, 4: 1.0, 8: 1.7, 12: 1.7, 16: 1.7}
# Mn per cell: 4+ first, then 3+, for charge balance.
MN3 = {0: 0, 4: 0, 8: 0, 12: 4, 16: 8}

CHGNET = EngineInfo(
    name="chgnet", version="0.4.2", weights="0.3.0", functional="PBE+U", surrogate=True
)


def spinel(n_li: int) -> Structure:
    """Return the ordered P4_332 cell of 8 formula units, Li on 8a or, above 8, all on 16c."""
    cell = Structure.from_spacegroup(
        "P4_332",
        Lattice.cubic(8.1685),
        ["Li", "Ni", "Mn", "O", "O"],
        [
            [0.003] * 3,
            [0.625] * 3,
            [0.125, 0.3793, 0.8707],
            [0.3854] * 3,
            [0.1474, 0.8559, 0.1268],
        ],
    )
    li = [index for index, site in enumerate(cell) if site.specie.symbol == "Li"]
    if n_li <= len(li):
        cell.remove_sites(li[n_li:])
        return cell
    cell.remove_sites(li)
    octahedral = Structure.from_spacegroup(
        "P4_332", cell.lattice, ["Li", "Li"], [[0.125] * 3, [0.125, 0.625, 0.625]]
    )
    for site in octahedral[:n_li]:
        cell.append("Li", site.frac_coords)
    stretch = 1 + 0.006 * (n_li - 8)
    return Structure(
        Lattice(cell.lattice.matrix * [[1], [1], [stretch]]), cell.species, cell.frac_coords
    )


def moments(structure: Structure, n_li: int) -> list[float]:
    """Return the moment of every site (µB): Mn3+ on the last Mn sites, with a small spread."""
    mn = [index for index, site in enumerate(structure) if site.specie.symbol == "Mn"]
    values = np.zeros(len(structure))
    for rank, index in enumerate(mn):
        values[index] = 3.85 if rank >= len(mn) - MN3[n_li] else 3.2
        values[index] += 0.02 * (-1) ** rank
    for index, site in enumerate(structure):
        if site.specie.symbol == "Ni":
            values[index] = -NI_MOMENTS[n_li]
    return values.tolist()


def calculation(
    structure: Structure,
    energy: float,
    magmoms: Sequence[float] | None = None,
    *,
    converged: bool = True,
) -> Calculation:
    return Calculation(
        engine=CHGNET,
        structure=structure,
        energy=energy,
        magmoms=None if magmoms is None else list(magmoms),
        max_force=0.031 if converged else 0.31,
        force_limit=0.05,
        converged=converged,
        ionic_steps=40 if converged else 200,
    )


class Campaign:
    """Inputs of ``summarise``, which a test may change before it runs."""

    def __init__(self, contents: Sequence[int] = tuple(ENERGIES)) -> None:
        self.candidates: list[LithiationCandidate] = []
        self.statics: list[Calculation] = []
        self.selections = [Selection(n_li=n, n_distinct=3, text="all of 3") for n in contents]
        self.li_metal = calculation(
            Structure(Lattice.cubic(3.43), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]),
            2 * LI_ENERGY,
        )
        for n_li in contents:
            cell = spinel(n_li)
            energy = FORMULA_UNITS * ENERGIES[n_li]
            self.add(n_li, "vacancy" if n_li <= FORMULA_UNITS else "all-octahedral", cell, energy)
            if n_li > FORMULA_UNITS:
                self.add(n_li, "octahedral-added", cell, energy + FORMULA_UNITS * 0.1)
            self.statics.append(calculation(cell, energy, moments(cell, n_li)))

    def add(
        self, n_li: int, family: str, cell: Structure, energy: float, *, converged: bool = True
    ) -> None:
        self.candidates.append(
            LithiationCandidate(
                x=n_li / FORMULA_UNITS,
                n_li=n_li,
                family=family,
                start_cell="cubic" if n_li <= FORMULA_UNITS else "tetragonal",
                multiplicity=1,
                calculation=calculation(cell, energy, converged=converged),
            )
        )

    def refuse(self, n_li: int) -> None:
        """Mark every relaxation at one Li content as unconverged."""
        for candidate in self.candidates:
            if candidate.n_li == n_li and candidate.calculation is not None:
                candidate.calculation = calculation(
                    candidate.calculation.structure,
                    candidate.calculation.energy,
                    converged=False,
                )

    def summarise(self, **options: Any) -> LithiationResult:
        return summarise(
            self.candidates,
            self.statics,
            self.li_metal,
            formula_units=FORMULA_UNITS,
            selections=self.selections,
            provenance=Provenance(
                engine=CHGNET,
                packages={"liponflow": "0.1.0"},
                preset="quick",
                parameters={},
                input_fingerprint="0" * 64,
                source_structure="built-in",
                parent_uuids=[],
            ),
            **options,
        )
