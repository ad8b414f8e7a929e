"""Lithiations from a user's relaxations of one framework with several contents of a metal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice

from liponflow.analysis.lithiation.host_facts import host_facts
from liponflow.analysis.lithiation.lithium_sites import lithium_sites
from liponflow.analysis.lithiation.result import (
    LithiationCandidate,
    LithiationResult,
    Selection,
    lowest,
)
from liponflow.analysis.lithiation.summary import summarise
from liponflow.analysis.method import comparable
from liponflow.analysis.published import published_lithiation
from liponflow.analysis.result import Calculation
from liponflow.crystals.formula_unit import ALKALI_METALS
from liponflow.crystals.parent import ParentShape, parent_shape
from liponflow.engines.vasp.reading.runs import AnyRun, R, Run
from liponflow.engines.vasp.reading.unit import Unit, same_structure
from liponflow.formulas import reduced_formula

LITHIUM = "Li"

RIGHT_ANGLE_TOLERANCE = 5.0
"""Degrees by which a pseudo-cubic cell may differ from a right angle."""


@dataclass(frozen=True)
class LithiationUnit(Unit[Run]):
    """Runs of one framework, with runs of the metal that it takes up."""

    kind: ClassVar[str] = "lithiation"

    metal: Sequence[Run] = ()
    """Runs of the intercalant's metal with the same method."""
    intercalant: str = LITHIUM
    """Element whose content differs."""
    formula_units: int | None = None
    """Formula units in the cell as given by the user; None to guess them."""

    def build(self) -> LithiationResult:
        """See Unit."""
        calculations = [(run, run.calculation()) for run in self.runs]
        inserted = self.intercalant
        contents = sorted({amount(run, inserted) for run in self.runs})
        units, notes = formula_units(self.runs, self.formula_units, inserted)
        candidates: list[LithiationCandidate] = []
        statics: list[Calculation] = []
        selections: list[Selection] = []
        separate = []
        for n_li in contents:
            here = [(run, c) for run, c in calculations if amount(run, inserted) == n_li]
            relaxed = [(run, c) for run, c in here if run.task == "relaxation"]
            group = [_candidate(n_li, units, c, inserted) for _, c in relaxed or here]
            static, is_separate = _static(group, [c for run, c in here if run.task == "static"])
            candidates += group
            separate += [is_separate] if relaxed else []
            statics += [static] if static else []
            selections.append(
                Selection(n_li=n_li, n_distinct=len(group), text=f"{len(group)} given by the user")
            )
        if len(set(separate)) > 1:
            notes.append(
                "some energies are of static calculations, others of relaxations, whose basis is "
                "that of the first cell: add the missing static calculations"
            )
        content = _content(self.runs[0], units, inserted)
        given = min(self.runs, key=lambda run: abs(amount(run, inserted) - units * content))
        repeats = _repeats(given.final_structure.lattice)
        return summarise(
            candidates,
            statics,
            self._metal(),
            formula_units=units,
            selections=selections,
            provenance=self.provenance(formula_units=units),
            repeats=repeats,
            host=host_facts(
                given.final_structure,
                given.final_structure.lattice,
                units,
                repeats=repeats,
                intercalant=inserted,
                content=content,
            ),
            warnings=[*notes, *_skewed(self.runs), *(n for run in self.runs for n in run.notes)],
        )

    def _contents(self) -> list[str]:
        return [run.fingerprint for run in (*self.runs, *self.metal)]

    def _options(self) -> list[str]:
        other = [] if self.intercalant == LITHIUM else [f"intercalant={self.intercalant}"]
        return [f"formula_units={self.formula_units}", *other]

    def _metal(self) -> Calculation | None:
        """Return the lowest calculation of the metal, of the method of the set if there is one."""
        found = [run.calculation() for run in self.metal]
        return min(found, key=self._unsuitable, default=None)

    def _unsuitable(self, metal: Calculation) -> tuple[bool, bool, float]:
        fits = all(comparable(run.method, metal.method) for run in self.runs)
        return (not fits, not metal.converged, metal.energy_per_atom)


def lithiation_units(runs: Sequence[Run], units: int | None = None) -> list[LithiationUnit]:
    """Find the frameworks of transition metals with two or more contents of an alkali metal.

    Parameters
    ----------
    runs
        Relaxations and static calculations.
    units
        Formula units in the cell; guessed if None.

    Returns
    -------
    list of LithiationUnit
        A set has one composition without that metal, one functional with one choice of U, and one
        version of VASP. Its runs may differ in more, which the result then warns of.
    """
    found = []
    for inserted in ALKALI_METALS:
        for group in frameworks(runs, inserted):
            if len({amount(run, inserted) for run in group}) > 1:
                metal = [run for run in runs if _is_reference(run, group[0], inserted)]
                found.append(
                    LithiationUnit(group, metal=metal, formula_units=units, intercalant=inserted)
                )
    return found


def amount(run: AnyRun, element: str) -> int:
    """Return the number of atoms of an element in the cell of a run."""
    return round(run.final_structure.composition[element])


def frameworks(runs: Iterable[R], inserted: str = LITHIUM) -> list[list[R]]:
    """Group runs that differ only in one element and have one functional with one choice of U."""
    groups: dict[tuple[str, str], list[R]] = defaultdict(list)
    for run in runs:
        host = _host(run, inserted)
        if any(element.is_transition_metal for element in host.elements):
            groups[host.formula, str((_functional(run), run.method.hubbard_u))].append(run)
    return [
        sorted(group, key=lambda run: (amount(run, inserted), run.directory))
        for group in groups.values()
    ]


def formula_units(
    runs: Sequence[AnyRun], given: int | None, inserted: str = LITHIUM
) -> tuple[int, list[str]]:
    """Return the formula units in the cell, to which x refers.

    Parameters
    ----------
    runs
        Runs of one framework.
    given
        Number given by the user; None to guess it.
    inserted
        Element whose content is x.

    Returns
    -------
    int, list of str
        The number, and remarks on a guess. A material with published values has theirs; for any
        other, the highest content is taken for x = 1.
    """
    if given is not None:
        return given, []
    host = _host(runs[0], inserted)
    most = max(amount(run, inserted) for run in runs)
    for n_li in range(1, int(host.num_atoms) + 1):
        known = published_lithiation(reduced_formula(host + Composition({inserted: n_li})))
        if known:
            return round(n_li / known.x), []
    taken = f"the highest content, {most} {inserted}, is taken for x = 1"
    return most, [f"{taken}: set --formula-units if it is not"]


def _content(run: AnyRun, units: int, inserted: str) -> float:
    """Return x of the pristine material: that of published values, or else 1."""
    host = _host(run, inserted)
    for n_li in range(units, int(host.num_atoms) + 1, units):
        known = published_lithiation(reduced_formula(host + Composition({inserted: n_li})))
        if known and round(n_li / known.x) == units:
            return known.x
    return 1.0


def _repeats(lattice: Lattice) -> tuple[int, int, int]:
    """Return the pseudo-cubic cells along each vector; one of a cell that repeats none."""
    edges = np.array(lattice.abc) / min(lattice.abc)
    a, b, c = np.rint(edges).astype(int).tolist()
    if parent_shape(lattice, (a, b, c)) is ParentShape.PSEUDO_CUBIC:
        return a, b, c
    return 1, 1, 1


def _host(run: AnyRun, inserted: str) -> Composition:
    composition = run.final_structure.composition
    return Composition({el: n for el, n in composition.items() if el.symbol != inserted})


def _is_reference(run: Run, member: Run, inserted: str) -> bool:
    """Return whether a run is the metal by the method of the member, except for U."""
    if {element.symbol for element in run.final_structure.composition} != {inserted}:
        return False
    return _functional(run) == _functional(member)


def _functional(run: AnyRun) -> tuple[str | None, ...]:
    """Return code and functional without U."""
    return (run.engine.name, run.engine.version, run.method.functional)


def _candidate(
    n_li: int, units: int, calculation: Calculation, inserted: str
) -> LithiationCandidate:
    sites = lithium_sites(calculation.structure, inserted)
    return LithiationCandidate(
        x=n_li / units,
        n_li=n_li,
        family=" and ".join(sites) or "none",
        start_cell="as given",
        multiplicity=1,
        calculation=calculation,
    )


def _static(
    group: Sequence[LithiationCandidate], statics: Sequence[Calculation]
) -> tuple[Calculation | None, bool]:
    """Return the static calculation of the lowest candidate, or else its relaxation.

    The second value is whether the static calculation is separate.
    """
    try:
        best = lowest(group).calculation
    except ValueError:  # the result gives the reason of each candidate
        return None, False
    assert best is not None  # noqa: S101 - `lowest` chooses among computed ones
    for static in statics:
        if same_structure(static.structure, best.structure):
            return static, True
    return best, False


def _skewed(runs: Sequence[Run]) -> list[str]:
    for run in runs:
        angles = run.final_structure.lattice.angles
        if max(abs(angle - 90) for angle in angles) > RIGHT_ANGLE_TOLERANCE:
            shown = ", ".join(f"{angle:.1f}" for angle in angles)
            note = f"{run.directory} has angles of {shown}°: a, b and c are those of its cell"
            return [f"{note}, which is not pseudo-cubic"]
    return []
