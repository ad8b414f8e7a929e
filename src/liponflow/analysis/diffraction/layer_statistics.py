"""Statistics of layers over several images."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.stats import t

from liponflow.analysis.diffraction.layer_statistics_result import (
    ImageLayer,
    LayerStatisticsResult,
    LayerWidth,
)
from liponflow.analysis.diffraction.layers_result import LayersResult
from liponflow.analysis.result import Provenance
from liponflow.analysis.stability.published import published_stability

TOGETHER = "together"
_BOTH_SIDES = 0.975


def summarise_images(
    results: Sequence[LayersResult], provenance: Provenance
) -> LayerStatisticsResult:
    """Return mean and spread of the widths of layers over images.

    Layers of different images are the same if they have the same phases. Only complete ones count:
    the first and the last layer of an image end at its edges.

    Parameters
    ----------
    results
        Layers of each image, of at least two, measured alike.
    provenance
        Of the result.
    """
    layers = [layer for result in results for layer in _layers(result)]
    widths = _by_phases(layers)
    images = [result.provenance.source_structure for result in results]
    names = sorted({name for result in results for name in result.phases})
    return LayerStatisticsResult(
        formula=", ".join(names) or "unknown",
        converged=all(result.converged for result in results),
        criterion=results[0].criterion,
        provenance=provenance,
        warnings=[
            *(text for result in results for text in _of_image(result)),
            *_warnings(layers, widths, len(images)),
        ],
        images=images,
        direction=results[0].direction,
        tile=results[0].tile,
        widths=widths,
        layers=layers,
    )


def _of_image(result: LayersResult) -> list[str]:
    """Return the warnings of an image with its name."""
    image = result.provenance.source_structure
    return [text if text.startswith(image) else f"{image}: {text}" for text in result.warnings]


def _layers(result: LayersResult) -> list[ImageLayer]:
    last = len(result.layers) - 1
    return [
        ImageLayer(
            image=result.provenance.source_structure,
            phases=_ordered(layer.phases),
            start=layer.start,
            width=layer.width,
            low=layer.low,
            high=layer.high,
            complete=0 < number < last,
        )
        for number, layer in enumerate(result.layers)
    ]


def _ordered(phases: str) -> str:
    """Return phases in one order: by falling share they differ from image to image."""
    return " + ".join(sorted(phases.split(" + ")))


def _by_phases(layers: Sequence[ImageLayer]) -> list[LayerWidth]:
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    depths: dict[str, list[float]] = defaultdict(list)
    first: dict[str, float] = {}
    for layer in layers:
        if layer.complete:
            first.setdefault(layer.image, layer.start)
            found[layer.phases][layer.image] += layer.width
            depths[layer.phases].append(layer.start - first[layer.image])
    known = {
        _ordered(" + ".join(layer.phases)): layer.thickness
        for layer in published_stability().observed.layers
    }
    order = sorted(found, key=lambda phases: float(np.mean(depths[phases])))
    rows = [_width(name, list(found[name].values()), known.get(name)) for name in order]
    whole = [
        sum(found[name][image] for name in order)
        for image in first
        if all(image in found[name] for name in order)
    ]
    if len(order) > 1 and whole:
        published = sum(known.values()) if set(order) == set(known) else None
        rows.append(_width(TOGETHER, whole, published))
    return rows


def _width(phases: str, values: Sequence[float], published: float | None) -> LayerWidth:
    number, mean = len(values), float(np.mean(values))
    spread = float(np.std(values, ddof=1)) if number > 1 else None
    half = None
    if spread is not None:
        half = float(t.ppf(_BOTH_SIDES, number - 1)) * spread / number**0.5
    return LayerWidth(
        phases=phases,
        images=number,
        mean=mean,
        spread=spread,
        low=None if half is None else max(mean - half, 0.0),
        high=None if half is None else mean + half,
        published=published,
    )


def _warnings(
    layers: Sequence[ImageLayer], widths: Sequence[LayerWidth], images: int
) -> list[str]:
    remarks = []
    counted = {row.phases for row in widths}
    # A single phase at an edge, or glass, is the bulk on that side.
    cut = {item.phases for item in layers if not item.complete and " + " in item.phases} - counted
    if cut:
        remarks.append(
            f"{', '.join(sorted(cut))}: no image has such a layer between two others, so that "
            "its width is not known; take images that show more"
        )
    rare = [f"{row.phases} ({row.images})" for row in widths if row.images < images]
    if rare:
        remarks.append(
            f"complete in fewer than the {images} images: {', '.join(rare)}; the others do not "
            "count for these means"
        )
    return remarks
