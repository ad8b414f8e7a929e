"""Published change of the units on contact with lithium."""

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedChange(Published):
    """Change of one unit."""

    unit: str = Field(description="The unit.")
    percent: float = Field(description="Increase (%), of what is not said.")
    shrinking: tuple[str, ...] = Field(description="Units that shrank.")


def published_change() -> PublishedChange:
    """Return the published change.

    Examples
    --------
    >>> published_change().unit, published_change().percent
    ('Q0_0', 13.0)
    """
    return PublishedChange.model_validate(topics()["nmr"])
