"""Kinds of results: the name in a stored document, the model that reads it, and its figures.

A stored document states its ``kind``, never the path of a module, so that it can be read after any
module has moved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liponflow import registry, safejson
from liponflow.names import nearest

if TYPE_CHECKING:
    from liponflow.analysis.result import Result


_WITH_KIND = (registry.CAMPAIGNS, registry.MODELS)
"""Groups whose objects have a kind of result each, of their own name."""


class SchemaError(ValueError):
    """A document with a schema that this version cannot read."""

    page = "docs/store.md"


@dataclass(frozen=True)
class ResultKind:
    """One kind of result.

    Attributes
    ----------
    name
        Value of the field ``kind``.
    model
        ``module:Class`` of the result document.
    figures
        ``module:function`` that returns every figure of a result by file name; None if it is
        not drawn.
    pages
        ``module:function`` that returns every interactive page (HTML) by file name; None if
        there is none.
    movies
        ``module:function`` that returns every movie (GIF) by file name; None if there is none.
    migrations
        ``module:function`` by version of the schema: the function turns a document of that
        version into one of the next. The version of the model is the default of its field
        ``schema_version``.
    """

    name: str
    model: str
    figures: str | None = None
    pages: str | None = None
    movies: str | None = None
    migrations: Mapping[int, str] = field(default_factory=dict, hash=False)

    def load(self) -> "type[Result]":
        """Import the model."""
        model: type[Result] = registry.resolve(self.model)
        return model

    def _version(self) -> int:
        version: int = self.load().model_fields["schema_version"].default
        return version

    def check_schema(self, document: Mapping[str, Any]) -> int:
        """Return the version of a document's schema; the model is imported only if it is new.

        Raises
        ------
        SchemaError
            If it is newer than the model's.
        """
        version = document.get("schema_version", 1)
        if isinstance(version, int) and 1 <= version <= max(self.migrations, default=0) + 1:
            return version
        ours = self._version()
        if not isinstance(version, int) or not 1 <= version <= ours:
            raise SchemaError(
                f"its schema is {self.name} version {version!r}, and this liponflow reads up to "
                f"version {ours}; update the package that registers the kind {self.name!r} "
                "(`pip install -U liponflow` for ours)"
            )
        return version

    def read(self, document: Mapping[str, Any]) -> "Result":
        """Return the result in a document, migrated if its schema is older than the model's.

        Parameters
        ----------
        document
            The document as stored. The module and class that it may name are ignored, and one
            without ``schema_version`` is of version 1.

        Returns
        -------
        Result
            Result of the model's own version.

        Raises
        ------
        SchemaError
            If the schema is newer than the model's, or no migration leads to it.
        pydantic.ValidationError
            If the document does not fit the model.
        """
        model = self.load()
        content = safejson.without_class(document)
        version = self.check_schema(content)
        ours = self._version()
        for older in range(version, ours):
            if older not in self.migrations:
                raise SchemaError(
                    f"nothing migrates schema {self.name} version {older} to {older + 1}; read "
                    "it with the version of liponflow that wrote it"
                )
            migrate: Callable[[dict[str, Any]], dict[str, Any]]
            migrate = registry.resolve(self.migrations[older])
            content = migrate(content)
        return model.model_validate(content | {"schema_version": ours})

    def draw(self, result: "Result") -> Mapping[str, Any]:
        """Return every figure of a result, by file name; empty if the kind is not drawn."""
        return _call(self.figures, result)

    def write_pages(self, result: "Result") -> Mapping[str, str]:
        """Return every interactive page of a result as HTML, by file name."""
        return _call(self.pages, result)

    def write_movies(self, result: "Result") -> Mapping[str, bytes]:
        """Return every movie of a result as GIF, by file name."""
        return _call(self.movies, result)


def kind_names() -> list[str]:
    """Return the names of all kinds of results, of campaigns, models and registered separately."""
    groups = (*_WITH_KIND, registry.RESULTS)
    return sorted({name for group in groups for name in registry.names(group)})


def get_kind(name: str) -> ResultKind:
    """Return a kind of result.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    for group in _WITH_KIND:
        if name in registry.names(group):
            kind: ResultKind = registry.load(group, name).result
            return kind
    if name in registry.names(registry.RESULTS):
        registered: ResultKind = registry.load(registry.RESULTS, name)
        return registered
    raise registry.RegistryError(
        f"unknown kind of result {name!r}{nearest(name, kind_names())}; if it belongs to another "
        "package, install the one that registers it"
    )


def _call(reference: str | None, result: "Result") -> Mapping[str, Any]:
    if reference is None:
        return {}
    function: Callable[[Result], Mapping[str, Any]] = registry.resolve(reference)
    return function(result)


FINGERPRINT = ResultKind(
    "fingerprint",
    model="liponflow.analysis.glass.result:FingerprintResult",
    figures="liponflow.figures.glass.gallery:all_figures",
)
PDOS = ResultKind(
    "pdos",
    model="liponflow.analysis.pdos:PDOSResult",
    figures="liponflow.figures.pdos:all_figures",
)
MD = ResultKind(
    "md",
    model="liponflow.analysis.runs:MDResult",
    figures="liponflow.figures.runs:dynamics_figures",
)
NEB = ResultKind(
    "neb",
    model="liponflow.analysis.runs:NEBResult",
    figures="liponflow.figures.runs:band_figures",
)
CALCULATION = ResultKind(
    "calculation",
    model="liponflow.analysis.runs:CalculationResult",
    figures="liponflow.figures.runs:calculation_figures",
)
WHITE_LINES = ResultKind(
    "white_lines",
    model="liponflow.analysis.eels.measured.result:WhiteLinesResult",
    figures="liponflow.figures.eels.white_lines:all_figures",
)
MIXTURE = ResultKind(
    "mixture",
    model="liponflow.analysis.eels.mixture_result:MixtureResult",
    figures="liponflow.figures.eels.mixture:all_figures",
)
EDGE_SCAN = ResultKind(
    "edge_scan",
    model="liponflow.analysis.eels.measured.edge_scan_result:EdgeScanResult",
    figures="liponflow.figures.eels.edge_scan:all_figures",
)
DEPTH_PROFILE = ResultKind(
    "depth_profile",
    model="liponflow.analysis.depth_profile.result:DepthProfileResult",
    figures="liponflow.figures.depth_profile:all_figures",
)
THERMAL_ANALYSIS = ResultKind(
    "thermal_analysis",
    model="liponflow.analysis.thermal_analysis.result:ThermalAnalysisResult",
    figures="liponflow.figures.thermal_analysis:all_figures",
)
LINE_SCAN = ResultKind(
    "line_scan",
    model="liponflow.analysis.line_scan.result:LineScanResult",
    figures="liponflow.figures.line_scan:all_figures",
)
NMR = ResultKind(
    "nmr",
    model="liponflow.analysis.nmr.result:NmrResult",
    figures="liponflow.figures.nmr:all_figures",
)
IMPEDANCE = ResultKind(
    "impedance",
    model="liponflow.analysis.impedance.result:ImpedanceResult",
    figures="liponflow.figures.impedance:all_figures",
)
POLARISATION = ResultKind(
    "polarisation",
    model="liponflow.analysis.impedance.result:PolarisationResult",
    figures="liponflow.figures.impedance:polarisation_figures",
)
DIFFRACTION = ResultKind(
    "diffraction",
    model="liponflow.analysis.diffraction.result:DiffractionResult",
    figures="liponflow.figures.diffraction.phases:all_figures",
)
LAYERS = ResultKind(
    "layers",
    model="liponflow.analysis.diffraction.layers_result:LayersResult",
    figures="liponflow.figures.diffraction.layers:all_figures",
)
LAYER_STATISTICS = ResultKind(
    "layer_statistics",
    model="liponflow.analysis.diffraction.layer_statistics_result:LayerStatisticsResult",
    figures="liponflow.figures.diffraction.layer_statistics:all_figures",
)
HALO = ResultKind(
    "halo",
    model="liponflow.analysis.diffraction.halo_result:HaloResult",
    figures="liponflow.figures.diffraction.halo:all_figures",
)
PATTERN = ResultKind(
    "pattern",
    model="liponflow.analysis.diffraction.pattern_result:PatternResult",
    figures="liponflow.figures.diffraction.pattern:all_figures",
)
