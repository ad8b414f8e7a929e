"""Result documents of campaigns, and the summary of a calculation that they are built on.

A result has its numbers, whose fields state their units, the convergence of the calculations, and
its provenance. Results are plain pydantic models, so that they can be stored, exported and read
again without any of the code that computed them.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator
from pymatgen.core.structure import Structure

from liponflow import datajson
from liponflow.analysis.method import Method
from liponflow.analysis.quantity import Column, Quantity, unit_by_field
from liponflow.document import Document
from liponflow.finite import check_finite, not_finite


def _read_structure(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return datajson.structure(value, "the document")


def _finite_structure(structure: Structure) -> Structure:
    check_finite(structure.lattice.matrix, "the lattice")
    check_finite(structure.frac_coords, "the fractional coordinates")
    return structure


StructureField = Annotated[
    Structure,
    BeforeValidator(_read_structure),
    AfterValidator(_finite_structure),
    PlainSerializer(lambda structure: structure.as_dict()),
]
"""A pymatgen Structure as a model field: its own ``as_dict`` in JSON, all properties kept.

Its document is read as a structure, whatever module and class it names.
"""


class EngineInfo(Document):
    """Code that computed the energies and forces."""

    name: str = Field(description="Engine as the user names it: chgnet, MACE-MP-0, vasp, ...")
    version: str | None = Field(
        description="Version of the program or package that ran; None if the name says it."
    )
    weights: str | None = Field(None, description="Version of the potential's weights, if any.")
    weights_hash: str | None = Field(None, description="SHA-256 of the file of the weights.")
    functional: str | None = Field(
        None, description="Exchange-correlation functional of the engine, or of its training data."
    )
    energy_scale: str | None = Field(
        None, description="Corrections included in total energies, if any."
    )
    arguments: dict[str, Any] | None = Field(
        None,
        description="Arguments set by the user, if the engine takes any; every setting of a DFT "
        "code that takes arguments.",
    )
    method: str | None = Field(
        None,
        description="Method, if it is not a machine-learned potential; functional and cut-off of "
        "a DFT code that states them.",
    )
    surrogate: bool = Field(
        description="True for a potential, machine-learned or not: its numbers are not DFT."
    )
    device: str | None = Field(
        None,
        description="Device that computed a potential, such as 'cuda (NVIDIA H200)', where the "
        "potential takes one.",
    )

    @property
    def identity(self) -> dict[str, Any]:
        """Data that determine the numbers of an engine, for fingerprints.

        The hash of the weights, the energy scale and the method follow from the rest. They are
        omitted, as are unset arguments, so that fingerprints from before these fields existed
        still match. The device is omitted because it changes numbers by rounding only.
        """
        described = self.model_dump(
            mode="json", exclude={"weights_hash", "energy_scale", "method", "device"}
        )
        if described["arguments"] is None:
            del described["arguments"]
        return described

    @property
    def as_method(self) -> Method:
        """What the description alone says of the method: code and functional, without U.

        It is all that there is to know of a potential, and of results from before calculations
        recorded their method.

        Examples
        --------
        >>> EngineInfo(
        ...     name="vasp", version="6", functional="PBE+D3(BJ)+U (Ni 6.2 eV)", surrogate=False
        ... ).as_method.label
        'PBE+D3(BJ)'
        """
        functional, dispersion = self.functional, None
        if functional and not self.surrogate:
            functional, *parts = functional.partition(" (")[0].split("+")
            dispersion = next((part for part in parts if part != "U"), None)
        # A version of a code does not change the energies, weights of a potential do.
        code = f"{self.name} {self.weights}" if self.weights else self.name
        return Method(code=code, functional=functional, dispersion=dispersion)

    @property
    def short(self) -> str:
        """Return the name with its weights or, without any, its version, and the method of DFT.

        Examples
        --------
        >>> EngineInfo(name="chgnet-r2scan", weights="r2scan", version=None, surrogate=True).short
        'chgnet-r2scan'
        >>> pbe = {"functional": "PBE", "method": "PBE, PW 350 eV"}
        >>> EngineInfo(name="gpaw", version="26.7.0", **pbe, surrogate=False).short
        'gpaw 26.7.0 (PBE, PW 350 eV)'
        """
        dft = not self.surrogate and self.functional
        return self.label if dft else self._versioned

    @property
    def label(self) -> str:
        """Return one line for tables and the corners of figures.

        Examples
        --------
        >>> EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True).label
        'chgnet 0.3.0 (machine-learned potential, not DFT)'
        >>> EngineInfo(name="vasp", version="6.4.2", surrogate=False).label
        'vasp 6.4.2'
        >>> emt = EngineInfo(name="emt", version="3.29.0", method="ASE calculator", surrogate=True)
        >>> emt.label
        'emt 3.29.0 (ASE calculator, not DFT)'
        """
        if not self.surrogate:
            return f"{self._versioned} ({self.method})" if self.method else self._versioned
        return f"{self._versioned} ({self.method or 'machine-learned potential'}, not DFT)"

    @property
    def _versioned(self) -> str:
        known = self.weights or self.version or ""
        return self.name if self.name.endswith(f"-{known}") else f"{self.name} {known}".rstrip()


class Calculation(Document):
    """One relaxation or static calculation, in the same form for every engine."""

    engine: EngineInfo = Field(description="Engine that ran.")
    structure: StructureField = Field(description="Final structure.")
    energy: Annotated[float, Quantity("eV")] = Field(description="Total energy of the cell.")
    magmoms: Annotated[list[float] | None, Quantity("µB")] = Field(
        None,
        description="Magnetic moment of every site; unsigned where the engine has no sign.",
    )
    stress: Annotated[list[list[float]] | None, Quantity("GPa")] = Field(
        None, description="Stress tensor, 3x3, positive under tension."
    )
    max_force: Annotated[float | None, Quantity("eV/Å")] = Field(
        None, description="Largest force on an atom in the final structure."
    )
    force_limit: Annotated[float | None, Quantity("eV/Å")] = Field(
        None, description="Force below which the calculation counts as converged."
    )
    converged: bool = Field(
        description="Whether the forces converged, and the stress where the cell was relaxed."
    )
    ionic_steps: int = Field(
        description="Ionic steps: structures whose forces were computed, the start among them."
    )
    directory: str | None = Field(
        None, description="Directory of the calculation, with the host's name."
    )
    continued_from: list[str] = Field(
        default_factory=list,
        description="Directories of its earlier parts, if it was interrupted and continued.",
    )
    recorded_method: Method | None = Field(
        None, description="Method, where the files tell more of it than the engine does."
    )

    @property
    def method(self) -> Method:
        """Method of the energy."""
        return self.recorded_method or self.engine.as_method

    @property
    def energy_per_atom(self) -> float:
        """Energy per atom (eV)."""
        return self.energy / len(self.structure)

    @property
    def lattice(self) -> tuple[float, float, float, float, float, float]:
        """Lattice parameters a, b, c (Å), alpha, beta, gamma (degrees)."""
        return self.structure.lattice.parameters


def _finite_document(document: dict[str, Any]) -> dict[str, Any]:
    for place, value in not_finite(document):
        raise ValueError(f"{place} is {value}, which is not finite")
    return document


class Provenance(Document):
    """Engine, packages, parameters and inputs that made a result."""

    engine: EngineInfo = Field(description="Engine that computed the energies and forces.")
    packages: dict[str, str] = Field(description="Versions of the packages used.")
    preset: str = Field(description="Preset that the parameters started from.")
    parameters: Annotated[dict[str, Any], AfterValidator(_finite_document)] = Field(
        description="Every parameter as it was used."
    )
    input_fingerprint: str = Field(
        description="SHA-256 of the source structure, engine and parameters."
    )
    source_structure: str = Field(description="Origin of the structure: file or built-in.")
    parent_uuids: list[str] = Field(description="Jobs whose outputs entered the result.")
    continues: str | None = Field(
        None,
        description="Result whose unconverged relaxations and bands this one continues, if any.",
    )
    earlier_values: dict[str, list[Any]] = Field(
        default_factory=dict,
        description="Values that parameters had in the runs that this one continues, the oldest "
        "first: the calculations that are kept were made with them.",
    )
    sources: dict[str, str] = Field(
        default_factory=dict, description="Source of each parameter, where they are recorded."
    )
    created_at: Annotated[datetime, PlainSerializer(datetime.isoformat)] = Field(
        default_factory=lambda: datetime.now(UTC), description="When the result was made."
    )


UNITS = "@units"
"""Key of the units in a result as JSON: unit by dotted name of the field."""


class Result(Document):
    """Base of every result document.

    Subclasses set ``kind`` as a ``Literal`` with a default. If its fields change so that older
    documents no longer fit, or mean something else, a subclass raises the default of
    ``schema_version``, and its :class:`liponflow.analysis.kinds.ResultKind` gets a migration.
    """

    kind: str = Field(description="Kind of result; the store's queries filter on it.")
    schema_version: int = Field(
        1, description="Version of the schema of this kind; 1 where a document gives none."
    )
    formula: str = Field(description="Reduced formula of the material.")
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether everything that enters the result converged."
    )
    criterion: str = Field(description="Convergence criterion and the value that was reached.")
    provenance: Provenance = Field(
        description="Engine, packages, parameters and inputs of the result."
    )
    warnings: list[str] = Field(
        default_factory=list, description="Warnings, each in one sentence or more."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_units(cls, document: Any) -> Any:
        if isinstance(document, dict):
            return {name: value for name, value in document.items() if name != UNITS}
        return document

    def with_units(self) -> dict[str, Any]:
        """Return the result as data for JSON, with the unit of each field under ``@units``."""
        return self.model_dump(mode="json") | {UNITS: dict(unit_by_field(type(self)))}
