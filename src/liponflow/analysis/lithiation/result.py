"""The lithiation campaign's documents: candidates, states and the result."""

import math
from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.lithiation.host_facts import HostFacts
from liponflow.analysis.lithiation.refinement import RefinedState, RefinedVoltage
from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.quantity import Column, Inline, Quantity
from liponflow.analysis.result import Calculation, EngineInfo, StructureField
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document


class LithiationCandidate(Document):
    """One Li/vacancy arrangement, relaxed or refused."""

    x: Annotated[float, Quantity("")] = Field(description="Intercalant per formula unit.")
    n_li: int = Field(description="Atoms of the intercalant in the supercell.")
    family: str = Field(description="Sites that hold the intercalant.")
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


class Selection(Document):
    """Selection of the candidates of one composition."""

    n_li: int = Field(description="Atoms of the intercalant in the supercell.")
    n_distinct: int = Field(description="Symmetry-distinct arrangements, over all families.")
    text: str = Field(description="How the computed ones were chosen among them.")


class RefusedCandidate(Document):
    """Candidate that was left out of the result, with the reason."""

    x: Annotated[float, Quantity("", heading="x", fmt=".4g")] = Field(
        description="Intercalant per formula unit."
    )
    family: Annotated[str, Column(heading="family")] = Field(
        description="Sites occupied by the intercalant."
    )
    start_cell: Annotated[str, Column(heading="start cell")] = Field(
        description="Cell from which the relaxation started."
    )
    reason: Annotated[str, Column(heading="why refused", wraps=True)] = Field(
        description="The value, the limit and the remedy."
    )


class LithiationState(Document):
    """The lowest-energy arrangement at one content."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "x",
        "moments",
        "c_over_a",
        "volume_per_formula",
        "energy_per_atom",
        "formation_energy",
        "energy_above_hull",
        "family",
        "start_cell",
        "max_force",
        "a",
        "b",
        "c",
    )
    """Fields for a narrow table."""

    x: Annotated[float, Quantity("", heading="x", fmt=".4g")] = Field(
        description="Intercalant per formula unit."
    )
    n_li: int = Field(description="Atoms of the intercalant in the supercell.")
    family: Annotated[str, Column(heading="family")] = Field(
        description="Sites occupied by the intercalant."
    )
    start_cell: Annotated[str, Column(heading="start cell")] = Field(
        description="Cell from which the relaxation started."
    )
    multiplicity: int = Field(
        description="Number of symmetry-equivalent arrangements that it represents."
    )
    n_distinct: int = Field(description="Number of symmetry-distinct arrangements at this x.")
    n_computed: int = Field(description="Number of relaxations at this x.")
    selection: str = Field(description="How the computed arrangements were chosen.")
    moments: Annotated[
        dict[str, float], Quantity("µB", heading="{key}", fmt=".2f", label="|magnetic moment|")
    ] = Field(description="Mean |moment| per transition metal.")
    site_moments: Annotated[dict[str, list[float]], Quantity("µB")] = Field(
        description="|moment| of every site per transition metal."
    )
    moments_by: str | None = Field(
        None, description="Engine of the moments; None if it is the engine of the energies."
    )
    oxidation_states: dict[str, dict[str, int]] = Field(
        description="Number of sites per transition metal and oxidation state, assigned from "
        "|moment|."
    )
    charge_sum: Annotated[int | None, Quantity("e")] = Field(
        description="Sum of the assigned charges per cell with the usual ones of the other "
        "elements (Li +1, O -2): 0 if they balance, None if a site has no assignment."
    )
    a: Annotated[float, Quantity("Å", heading="a", fmt=".3f")] = Field(
        description="Lattice parameter a of the cell that the supercell repeats."
    )
    b: Annotated[float, Quantity("Å", heading="b", fmt=".3f")] = Field(
        description="Lattice parameter b of that cell."
    )
    c: Annotated[float, Quantity("Å", heading="c", fmt=".3f")] = Field(
        description="Lattice parameter c of that cell."
    )
    unique_axis: Literal["a", "b", "c"] | None = Field(
        description="Axis farthest from the mean of the other two; None unless the host is "
        "pseudo-cubic or tetragonal."
    )
    c_over_a: Annotated[float | None, Quantity("", heading="c/a", fmt=".3f")] = Field(
        description="Unique axis divided by the mean of the other two; None as `unique_axis`."
    )
    volume_per_formula: Annotated[float, Quantity("Å³/f.u.", heading="V", fmt=".2f")] = Field(
        description="Volume per formula unit."
    )
    volume_change_percent: Annotated[float | None, Quantity("%", label="volume change")] = Field(
        description="Volume change relative to the content of the given crystal; None without "
        "that state."
    )
    jahn_teller: Annotated[dict[str, float], Quantity("Å")] = Field(
        description="Longest minus shortest bond, averaged over the octahedra of each transition "
        "metal; metals that are not all octahedral are left out."
    )
    baur_index: Annotated[dict[str, float], Quantity("")] = Field(
        description="Mean distortion index of the octahedra of each transition metal (Baur, Acta "
        "Crystallogr. B 30, 1195, 1974)."
    )
    li_sites: dict[str, int] = Field(
        description="Atoms of the intercalant on tetrahedral, octahedral and other sites after "
        "the relaxation."
    )
    energy_per_atom: Annotated[float, Quantity("eV/atom", heading="E", fmt=".4f")] = Field(
        description="Energy of the static calculation."
    )
    energy_per_formula: Annotated[float, Quantity("eV/f.u.")] = Field(
        description="Energy of the static calculation."
    )
    formation_energy: Annotated[
        float | None, Quantity("eV/f.u.", heading="E form", fmt="z.3f", label="formation energy")
    ] = Field(description="Formation energy from the end members; None without them.")
    energy_above_hull: Annotated[
        float, Quantity("eV/f.u.", heading="E hull", fmt="z.3f", label="energy above the hull")
    ] = Field(description="Energy above the hull.")
    on_hull: bool = Field(description="Whether the state is a vertex of the hull.")
    converged: bool = Field(description="Whether relaxation and static calculation converged.")
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest force remaining after the relaxation; None if not reported."
    )
    structure: StructureField = Field(description="Structure of the static calculation.")
    family_energies: Annotated[dict[str, float], Quantity("eV/f.u.")] = Field(
        description="Lowest relaxed energy of each family relative to the lowest of all."
    )
    family_li_sites: dict[str, dict[str, int]] = Field(
        description="As li_sites, for the lowest relaxed candidate of each family."
    )


class InsertionVoltage(VoltageStep):
    """One plateau of the average voltages against the metal of the intercalant."""

    voltage: Annotated[
        float,
        Quantity("V", heading="{unit} vs metal", fmt=".2f", label="average voltage"),
    ] = Field(description="Average voltage against the bcc metal of the intercalant.")


class LithiationResult(ComparedResult):
    """Result of a lithiation campaign."""

    kind: Literal["lithiation"] = "lithiation"
    schema_version: int = Field(2, description="Version of the schema of this kind.")
    host: Annotated[
        HostFacts,
        Inline(
            {
                "formula": "formula unit",
                "variable": "x in",
                "x": "x as given",
                "intercalant": "inserted",
            }
        ),
    ] = Field(description="What x counts, and the shape of the cell.")
    states: list[LithiationState] = Field(description="States by ascending x.")
    voltages: list[InsertionVoltage] = Field(
        description="Average-voltage staircase against the metal of the intercalant, by ascending "
        "x."
    )
    refused: list[RefusedCandidate] = Field(description="Candidates left out of the result.")
    li_energy_per_atom: Annotated[
        float | None, Quantity("eV/atom", heading="bcc metal", fmt=".4f")
    ] = Field(
        description="Energy of the bcc metal of the intercalant with the same engine; None if it "
        "was not computed."
    )
    moments_engine: Annotated[EngineInfo | None, Column(heading="moments of")] = Field(
        None,
        description="Engine of the magnetic moments and oxidation states, computed for the "
        "structures of the states; None if it is the engine of the energies.",
    )
    formula_units: Annotated[int, Column(heading="formula units (f.u.)")] = Field(
        description="Formula units in the supercell."
    )
    volume_change_percent: Annotated[
        float | None, Quantity("%", heading="volume, lowest to highest x", fmt="+.1f")
    ] = Field(
        description="Volume change from the lowest to the highest x, relative to the lowest; None "
        "if an end member is missing."
    )
    two_phase: Annotated[str | None, Column(heading="phases")] = Field(
        description="Position of the states relative to the tie lines of extraction and of "
        "insertion; None without states between the ends."
    )
    refined_states: list[RefinedState] = Field(
        default_factory=list,
        description="Lowest state at each x with the better engines, in the order of the ladder.",
    )
    refined_voltages: list[RefinedVoltage] = Field(
        default_factory=list, description="Their voltages beside those of the campaign's engine."
    )

    def state(self, x: float) -> LithiationState | None:
        """Return the state at a content, None if it is not in the result."""
        return next((state for state in self.states if math.isclose(state.x, x)), None)


def lowest(candidates: Iterable[LithiationCandidate]) -> LithiationCandidate:
    """Return the converged candidate of lowest energy at one content.

    Parameters
    ----------
    candidates
        Candidates with the same number of atoms of the intercalant.

    Returns
    -------
    LithiationCandidate
        The first of lowest energy.

    Raises
    ------
    ValueError
        If they differ in content, or if none converged; each one's reason is given.
    """
    pool = list(candidates)
    contents = sorted({candidate.n_li for candidate in pool})
    if len(contents) > 1:
        raise ValueError(f"candidates with {contents} inserted atoms cannot be compared by energy")
    best = min(pool, key=lambda candidate: candidate.usable_energy, default=None)
    if best is None:
        raise ValueError("there is no candidate")
    if math.isinf(best.usable_energy):
        reasons = "; ".join(f"{c.family} ({c.start_cell}): {c.reason_refused}" for c in pool)
        raise ValueError(f"no candidate converged at x = {best.x:g}: {reasons}")
    return best
