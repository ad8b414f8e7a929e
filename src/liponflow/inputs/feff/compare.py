"""Compare a ``feff.inp`` with the one that parameters give, card by card."""

from pathlib import Path

from liponflow.inputs.difference import Difference
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.edges import SHELLS, Edge
from liponflow.inputs.feff.reading import NAME, FeffInput, read_feff_input
from liponflow.inputs.feff.text import card_values
from liponflow.inputs.presets import ParameterError

DEFAULTS = {"SCF": ("0", "0", "100", "0.2", "1")}
"""Values that FEFF10 takes where a card ends before them."""


def compare(directory: Path, cards: SpectrumCards) -> list[Difference]:
    """Return the cards of a directory's ``feff.inp`` that differ from those of the parameters.

    Parameters
    ----------
    directory
        Directory of FEFF.
    cards
        What FEFF is asked to compute. The absorber and its edge are those of the file.

    Returns
    -------
    list of Difference
        In the order of our file; values that differ in their notation only are equal.

    Raises
    ------
    ParameterError
        If there is no ``feff.inp``, it cannot be read, or its edge is none that we compute.
    """
    try:
        found = read_feff_input(directory / NAME)
    except ValueError as error:
        raise ParameterError(str(error)) from error
    shell = found.cards.get("EDGE", "").split()[:1]
    if not shell or shell[0] not in SHELLS:
        known = ", ".join(SHELLS)
        raise ParameterError(f"{directory / NAME}: EDGE is none of {known}; name one")
    return differences(found, card_values(cards, Edge("", shell[0])))


def differences(found: FeffInput, ours: dict[str, str]) -> list[Difference]:
    """Return the cards of a file that differ from ours; see :func:`compare`."""
    names = [*ours, *(name for name in found.cards if name not in ours)]
    return [
        Difference(NAME, name, found.cards.get(name), ours.get(name), "")
        for name in names
        if _numbers(name, found.cards.get(name)) != _numbers(name, ours.get(name))
    ]


def _numbers(name: str, text: str | None) -> tuple[float | str, ...] | None:
    """Return the values of a card, with FEFF's own where it has none."""
    if text is None:
        return None
    words = text.split()
    words += DEFAULTS.get(name, ())[len(words) :]
    return tuple(_number(word) for word in words)


def _number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word.upper()
