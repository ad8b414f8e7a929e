"""The lithiation campaign's documents: candidates, states and the result."""

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.result import Calculation, Result, StructureField


class LithiationCandidate(BaseModel):
    """One Li/vacancy arrangement, relaxed or refused."""

    model_config = ConfigDict(extra="forbid")

    x: float = Field(description="Li per formula unit, relative to the pristine supercell.")
    n_li: int = Field(description="Li atoms in the supercell.")
    family: str = Field(description="Sites that hold the Li.")
    start_cell: str = Field(description="Cell that the relaxation started from.")
    multiplicity: int = Field(description="Symmetry-equivalent arrangements that it stands for.")
    ewald_rank: int | None = Field(
        None, description="Rank by Ewald energy, 0 the lowest; None if it was not ranked."
    )
    calculation: Calculation | None = Field(
        None, description="Relaxation; None if it did not run."
    )
    refusal: str | None = Field(None, description="Why it was refused before or while it ran.")

    @property
    def reason_refused(self) -> str | None:
        """Why the candidate may not enter the result; None if it may."""
        if self.refusal is not None:
            return self.refusal
        if self.calculation is None:
            return "not computed"
        return unconverged_reason(self.calculation)

    @property
    def usable_energy(self) -> float:
        """Energy (eV) if the candidate may enter the result, infinite if it may not."""
        if self.calculation is None or self.reason_refused is not None:
            return math.inf
        return self.calculation.energy


class Selection(BaseModel):
    """How the candidates of one composition were chosen."""

    model_config = ConfigDict(extra="forbid")

    n_li: int = Field(description="Li atoms in the supercell.")
    n_distinct: int = Field(description="Symmetry-distinct arrangements, over all families.")
    text: str = Field(description="How the computed ones were chosen among them.")


class RefusedCandidate(BaseModel):
    """Short record of a candidate that did not enter the result."""

    model_config = ConfigDict(extra="forbid")

    x: float = Field(description="Li per formula unit.")
    family: str = Field(description="Sites that hold the Li.")
    start_cell: str = Field(description="Cell that the relaxation started from.")
    reason: str = Field(description="The value, the limit and the remedy.")


class LithiationState(BaseModel):
    """The lowest-energy arrangement at one Li content."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "x",
        "family",
        "start_cell",
        "c_over_a",
        "volume_per_formula",
        "energy_per_atom",
        "formation_energy",
        "energy_above_hull",
        "max_force",
    )
    """Fields for a narrow table; the moments per element join them."""

    x: float = Field(description="Li per formula unit, relative to the pristine supercell.")
    n_li: int = Field(description="Li atoms in the supercell.")
    family: str = Field(description="Sites that hold the Li.")
    start_cell: str = Field(description="Cell that the relaxation started from.")
    multiplicity: int = Field(description="Symmetry-equivalent arrangements that it stands for.")
    n_distinct: int = Field(description="Symmetry-distinct arrangements at this x.")
    n_computed: int = Field(description="Relaxations that ran at this x.")
    selection: str = Field(description="How the computed arrangements were chosen.")
    moments: dict[str, float] = Field(description="Mean |moment| per transition metal (µB).")
    site_moments: dict[str, list[float]] = Field(
        description="|moment| of every site per transition metal (µB)."
    )
    oxidation_states: dict[str, dict[str, int]] = Field(
        description="Sites per transition metal and oxidation state, read off |moment|."
    )
    charge_sum: int | None = Field(
        description="Sum of the assigned charges with Li +1 and O -2 (e per cell): 0 if they "
        "balance, None if a site has no assignment."
    )
    a: float = Field(description="Pseudo-cubic lattice parameter a (Å).")
    b: float = Field(description="Pseudo-cubic lattice parameter b (Å).")
    c: float = Field(description="Pseudo-cubic lattice parameter c (Å).")
    unique_axis: Literal["a", "b", "c"] = Field(
        description="Axis farthest from the mean of the other two."
    )
    c_over_a: float = Field(description="Unique axis over the mean of the other two.")
    volume_per_formula: float = Field(description="Volume per formula unit (Å³).")
    volume_change_percent: float | None = Field(
        description="Volume change relative to x = 1 (%); None without that state."
    )
    jahn_teller: dict[str, float] = Field(
        description="Mean over the octahedra of longest minus shortest bond, per transition "
        "metal (Å); metals that are not all octahedral are left out."
    )
    baur_index: dict[str, float] = Field(
        description="Mean distortion index of the octahedra per transition metal "
        "(dimensionless; Baur, Acta Crystallogr. B 30, 1195, 1974)."
    )
    li_sites: dict[str, int] = Field(
        description="Li atoms on tetrahedral, octahedral and other sites after the relaxation."
    )
    energy_per_atom: float = Field(description="Energy of the static calculation (eV/atom).")
    energy_per_formula: float = Field(
        description="Energy of the static calculation (eV per formula unit)."
    )
    formation_energy: float | None = Field(
        description="Energy relative to the end members (eV per formula unit); None without them."
    )
    energy_above_hull: float = Field(description="Energy above the hull (eV per formula unit).")
    on_hull: bool = Field(description="Whether the state is a vertex of the hull.")
    converged: bool = Field(description="Whether relaxation and static calculation converged.")
    max_force: float | None = Field(
        description="Largest force left by the relaxation (eV/Å); None if not reported."
    )
    structure: StructureField = Field(description="Structure of the static calculation.")
    family_energies: dict[str, float] = Field(
        description="Lowest relaxed energy of each family relative to the lowest of all "
        "(eV per formula unit)."
    )
    family_li_sites: dict[str, dict[str, int]] = Field(
        description="As li_sites, for the lowest relaxed candidate of each family."
    )


class LithiationResult(Result):
    """Result of a lithiation campaign."""

    kind: Literal["lithiation"] = "lithiation"
    states: list[LithiationState] = Field(description="States by ascending x.")
    voltages: list[VoltageStep] = Field(
        description="Average-voltage staircase against Li metal, by ascending x."
    )
    refused: list[RefusedCandidate] = Field(description="Candidates that did not enter.")
    li_energy_per_atom: float | None = Field(
        description="Energy of bcc Li (eV/atom), same engine; None if it was not computed."
    )
    formula_units: int = Field(description="Formula units in the supercell.")
    volume_change_x0_to_x2_percent: float | None = Field(
        description="Volume change from x = 0 to x = 2 (% of x = 0); None without both."
    )
    two_phase: str | None = Field(
        description="How the states between x = 1 and 2 lie to the tie line between these two."
    )

    def state(self, x: float) -> LithiationState | None:
        """Return the state at a Li content, None if it is not in the result."""
        return next((state for state in self.states if math.isclose(state.x, x)), None)


def lowest(candidates: Iterable[LithiationCandidate]) -> LithiationCandidate:
    """Choose the converged candidate of lowest energy at one Li content.

    Parameters
    ----------
    candidates
        Candidates with the same number of Li atoms.

    Returns
    -------
    LithiationCandidate
        The first of lowest energy.

    Raises
    ------
    ValueError
        If they differ in Li content, or if none converged; each one's reason is given.
    """
    pool = list(candidates)
    contents = sorted({candidate.n_li for candidate in pool})
    if len(contents) > 1:
        raise ValueError(f"candidates with {contents} Li cannot be compared by energy")
    best = min(pool, key=lambda candidate: candidate.usable_energy, default=None)
    if best is None:
        raise ValueError("there is no candidate")
    if math.isinf(best.usable_energy):
        reasons = "; ".join(f"{c.family} ({c.start_cell}): {c.reason_refused}" for c in pool)
        raise ValueError(f"no candidate converged at x = {best.x:g}: {reasons}")
    return best
