"""Cost of FEFF: a rule fitted to timings."""

from liponflow.engines.cost import CostModel
from liponflow.engines.planned import PlannedCalculation
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.structures.eels.cluster import Cluster

START = 3.5
"""Core-seconds of the stages whose time depends on no radius."""

SCF, SCF_EXPONENT = 0.12, 1.5
"""Core-seconds of the potentials per representative with one atom within the SCF radius, in ten
iterations, and how they grow with these atoms: 4 s at 5 atoms, 170 s at 62, both in Li2O."""

FMS, FMS_EXPONENT = 0.004, 2.2
"""Core-seconds of multiple scattering with one atom within the FMS radius, and how they grow with
these atoms: 1.6 s at 18 atoms, 8 s at 35, 150 s at 108."""

RULE_BASIS = (
    "a rule fitted to timings of FEFF10, by the atoms within the radii of SCF and FMS; right "
    "within a factor of 2"
)


def run_seconds(cluster: Cluster, cards: SpectrumCards) -> float:
    """Return the core-seconds of a run.

    Parameters
    ----------
    cluster
        Atoms round the absorber.
    cards
        What FEFF computes.
    """
    scf: list[float] = [
        float(atoms) ** SCF_EXPONENT for atoms in cluster.atoms_within(cards.scf_radius)
    ]
    fms: float = float(cluster.atoms_within(cards.fms_radius)[0]) ** FMS_EXPONENT
    return START + SCF * sum(scf) + FMS * fms


def cost_model() -> CostModel:
    """Return the cost model; the effort of every planned spectrum is that of the rule."""
    return CostModel(
        exponent=1.0,
        rule=_rule,
        rule_basis=RULE_BASIS,
        timings=lambda _: [],
        knows_kpoints=False,
    )


def _rule(item: PlannedCalculation) -> float:
    return START if item.effort is None else item.effort
