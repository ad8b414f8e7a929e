"""Edges as a user names them, such as ``Li K`` and ``P L23``, and the FEFF runs that they take."""

import re
from typing import NamedTuple

from pymatgen.core.periodic_table import Element

SHELLS = ("K", "L1", "L2", "L3", "L23")
"""Edges that can be computed. L23 is the sum of L2 and L3: FEFF takes ``EDGE L23`` for L2."""

LIGHTEST = {"K": 3, "L1": 11, "L2": 11, "L3": 11, "L23": 11}
"""Least atomic number with these levels in the core: the valence shell of Li to Ne is their L."""

_FORM = re.compile(r"([A-Z][a-z]?) (\S+)")


class Edge(NamedTuple):
    """An edge of an element.

    Attributes
    ----------
    element
        Symbol.
    shell
        One of :data:`SHELLS`.

    Examples
    --------
    >>> parse_edge("P L23").runs
    (Edge(element='P', shell='L2'), Edge(element='P', shell='L3'))
    >>> str(parse_edge("Li K"))
    'Li K'
    """

    element: str
    shell: str

    def __str__(self) -> str:
        """As a user names it."""
        return f"{self.element} {self.shell}"

    @property
    def runs(self) -> tuple["Edge", ...]:
        """Edges that FEFF computes and that add up to this one."""
        if self.shell == "L23":
            return Edge(self.element, "L2"), Edge(self.element, "L3")
        return (self,)


def parse_edge(text: str) -> Edge:
    """Read the name of an edge.

    Parameters
    ----------
    text
        Element and shell.

    Raises
    ------
    ValueError
        If it is not of this form, or the element has no such core level.

    Examples
    --------
    >>> parse_edge("Li L3")
    Traceback (most recent call last):
    ...
    ValueError: the edge Li L3: the L shell of Li is not a core level, nor of any element before Na
    """
    match = _FORM.fullmatch(text)
    if match is None or not Element.is_valid_symbol(match[1]):
        raise ValueError(f"the edge {text!r} is not an element and a shell, such as P L23")
    edge = Edge(match[1], match[2])
    if edge.shell not in SHELLS:
        raise ValueError(f"the edge {text}: the shell is none of {', '.join(SHELLS)}")
    number, least = Element(edge.element).Z, LIGHTEST[edge.shell]
    if number < least:
        raise ValueError(
            f"the edge {text}: the {edge.shell[0]} shell of {edge.element} is not a core level, "
            f"nor of any element before {Element.from_Z(least).symbol}"
        )
    return edge
