"""Models of glasses that come with the package, each with what made it."""

from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, Field
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow import datayaml
from liponflow.document import Document
from liponflow.names import did_you_mean


class LibraryGlassError(ValueError):
    """A glass that is not in the library."""

    page = "docs/glass.md"


class LibraryGlass(Document):
    """A model of a glass.

    Attributes
    ----------
    name
        Name in the library.
    made_by
        What made the model, and what was not done.
    cell
        Vectors of the cell, one a row (Å).
    sites
        Element and fractional coordinates.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    made_by: str
    cell: tuple[tuple[float, float, float], ...] = Field(min_length=3, max_length=3)
    sites: tuple[tuple[str, float, float, float], ...] = Field(min_length=1)

    def structure(self) -> Structure:
        """Build the model."""
        return Structure(
            Lattice(self.cell),
            [site[0] for site in self.sites],
            [list(site[1:]) for site in self.sites],
        )


@cache
def library_glasses() -> tuple[LibraryGlass, ...]:
    """Return all models, by name.

    Examples
    --------
    >>> [model.name for model in library_glasses()]
    ['LiPON', 'LiPON-melt-quench']
    """
    folder = files(__package__).joinpath("models")
    found = [
        LibraryGlass.model_validate(datayaml.load(path.read_text(encoding="utf-8")))
        for path in folder.iterdir()
        if path.name.endswith(".yaml")
    ]
    return tuple(sorted(found, key=lambda model: model.name))


def library_glass(name: str) -> LibraryGlass:
    """Return a model by its name.

    Raises
    ------
    LibraryGlassError
        If there is none of that name; similar names are suggested.
    """
    for model in library_glasses():
        if model.name == name:
            return model
    known = [model.name for model in library_glasses()]
    raise LibraryGlassError(f"no glass {name!r} in the library{did_you_mean(name, known)}")
