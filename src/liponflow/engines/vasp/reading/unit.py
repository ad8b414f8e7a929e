"""Runs that belong together and make one stored result."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo, Provenance, Result
from liponflow.engines.vasp.reading.runs import R
from liponflow.periodic import wrapped

PRESET = "as run"
"""Recorded in place of a preset: the parameters are those of the files."""

SAME_PLACE = 1e-3
"""Largest distance (Å) between where one run ended and the next begins; files have 8 decimals."""


@dataclass(frozen=True)
class Unit(ABC, Generic[R]):
    """Runs of one result."""

    kind: ClassVar[str]
    """Kind of the result."""

    runs: Sequence[R]
    """Runs in the order of the result; never empty."""

    @abstractmethod
    def build(self) -> Result:
        """Return the result.

        Raises
        ------
        ValueError
            If a run cannot be read or used, with file and reason.
        """

    @property
    def title(self) -> str:
        """Short name for a list."""
        first = self.runs[0].directory
        return first if len(self.runs) == 1 else f"{first} and {len(self.runs) - 1} more"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that the result depends on, unchanged if the files move."""
        parts = [self.kind, *sorted(self._contents()), *self._options()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def uuid(self) -> str:
        """Name of the result in the store, determined by the files."""
        return str(uuid5(NAMESPACE_URL, f"liponflow:ingest:{self.fingerprint}"))

    def provenance(self, engine: EngineInfo | None = None, **parameters: Any) -> Provenance:
        """Return a provenance that records the runs."""
        runs = [{"directory": run.directory, "incar": run.incar} for run in self.runs]
        return provenance(
            engine=engine or self.runs[0].engine,
            preset=PRESET,
            parameters={"runs": runs, **parameters},
            input_fingerprint=self.fingerprint,
            source_structure=self.runs[0].directory,
            parent_uuids=[],
        )

    def _contents(self) -> list[str]:
        return [run.fingerprint for run in self.runs]

    def _options(self) -> list[str]:
        return []


def same_structure(first: Structure, second: Structure) -> bool:
    """Return whether two structures have the same atoms at the same positions, in order."""
    if first.species != second.species:
        return False
    if np.abs(first.lattice.matrix - second.lattice.matrix).max() > SAME_PLACE:
        return False
    shift = first.frac_coords - second.frac_coords
    return bool(np.abs(wrapped(shift) @ first.lattice.matrix).max() < SAME_PLACE)
