"""Result of layers in several images: the mean of their widths, and how much they differ."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class LayerWidth(Document):
    """Width of the layers of the same phases in several images."""

    phases: Annotated[str, Column(heading="phases", wraps=True)] = Field(
        description='Phases of the layer; "together" for all complete layers of an image.'
    )
    images: Annotated[int, Quantity("", heading="images", fmt="d")] = Field(
        description="Images that have the layer complete."
    )
    mean: Annotated[float, Quantity("nm", heading="mean", fmt=".1f", label="thickness")] = Field(
        description="Mean width over these images."
    )
    spread: Annotated[float | None, Quantity("nm", heading="spread", fmt=".1f")] = Field(
        description="Standard deviation of the width from image to image; None of one image."
    )
    low: Annotated[float | None, Quantity("nm", heading="95 % from", fmt=".1f")] = Field(
        description="Lower limit of 95 % of the mean, by Student's t; None of one image."
    )
    high: Annotated[float | None, Quantity("nm", heading="to", fmt=".1f")] = Field(
        description="Upper limit of 95 % of the mean."
    )
    published: Annotated[float | None, Quantity("nm", heading="published", fmt=".1f")] = Field(
        description="Published mean width of a layer with the same phases, if there is one; of "
        "all together, if each of them is published."
    )


class ImageLayer(Document):
    """One layer of one image."""

    image: Annotated[str, Column(heading="image", wraps=True)] = Field(description="The file.")
    phases: Annotated[str, Column(heading="phases", wraps=True)] = Field(
        description='Phases that belong to the layer; "amorphous" where none is.'
    )
    start: Annotated[float, Quantity("nm", heading="from", fmt=".1f", label="depth")] = Field(
        description="Where it begins, from the left or the upper edge of the image."
    )
    width: Annotated[float, Quantity("nm", heading="width", fmt=".1f")] = Field(
        description="Its width."
    )
    low: Annotated[float | None, Quantity("nm", heading="95 % from", fmt=".1f")] = Field(
        description="Lower limit of 95 % of the width in this image; None with fewer than three "
        "lines of tiles."
    )
    high: Annotated[float | None, Quantity("nm", heading="to", fmt=".1f")] = Field(
        description="Upper limit of 95 % of the width in this image."
    )
    complete: Annotated[bool, Column(heading="complete")] = Field(
        description="Whether it begins and ends within the image. Layers that an edge cuts do not "
        "count."
    )


class LayerStatisticsResult(Result):
    """Layers of several images: mean and spread of their widths."""

    kind: Literal["layer_statistics"] = "layer_statistics"
    images: Annotated[list[str], Column(heading="images", wraps=True)] = Field(
        description="The files, in the given order."
    )
    direction: Literal["right", "down"] = Field(
        description="Direction in which the layers follow each other."
    )
    tile: Annotated[float, Quantity("nm", heading="tile", fmt=".3g")] = Field(
        description="Side of a tile."
    )
    widths: list[LayerWidth] = Field(
        description="Complete layers by their phases, in the order of their mean depth, and all "
        "together."
    )
    layers: list[ImageLayer] = Field(description="Every layer of every image.")
