"""Cost of VASP: timings in the store, or a rule of thumb."""

from jobflow import JobStore

from liponflow.engines.cost import CostModel, Timing, stored_outputs
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.standin.identity import stand_in_label
from liponflow.inputs.vasp.ionic import ionic_task

RULE_CORE_HOURS = 10.0
RULE_ATOMS = 56
RULE_ELECTRONS = 436
RULE_KPOINTS = 4
EXPONENT = 2.5
"""A rule of thumb, not a measurement: 10 core-hours per ionic step of a spin-polarised oxide of
56 atoms (Li8Ni4Mn12O32 with 436 valence electrons) with 4 irreducible k-points, linear in k-points
and spins, to the power 2.5 in electrons, or in atoms where their electrons are not known."""

_FIELDS = ("output.nsites", "output.calcs_reversed", "output.run_stats.overall")
_SECONDS_PER_HOUR = 3600


def timings(store: JobStore) -> list[Timing]:
    """Return the timings of VASP calculations, without those of a stand-in.

    Parameters
    ----------
    store
        Open store.

    Returns
    -------
    list of Timing
        One per calculation that atomate2 wrote.
    """
    criteria = {"output.run_stats.overall.elapsed_time": {"$gt": 0}}
    return [
        Timing(
            output["nsites"],
            len(last["input"]["kpoints"].get("actual_points") or [0]),
            len(last["output"]["num_electronic_steps"]),
            stats["elapsed_time"] * max(stats["cores"], 1),
            relaxation=ionic_task(last["input"]["incar"]) == "relaxation",
            campaign=campaign,
            electrons=(last["input"].get("parameters") or {}).get("NELECT"),
            spins=int(last["input"]["incar"].get("ISPIN", 1)),
        )
        for output, last, stats, campaign in (
            (output, output["calcs_reversed"][0], output["run_stats"]["overall"], campaign)
            for output, campaign in stored_outputs(store, criteria, _FIELDS)
        )
        if stand_in_label(last["vasp_version"]) is None
        and last["output"].get("num_electronic_steps")
    ]


def rule(item: PlannedCalculation) -> float:
    """Return the core-seconds of one ionic step by the rule of thumb.

    Examples
    --------
    >>> rule(PlannedCalculation("static", "vasp", 56, 1, kpoints=4, spins=2)) / 3600
    10.0
    """
    size = item.atoms / RULE_ATOMS if item.electrons is None else item.electrons / RULE_ELECTRONS
    relative: float = item.kpoints / RULE_KPOINTS * item.spins / 2 * size**EXPONENT
    return RULE_CORE_HOURS * _SECONDS_PER_HOUR * relative


COST = CostModel(
    exponent=EXPONENT,
    rule=rule,
    rule_basis=(
        f"no VASP run in the store, so a rule of thumb, not a measurement: {RULE_CORE_HOURS:g} "
        f"core-hours per ionic step of {RULE_ATOMS} spin-polarised atoms with "
        f"{RULE_KPOINTS} k-points ({RULE_ELECTRONS} valence electrons), linear in k-points and "
        f"spins, electrons to the power {EXPONENT:g}"
    ),
    timings=timings,
    one_core=False,
)
