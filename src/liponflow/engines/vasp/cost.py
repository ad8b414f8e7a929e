"""Cost of VASP: timings in the store, or a rule fitted to timings of others."""

from math import pi

from jobflow import JobStore

from liponflow.engines.cost import CostModel, Timing, stored_outputs
from liponflow.engines.planned import MD, STATIC, PlannedCalculation
from liponflow.engines.standin.identity import stand_in_label
from liponflow.engines.vasp.reading.parts import record_of
from liponflow.inputs.vasp.ionic import ionic_task

SECONDS = 5e-8
"""Core-seconds of one self-consistent iteration per k-point, spin, plane wave and band squared.

Fitted to 23 public OUTCARs of VASP 5.2 to 6.2 without exact exchange, with 24 to 216 atoms, which
it meets within a factor of 2."""

GAMMA_SHARE = 0.5
"""Part of it that the program for the Γ point alone, vasp_gam, takes, whose orbitals are real."""

ITERATIONS = {MD: 6, STATIC: 15}
"""Self-consistent iterations per ionic step: 5 to 7 in dynamics, and all of a first one."""

ITERATIONS_OF_A_RELAXATION = 8
"""4 to 15 in relaxations, bands and displacements (their geometric mean)."""

STEPS_OF_A_REPETITION = 10
"""Ionic steps of the relaxation that follows where the volume has changed much (our choice). It
starts near the minimum; whether it will be needed is not known before."""

EXPONENT = 2.5
"""Power of the electrons with which a timing of another size is scaled: between those of bands
squared (2) and of bands squared times plane waves (3), as small cells gain less."""

TYPICAL_ELECTRONS = 7.8
TYPICAL_VOLUME = 9.6
TYPICAL_CUTOFF = 520.0
"""Valence electrons and Å³ per atom, and cut-off (eV), where a calculation does not state its
own: those of Li8Ni4Mn12O32."""

_HBAR2_2M = 3.81
"""ħ²/2m of an electron (eV Å²)."""

_FIELDS = (
    *("output.nsites", "output.calcs_reversed", "output.run_stats.overall"),
    "output.additional_json",
)


def timings(store: JobStore) -> list[Timing]:
    """Return the timings of VASP calculations, without those of a stand-in.

    Parameters
    ----------
    store
        Open store.

    Returns
    -------
    list of Timing
        One per calculation that atomate2 wrote. Those that were started again have the steps of
        all parts, at the time per step of the last.
    """
    criteria = {"output.run_stats.overall.elapsed_time": {"$gt": 0}}
    return [
        Timing(
            output["nsites"],
            len(last["input"]["kpoints"].get("actual_points") or [0]),
            steps + earlier,
            stats["elapsed_time"] * max(stats["cores"], 1) * (steps + earlier) / steps,
            relaxation=ionic_task(last["input"]["incar"]) == "relaxation",
            campaign=campaign,
            electrons=(last["input"].get("parameters") or {}).get("NELECT"),
            spins=int(last["input"]["incar"].get("ISPIN", 1)),
        )
        for output, campaign in stored_outputs(store, criteria, _FIELDS)
        for last, stats in [(output["calcs_reversed"][0], output["run_stats"]["overall"])]
        if stand_in_label(last["vasp_version"]) is None
        and (steps := len(last["output"].get("num_electronic_steps") or ()))
        for earlier in [record_of(output.get("additional_json")).steps]
    ]


def plane_waves(volume: float, cutoff: float) -> float:
    """Return the number of plane waves: those of kinetic energy below a cut-off.

    Parameters
    ----------
    volume
        Of the cell, Å³.
    cutoff
        ENCUT, eV.

    Examples
    --------
    >>> round(plane_waves(1000.0, 520.0))
    26926
    """
    return float(volume / (6 * pi**2) * (cutoff / _HBAR2_2M) ** 1.5)


def bands(electrons: float, atoms: int, moment: float = 0.0) -> float:
    """Return the number of bands that VASP takes by default (VASP wiki, "NBANDS").

    Parameters
    ----------
    electrons
        Valence electrons.
    atoms
        Atoms.
    moment
        Sum of the initial moments, µB.

    Examples
    --------
    >>> bands(256, 64)  # VASP: 161
    161.0
    """
    filled = max((electrons + 2) / 2 + max(atoms / 2, 3), 0.6 * electrons)
    return filled + (abs(moment) + 1) / 2 if moment else filled


def iteration_seconds(channels: int, n_bands: float, n_waves: float) -> float:
    """Return the core-seconds of one self-consistent iteration.

    Parameters
    ----------
    channels
        Irreducible k-points, times spin channels.
    n_bands, n_waves
        Bands and plane waves.
    """
    return SECONDS * channels * n_bands**2 * n_waves


def iterations(kind: str) -> int:
    """Return the self-consistent iterations of an ionic step of a kind of calculation."""
    return ITERATIONS.get(kind, ITERATIONS_OF_A_RELAXATION)


def rule(item: PlannedCalculation) -> float:
    """Return the core-seconds of one ionic step by the rule.

    Examples
    --------
    >>> hours = rule(PlannedCalculation("md", "vasp", 120)) / 3600
    >>> round(hours, 2)
    0.82
    """
    if item.effort is not None:
        return item.effort
    electrons = TYPICAL_ELECTRONS * item.atoms if item.electrons is None else item.electrons
    per_iteration = iteration_seconds(
        item.kpoints * item.spins,
        bands(electrons, item.atoms),
        plane_waves(TYPICAL_VOLUME * item.atoms, TYPICAL_CUTOFF),
    )
    return iterations(item.kind) * per_iteration


COST = CostModel(
    exponent=EXPONENT,
    rule=rule,
    rule_basis=(
        "no VASP run in the store, so a rule from 23 public timings, which it meets within a "
        f"factor of 2: {SECONDS:g} core-seconds per self-consistent iteration, k-point, spin, "
        f"plane wave and band squared (half with vasp_gam, where vasp_cmd has it), "
        f"{ITERATIONS[MD]} iterations per step of dynamics, {ITERATIONS_OF_A_RELAXATION} of a "
        f"relaxation, {ITERATIONS[STATIC]} of a static calculation"
    ),
    timings=timings,
    one_core=False,
)
