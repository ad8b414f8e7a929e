"""Compositions of a scan, as they are printed and as they are built."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

from pymatgen.core.composition import Composition

from liponflow.analysis.derivatives.charge import Neutral, net_charge, neutralise, rounding_charge
from liponflow.analysis.stability.glass_energy import formula_per_phosphorus
from liponflow.crystals.checked import StructureError
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.scan import ScanParameters
from liponflow.structures.glass.packing import PackingError
from liponflow.structures.glass.roles import CompositionError, roles, whole_atoms
from liponflow.workflows.glass.flow import GlassMaker, Start
from liponflow.workflows.request import RunRequest

MOST_RESIZED = 0.15
"""Largest change of the size of a model to represent its composition, as a share of it: our
choice. Among sizes 15 % apart at most, most compositions have a neutral one."""

_METHODS = {"auto": ("units", "random"), "units": ("units",), "random": ("random",)}


@dataclass(frozen=True)
class Candidate:
    """A composition that is built.

    Attributes
    ----------
    neutral
        The given formula and the neutral one in its place.
    maker
        Maker of its glass.
    starts
        Starting models.
    """

    neutral: Neutral
    maker: GlassMaker
    starts: list[Start]

    @property
    def formula(self) -> str:
        """Formula of the cell per P, as the energy of its glass has it."""
        return formula_per_phosphorus(self.starts[0].structure.composition)

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of its row that are known before the run."""
        structure, parameters = self.starts[0].structure, self.maker.parameters
        return {
            "printed": self.neutral.printed,
            "modelled": self.neutral.modelled,
            "change": self.neutral.text,
            "cell": structure.composition.formula.replace(" ", ""),
            "atoms": len(structure),
            "method": parameters.method,
            "density_fixed": parameters.volume == "packed"
            and not parameters.relax_cell
            and all(stage.ensemble != "npt" for stage in parameters.protocol),
        }


def candidates(request: RunRequest[ScanParameters]) -> list[Candidate]:
    """Build the starting models of every composition.

    Raises
    ------
    ParameterError
        If any composition cannot be built; every one is named with its reason.
    """
    found, refused = [], []
    for formula in request.parameters.formulas:
        try:
            found.append(_candidate(formula, request))
        except ParameterError:
            raise  # of the glass campaign, and not of the composition
        except (CompositionError, PackingError, StructureError, ValueError) as error:
            reason = str(error)
            refused.append(reason if formula in reason else f"{formula}: {reason}")
    if refused:
        raise ParameterError(
            f"{len(refused)} of {len(request.parameters.formulas)} compositions cannot be built; "
            f"correct them or leave them out: {'; '.join(refused)}"
        )
    return found


def _candidate(formula: str, request: RunRequest[ScanParameters]) -> Candidate:
    parameters = request.parameters
    if parameters.neutralise:
        neutral = neutralise(formula, parameters.most_lithium_change)
    else:
        neutral = Neutral(formula, formula, net_charge(formula), rounding_charge(formula))
    *first, last = _METHODS[parameters.method]
    for method in first:
        try:
            return _built(neutral, method, request)
        except CompositionError:
            continue
    return _built(neutral, last, request)


def fitting_size(formula: str, n_atoms: int) -> int:
    """Return the number of atoms, near a wanted one, that represents a formula best.

    Parameters
    ----------
    formula
        Formula; amounts may have fractions.
    n_atoms
        Wanted number of atoms; the result differs by at most :data:`MOST_RESIZED` of it.

    Returns
    -------
    int
        The size whose whole atoms have the smallest charge, then the smallest deviation from the
        formula, then the least difference from the wanted size.

    Raises
    ------
    CompositionError
        If no such size has an atom of every element, or an element has no role.

    Examples
    --------
    >>> fitting_size("Li3PO4", 42), fitting_size("Li5P2O6N", 42)
    (40, 42)
    """
    slack = floor(MOST_RESIZED * n_atoms)
    wanted = Composition(formula).fractional_composition
    found: dict[int, tuple[int, float, int]] = {}
    for size in range(n_atoms - slack, n_atoms + slack + 1):
        try:
            cell = whole_atoms(formula, size).composition
        except CompositionError:
            continue
        deviation = sum(
            abs(cell.get_atomic_fraction(element) - share) for element, share in wanted.items()
        )
        found[size] = (abs(roles(cell).charge), round(deviation, 9), abs(size - n_atoms))
    if not found:
        whole_atoms(formula, n_atoms)  # which says why
    return min(found, key=lambda size: found[size])


def _built(neutral: Neutral, method: str, request: RunRequest[ScanParameters]) -> Candidate:
    given: Mapping[str, Any] = {
        **request.parameters.glass,
        "models": request.parameters.models,
        "composition": neutral.modelled,
        "n_atoms": fitting_size(neutral.modelled, request.parameters.n_atoms),
        "neutral": request.parameters.neutralise,
        "method": method,
    }
    preset = request.parameters.glass_preset
    parameters = load_parameters(GlassParameters, "glass", preset, given)
    arguments = dict(request.engine_arguments)
    maker = GlassMaker(parameters, request.engine, preset, arguments)
    return Candidate(neutral, maker, maker.starts(None, None))
