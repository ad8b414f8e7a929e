"""Materials of an EELS campaign: crystals of the library, a user's structure, and glasses."""

from collections.abc import Iterator
from pathlib import Path

from jobflow import JobStore
from pymatgen.core.structure import Structure

from liponflow.analysis.eels.result import EELSMaterial
from liponflow.analysis.trajectory.readers import frames_of_file
from liponflow.crystals.checked import checked_structure
from liponflow.crystals.plausible import Policy, check_plausible
from liponflow.formulas import reduced_formula
from liponflow.inputs.eels import EELSParameters
from liponflow.inputs.feff.edges import Edge, parse_edge
from liponflow.names import nearest
from liponflow.structures.phases import phase
from liponflow.workflows.request import Request
from liponflow.workflows.stored_glass import StoredGlassError, named_glass


class MaterialError(ValueError):
    """A material without spectra: there is none, or it has none of the edges."""

    page = "docs/eels.md"


def materials_of(request: Request[EELSParameters], store: JobStore | None) -> list[EELSMaterial]:
    """Return the materials of a request.

    Parameters
    ----------
    request
        With a structure or a trajectory, the crystals and the glass of the preset are left out;
        those that the user names stay.
    store
        Open results store, for its glasses; None without one.

    Raises
    ------
    MaterialError
        If there is none, the trajectory lacks the frame, or the stored result is not a glass.
    ValueError
        If a name is unknown, or there is no such result.
    """
    parameters, given = request.parameters, request.overrides
    own = request.structure is None and parameters.trajectory is None
    if parameters.frame is not None and parameters.trajectory is None:
        raise MaterialError(
            f"frame={parameters.frame} is one of a trajectory; give its file, or leave frame out"
        )
    found: list[EELSMaterial] = []
    if request.structure is not None:
        found.append(_given(request.structure, str(request.source)))
    if parameters.trajectory is not None:
        found.append(_frame(parameters.trajectory, parameters.frame, parameters.plausible))
    if own or "phases" in given:
        found += _crystals(parameters.phases)
    if parameters.glass is not None and (own or "glass" in given):
        found.append(_glass(parameters.glass, store))
    if not found:
        raise MaterialError("no material: name crystals (phases) or a glass, or give a structure")
    return list(_with_own_names(found))


def edges_of(request: Request[EELSParameters], materials: list[EELSMaterial]) -> list[Edge]:
    """Return the edges of a request; those of the preset that no material has are left out.

    Raises
    ------
    MaterialError
        If no material has the element of an edge that the user names, or of any.
    """
    known = {site.specie.symbol for item in materials for site in item.models[0]}
    edges = [parse_edge(text) for text in request.parameters.edges]
    found = [edge for edge in edges if edge.element in known]
    absent = [edge for edge in edges if edge.element not in known]
    if absent and ("edges" in request.overrides or not found):
        names = ", ".join(item.name for item in materials)
        element = absent[0].element
        raise MaterialError(
            f"no edge {absent[0]}: {names} {'has' if len(materials) == 1 else 'have'} no "
            f"{element}{nearest(element, known)}; set edges to those of its elements"
        )
    return found


def has(material: EELSMaterial, element: str) -> bool:
    """Return whether a material contains an element."""
    return any(site.specie.symbol == element for site in material.models[0])


def _given(structure: Structure, source: str) -> EELSMaterial:
    formula = reduced_formula(structure.composition)
    return EELSMaterial(
        name=formula, formula=formula, source=source, models=[structure], glass=False
    )


def _frame(path: Path, number: int | None, policy: Policy) -> EELSMaterial:
    """Return a frame of a trajectory, the last without a number."""
    path = path.expanduser()
    found, count = None, 0
    for frame in frames_of_file(path):
        if number in (None, count):
            found = frame
        count += 1
        if number is not None and count > number:
            break
    if found is None:
        raise MaterialError(f"{path}: there is no frame {number}: it has {count}, from 0")
    which = f"frame {count - 1} of {path}"
    if not found.periodic:
        raise MaterialError(f"{which}: it is not periodic in all directions; give a periodic cell")
    structure = checked_structure(
        Structure(found.cell, found.symbols, found.positions, coords_are_cartesian=True)
    )
    doubts = check_plausible(structure, policy, what=which)
    return _given(structure, f"{which} (doubtful: {doubts})" if doubts else which)


def _crystals(names: list[str]) -> list[EELSMaterial]:
    found = []
    for name in dict.fromkeys(names):
        entry = phase(name)
        found.append(
            EELSMaterial(
                name=entry.name,
                formula=entry.reduced_formula,
                source=entry.source,
                models=[entry.primitive()],
                glass=False,
            )
        )
    return found


def _glass(which: str, store: JobStore | None) -> EELSMaterial:
    """Return a glass of the library or of the store."""
    try:
        found = named_glass(which, store)
    except StoredGlassError as error:
        raise MaterialError(str(error)) from error
    return EELSMaterial(**found._asdict(), glass=True)


def _with_own_names(materials: list[EELSMaterial]) -> Iterator[EELSMaterial]:
    """Yield the materials, with a number where a name is taken."""
    seen: dict[str, int] = {}
    for item in materials:
        seen[item.name] = number = seen.get(item.name, 0) + 1
        name = item.name if number == 1 else f"{item.name} ({number})"
        yield item.model_copy(update={"name": name})
