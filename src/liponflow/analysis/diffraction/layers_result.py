"""Result of a map of phases: tiles of an image, and the layers in them."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class PhaseLayer(Document):
    """One layer along the direction."""

    layer: Annotated[int, Quantity("", heading="layer", fmt="d")] = Field(
        description="Number of the layer, from 1."
    )
    phases: Annotated[str, Column(heading="phases", wraps=True)] = Field(
        description="Phases in at least the least share of its tiles, by falling share; "
        '"amorphous" where none is.'
    )
    start: Annotated[float, Quantity("nm", heading="from", fmt=".1f")] = Field(
        description="Where it begins, from the left or the upper edge of the image."
    )
    end: Annotated[float, Quantity("nm", heading="to", fmt=".1f")] = Field(
        description="Where it ends."
    )
    width: Annotated[float, Quantity("nm", heading="width", fmt=".1f")] = Field(
        description="Its width. The first and the last layer end at the edges of the image."
    )
    low: Annotated[float | None, Quantity("nm", heading="95 % from", fmt=".1f")] = Field(
        description="Lower limit of 95 % of the width, from a bootstrap over the lines of tiles; "
        "None with fewer than three lines."
    )
    high: Annotated[float | None, Quantity("nm", heading="to", fmt=".1f")] = Field(
        description="Upper limit of 95 % of the width."
    )
    start_low: Annotated[float | None, Quantity("nm", fmt=".1f")] = Field(
        description="Lower limit of 95 % of where it begins."
    )
    start_high: Annotated[float | None, Quantity("nm", fmt=".1f")] = Field(
        description="Upper limit of 95 % of where it begins."
    )
    published: Annotated[float | None, Quantity("nm", heading="published", fmt=".1f")] = Field(
        None, description="Published width of a layer with the same phases, if there is one."
    )
    shares: Annotated[dict[str, float], Quantity("", heading="{key}", fmt=".2f")] = Field(
        description="Share of the tiles of the layer that have each phase."
    )


class MapTile(Document):
    """Phases of one tile."""

    row: int = Field(description="Line of tiles, from 1.")
    column: int = Field(description="Place along the direction, from 1.")
    x: Annotated[float, Quantity("nm", fmt=".1f")] = Field(
        description="Middle of the tile from the left edge."
    )
    y: Annotated[float, Quantity("nm", fmt=".1f")] = Field(
        description="Middle of the tile from the upper edge."
    )
    spots: int = Field(description="Spots in its transform.")
    phases: list[str] = Field(
        description='Formula of each phase; several with "or" cannot be told apart.'
    )


class LayersResult(Result):
    """Phases of the tiles of an image, and the layers that they form."""

    kind: Literal["layers"] = "layers"
    direction: Literal["right", "down"] = Field(
        description="Direction in which the layers follow each other."
    )
    pixel: Annotated[float, Quantity("nm", heading="pixel", fmt=".4g")] = Field(
        description="Size of a pixel."
    )
    pixel_source: str = Field(description="Where the size of the pixel comes from.")
    size: Annotated[list[float], Quantity("nm")] = Field(
        description="Height and width of the image."
    )
    tile: Annotated[float, Quantity("nm", heading="tile", fmt=".3g")] = Field(
        description="Side of a tile."
    )
    step: Annotated[float, Quantity("nm", heading="step", fmt=".3g")] = Field(
        description="Distance of tiles along the direction; lines of tiles do not overlap."
    )
    tolerance: Annotated[float, Quantity("%", heading="tolerance", fmt="g")] = Field(
        description="Largest deviation of a spacing by calibration and lattice."
    )
    d_range: Annotated[list[float], Quantity("Å")] = Field(
        description="Range of the spacings that a tile shows and that were looked for."
    )
    named_share: Annotated[float, Quantity("", heading="share of named tiles", fmt=".2f")] = Field(
        description="Share of the tiles with at least one phase."
    )
    ambiguous_share: Annotated[float, Quantity("", heading="of ambiguous ones", fmt=".2f")] = (
        Field(
            description="Share of the tiles with a name that does not tell compounds apart; such "
            "names do not count for layers."
        )
    )
    phases: list[str] = Field(description="Phases that count for layers.")
    layers: list[PhaseLayer] = Field(description="The layers, along the direction.")
    tiles: list[MapTile] = Field(description="Every tile, row by row of the grid.")
    intensity: Annotated[list[list[int]], Quantity("")] = Field(
        description="Image with at most 256 rows and columns, from 0 to 255."
    )
