"""``liponflow analyze edges``: areas of edges along a scan of measured spectra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from liponflow.analysis.eels.measured.edge_scan import EdgeWindows, default_windows, scan_edges
from liponflow.analysis.eels.measured.edge_scan_result import EdgeScanResult
from liponflow.analysis.eels.measured.read import read_scan
from liponflow.analysis.provenance import file_provenance
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.eels.scan_options import Axis, LowLoss, Spacing


class EdgeScanOptions(Document):
    """Options of ``liponflow analyze edges``."""

    edges: list[str] = Field(
        min_length=1, description="Edges, each an element with K or L, such as 'N K' 'P K' 'P L'."
    )
    background: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None,
        description="Window of the power law, for one edge; by default it ends 20 eV (below "
        "150 eV: 5 eV) before the tabulated edge, since compounds begin earlier than elements.",
    )
    window: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None,
        description="Range of integration, for one edge; by default from the end of the "
        "background window to 30 eV after the tabulated edge.",
    )
    low_loss: LowLoss = None
    axis: Axis = None
    spacing: Spacing = None

    @model_validator(mode="after")
    def _windows_fit(self) -> "EdgeScanOptions":
        for name in ("background", "window"):
            given = getattr(self, name)
            if given is None:
                continue
            if len(self.edges) > 1:
                raise ValueError(
                    f"--{name} {given[0]:g} {given[1]:g} is for one edge, and {len(self.edges)} "
                    "are asked for: measure them one at a time"
                )
            if given[0] >= given[1]:
                raise ValueError(
                    f"--{name} {given[0]:g} {given[1]:g}: give the lower energy first"
                )
        return self

    def windows(self) -> dict[str, EdgeWindows]:
        """Return the windows of each edge.

        Raises
        ------
        ValueError
            If an edge is unknown, or its background window ends in the range of integration.
        """
        found = {}
        for edge in self.edges:
            chosen = default_windows(edge)
            background = self.background or chosen.background
            begin = background[1] if self.background else chosen.signal[0]
            signal = self.window or (begin, chosen.signal[1])
            if background[1] > signal[0]:
                raise ValueError(
                    f"{edge}: the background window ends at {background[1]:g} eV, in the range of "
                    f"integration, which begins at {signal[0]:g} eV; choose a lower --background "
                    "or a higher --window"
                )
            found[edge] = EdgeWindows(background, signal)
        return found


def measure_edges(files: Sequence[Path], options: EdgeScanOptions) -> EdgeScanResult:
    """Return the areas of edges in a spectrum, along a line scan or in a map.

    Parameters
    ----------
    files
        One file, or one per point of a line scan.
    options
        Edges, windows and further files.

    Raises
    ------
    ValueError
        If a file, an edge or a window cannot be used; the remedy is named.
    """
    windows = options.windows()
    spectrum = read_scan(files, options.axis, options.low_loss)
    further = [options.low_loss] if options.low_loss is not None else []
    made = file_provenance([*files, *further], options.model_dump(mode="json"), spectrum.source)
    return scan_edges(spectrum, windows, made, options.spacing)
