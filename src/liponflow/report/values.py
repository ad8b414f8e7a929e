"""Values of results that no single field holds, for the catalogue of published numbers.

Each function takes a result and the arguments of its entry in ``numbers.yaml``, and returns None
where the result does not say.
"""

from itertools import pairwise

from liponflow.analysis.depth_profile.result import DepthProfileResult
from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.interface.summary import ENOUGH
from liponflow.analysis.line_scan.result import LineScanResult
from liponflow.analysis.line_scan.summary import NM
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import MigrationResult
from liponflow.analysis.stability.result import StabilityResult
from liponflow.formulas import conventional, reduced_formula

KELVIN = 273.15
"""0 °C (K), by definition."""
SAME_X = 1e-9
"""Largest difference of two equal contents."""
SAME_V = 1e-6
"""Largest difference of two equal voltages (V)."""
MELTED = 2000.0
"""Temperature (K) from which a short run breaks the units of a packing: our choice. The preset
quick anneals at 1000 K, and melts are made at 2500 K."""
PACKED = "packed units"
"""Start of a model whose units were assumed."""
LIPON = frozenset({"Li", "P", "O", "N"})


def composition(result: GlassResult) -> str:
    """Return the formula of the models."""
    return conventional(result.formula)


def occurs(result: GlassResult, group: str, name: str) -> bool | None:
    """Return whether a unit or a site of nitrogen occurs in the models.

    Parameters
    ----------
    result
        The glass.
    group
        List of shares of the fingerprint: ``units`` or ``nitrogen_sites``.
    name
        Name of the share.
    """
    shares = getattr(result.mean, group)
    if not shares:
        return None
    return any(share.share > 0 for share in shares if share.name == name)


def has_assumed_units(result: GlassResult) -> bool:
    """Return whether the units of a model are those that it was packed from, never molten."""
    return any(
        model.start == PACKED
        and max((point.temperature or 0.0 for point in model.series), default=0.0) < MELTED
        for model in result.models
    )


def glass_transition(result: GlassResult) -> float | None:
    """Return the glass transition (°C), if the run on cooling resolves it."""
    found = result.tg
    return found.temperature - KELVIN if found is not None and found.resolved else None


def youngs_modulus(result: GlassResult) -> float | None:
    """Return the mean Young's modulus (GPa) of the models with converged elastic constants."""
    known = [m for m in result.elastic.models if m.converged] if result.elastic else []
    return sum(m.youngs_modulus for m in known) / len(known) if known else None


def apical_over_oxygen(result: GlassResult) -> float | None:
    """Return the strength of apical P-N over that of P-O, energies per bond."""
    if result.cleavage is None or not result.cleavage.ratio_apical:
        return None
    return 1 / result.cleavage.ratio_apical


def lithium_tetrahedra(result: GlassResult) -> float | None:
    """Return the share of Li with four neighbours of the published kinds."""
    known = published_glass(sorted(LIPON))
    if known is None or not result.mean.li_environments:
        return None
    kinds = known.li_tetrahedra.environments
    return sum(item.share for item in result.mean.li_environments if item.name in kinds)


def weibull(result: DepthProfileResult, name: str) -> float | None:
    """Return a fitted parameter of the peak of a depth profile, in its own unit."""
    return next((item.value for item in result.parameters if item.name == name), None)


def atoms_at(result: LithiationResult, x: float) -> int | None:
    """Return the number of atoms of the supercell at a content."""
    state = result.state(x)
    return None if state is None else len(state.structure)


def elongated(result: LithiationResult, above: float) -> bool | None:
    """Return whether every state above a content has one axis longer than the others."""
    ratios = [state.c_over_a for state in result.states if state.x > above + SAME_X]
    known = [ratio for ratio in ratios if ratio is not None]
    return all(ratio > 1 for ratio in known) if known else None


def extra_sites(result: LithiationResult) -> str | None:
    """Return the sites of most Li of the state of highest content above the given one."""
    state = max(result.states, key=lambda state: state.x, default=None)
    if state is None or state.x <= result.host.x or not state.li_sites:
        return None
    return max(state.li_sites, key=lambda name: state.li_sites[name])


def mean_voltage(result: LithiationResult, low: float, high: float) -> float | None:
    """Return the average voltage (V) between two contents, both of which must be in the result."""
    steps = [v for v in result.voltages if low - SAME_X <= v.x_low and v.x_high <= high + SAME_X]
    steps.sort(key=lambda step: step.x_low)
    joined = all(abs(one.x_high - two.x_low) < SAME_X for one, two in pairwise(steps))
    ends = steps and abs(steps[0].x_low - low) < SAME_X and abs(steps[-1].x_high - high) < SAME_X
    if not joined or not ends:
        return None
    return sum(v.voltage * (v.x_high - v.x_low) for v in steps) / (high - low)


def explained_barrier(result: MigrationResult, dopant: str) -> float | None:
    """Return the barrier (eV) of the hop that explains the published one."""
    known = published_migration(result.formula)
    for hop in result.hops:
        if hop.dopant == dopant and known and known.barrier_of_hop(dopant, hop.hop) is not None:
            return hop.barrier
    return None


def interphase_width(result: LineScanResult) -> float | None:
    """Return the width of an interphase with P and N in a line scan (nm)."""
    return result.width if result.unit == NM and _has_profiles(result, "P", "N") else None


def etching_level(result: LineScanResult, element: str) -> float | None:
    """Return the step of etching from which an element is seen, if positions are not lengths."""
    if result.unit == NM or not _has_profiles(result, "P", "N"):
        return None
    return next(
        (
            item.seen_from
            for item in result.profiles
            if item.element == element and item.origin == "measured"
        ),
        None,
    )


def _has_profiles(result: LineScanResult, *elements: str) -> bool:
    measured = {item.element for item in result.profiles if item.origin == "measured"}
    return measured.issuperset(elements)


def oxidation_products(result: StabilityResult) -> list[str] | None:
    """Return the products above the upper limit of the window."""
    limit = result.window.high
    above = [s for s in result.segments if limit is not None and s.voltage_low >= limit - SAME_V]
    return min(above, key=lambda segment: segment.voltage_low).phases if above else None


def formation_energy(result: StabilityResult, formula: str) -> float | None:
    """Return the formation energy (eV/atom) of the most stable phase of a formula."""
    reduced = reduced_formula(formula)
    found = [p for p in result.phases if reduced_formula(p.formula) == reduced]
    energies = [phase.formation_energy_per_atom for phase in found]
    return min(energies, default=None)


def layer_phases(result: StabilityResult) -> list[str] | None:
    """Return the phases of the layers between Li and the electrolyte, each once."""
    names = [name for layer in result.layers for name in layer.phases]
    return sorted(set(names)) or None


def electrode_products(result: StabilityResult) -> list[str] | None:
    """Return the products of electrolyte and electrode at x = 1, without exchange of Li."""
    for item in result.maps:
        if 1.0 in item.x:
            return item.closed_products[item.x.index(1.0)].split(" + ")
    return None


def first_bond(result: InterfaceResult) -> str | None:
    """Return the kind of bond that breaks first, if the run is long enough to tell.

    It is the one of which the largest share is broken at the end.
    """
    long_enough = result.duration is not None and result.duration >= ENOUGH
    broken = any(bond.broken_share > 0 for bond in result.bonds)
    return result.first_broken if long_enough and broken else None
