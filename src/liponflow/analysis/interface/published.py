"""Published findings at the interface of Li and LiPON."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedInterface(Published):
    """What simulations and measurements found."""

    pairs: tuple[str, ...] = Field(
        description="Pairs whose coordination numbers are lower at the interface than in bulk."
    )
    conductivity_ratio: tuple[float, float] = Field(
        description="Conductivity of the interface over that of the bulk, least and most."
    )


class PublishedBond(Published):
    """Bond that breaks first."""

    bond: str = Field(description="Kind of bond, as in the result.")


class PublishedSequence(Published):
    """In which order elements appear on the way from the metal into the electrolyte."""

    appears: tuple[tuple[float, str], ...] = Field(
        description="Etching depth (arbitrary units) and element."
    )


def published_interface() -> PublishedInterface:
    """Return the published simulation of Li on LiPON.

    Examples
    --------
    >>> published_interface().conductivity_ratio
    (100.0, 1000.0)
    """
    return PublishedInterface.model_validate(topics()["interface"]["simulated"])


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
