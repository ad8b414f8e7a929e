"""What a vacancy in a neutral cell does to the electrons of its host."""

from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.crystals.oxidation_states import is_redox_metal, octahedral_states
from liponflow.formulas import reduced_formula


def charge_of_vacancy(host: Composition, element: str) -> str | None:
    """Return what the host becomes when a neutral atom leaves it; None for metals and elements.

    Parameters
    ----------
    host
        Composition of the host.
    element
        The element that leaves.

    Examples
    --------
    >>> charge_of_vacancy(Composition("LiCoO2"), "Li")
    'the cell is neutral: without Li+ the host lacks an electron, which oxidises Co3+'
    >>> charge_of_vacancy(Composition("Li2NiMn3O8"), "Li")  # Mn4+ gives up no electron
    'the cell is neutral: without Li+ the host lacks an electron, which oxidises Ni2+'
    >>> charge_of_vacancy(Composition("Li3PO4"), "Li")
    'the cell is neutral: without Li+ the host lacks an electron, a hole in its anions'
    >>> [charge_of_vacancy(Composition(host), host) for host in ("Cu", "Si")]
    [None, None]
    """
    guesses = Composition(reduced_formula(host)).oxi_state_guesses()
    states = guesses[0] if guesses else {}
    charge = states.get(element, 0)
    if not charge:
        if len(host) == 1 or all(Element(symbol.symbol).is_metal for symbol in host.elements):
            return None
        return f"the cell is neutral; the oxidation state of {element} is not known"
    n = f"{abs(charge):g} electrons" if abs(charge) > 1 else "an electron"
    ion = f"{element}{_charge(charge)}"
    if charge < 0:
        return f"the cell is neutral: without {ion} the host keeps {n} too many"
    redox = [
        f"{symbol}{_charge(state)}"
        for symbol, state in states.items()
        if is_redox_metal(symbol) and octahedral_states(symbol)[-1] > state
    ]
    end = f"which oxidises {' or '.join(redox)}" if redox else "a hole in its anions"
    return f"the cell is neutral: without {ion} the host lacks {n}, {end}"


def _charge(state: float) -> str:
    """Return a charge as it is written behind a symbol: + for 1, 3+ for 3."""
    number = "" if abs(state) == 1 else f"{abs(state):.3g}"
    return f"{number}{'+' if state > 0 else '-'}"
