"""What is measured, as an option that the measurements of files share."""

from typing import Annotated

from pydantic import Field

Material = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        description="Formula or name of the material; published values are found by the elements "
        "of a formula, such as LiPON.",
    ),
]
