"""Edges of the elements."""

from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.names import nearest


class LEdges(NamedTuple):
    """L3 and L2 edges of a 3d metal (eV)."""

    l3: float
    l2: float

    @property
    def splitting(self) -> float:
        """Distance of the two, eV."""
        return self.l2 - self.l3


def l_edges(element: str) -> LEdges:
    """Return the L edges of a 3d metal.

    Raises
    ------
    SpectrumError
        If the element is not one; the nearest is suggested.

    Examples
    --------
    >>> l_edges("Mn")
    LEdges(l3=638.7, l2=649.9)
    """
    known = _table()["L"]
    if element not in known:
        raise SpectrumError(
            f"{element}: no 3d metal with white lines at its L edges{nearest(element, known)}"
        )
    return LEdges(known[element]["L3"], known[element]["L2"])


def other_edges(low: float, high: float, element: str) -> list[str]:
    """List the edges of other elements between two energies (eV), in words.

    Examples
    --------
    >>> other_edges(500.0, 560.0, "Cr")
    ['V L3 (512.1 eV)', 'V L2 (519.8 eV)', 'O K (543.1 eV)']
    """
    found = [
        (energy, f"{name} {line}")
        for name, lines in (_table()["L"] | _table()["light L"]).items()
        for line, energy in lines.items()
        if name != element
    ]
    found += [(energy, f"{name} K") for name, energy in _table()["K"].items() if name != element]
    return [f"{name} ({energy} eV)" for energy, name in sorted(found) if low <= energy <= high]


def edge_energy(edge: str) -> float:
    """Return the energy (eV) at which an edge begins; that of L3 for an L edge.

    Raises
    ------
    SpectrumError
        If the edge is not tabulated; the nearest is suggested.

    Examples
    --------
    >>> edge_energy("N K"), edge_energy("P L")
    (409.9, 135.0)
    """
    known = {f"{name} K": energy for name, energy in _table()["K"].items()}
    lines = _table()["L"] | _table()["light L"]
    known |= {f"{name} L": found["L3"] for name, found in lines.items()}
    if edge not in known:
        raise SpectrumError(
            f"{edge}: not among the {len(known)} edges of this table{nearest(edge, known)}; an "
            "edge is an element with K or L, such as 'N K' or 'P L'"
        )
    return float(known[edge])


@cache
def _table() -> dict[str, Any]:
    text = resources.files("liponflow.analysis.eels").joinpath("edges.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
