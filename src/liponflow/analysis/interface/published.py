"""Published findings at the interface of Li and LiPON."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedBond(Published):
    """Bond that breaks first."""

    bond: str = Field(description="Kind of bond, as in the result.")


class PublishedSequence(Published):
    """In which order elements appear on the way from the metal into the electrolyte."""

    appears: tuple[tuple[float, str], ...] = Field(
        description="Etching depth (arbitrary units) and element."
    )


def published_sequence() -> PublishedSequence:
    """Return the measured sequence of elements.

    Examples
    --------
    >>> [element for _, element in published_sequence().appears]
    ['N', 'P']
    """
    return PublishedSequence.model_validate(topics()["interface"]["sequence"])


def published_first_bond() -> PublishedBond:
    """Return the bond that is published to break first.

    Examples
    --------
    >>> published_first_bond().bond
    'P-N (bridging)'
    """
    return PublishedBond.model_validate(topics()["interface"]["first_bond"])
