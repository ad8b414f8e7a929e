"""Reference spectra of a mixture: measured, of FEFF, or edges of a computed result."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from liponflow.analysis.eels.measured.read import read_measured
from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.analysis.eels.result import EELSResult
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.result_files import read_result_file
from liponflow.engines.feff.reading import EELS, read_eels

FORM = "name an edge of a result as eels.json:MATERIAL:EDGE, such as 'eels.json:Li2O:Li K'"


@dataclass(frozen=True)
class Reference:
    """A reference spectrum.

    Attributes
    ----------
    given
        How the user named it.
    name
        Short name: that of its file, of the folder of ``eels.dat``, or its material.
    path
        Its file.
    spectrum
        Spectrum.
    warnings
        What the user should know about its energies and its resolution.
    """

    given: str
    name: str
    path: Path
    spectrum: Spectrum
    warnings: tuple[str, ...] = ()


def read_references(texts: Sequence[str]) -> dict[str, Reference]:
    """Read references by their short names, or by their full ones where these repeat.

    Parameters
    ----------
    texts
        Files of one measured spectrum each, files ``eels.dat`` of FEFF, or edges of results of
        ``run eels`` as ``PATH:MATERIAL:EDGE``.

    Raises
    ------
    FileError
        If one cannot be read, or is given twice.
    """
    read = [_read(text) for text in texts]
    short = [item.name for item in read]
    references: dict[str, Reference] = {}
    for item in read:
        name = item.name if short.count(item.name) == 1 else item.given
        if name in references:
            raise SpectrumError(f"{item.given}: given twice as a reference; leave one out")
        references[name] = item
    return references


def _read(text: str) -> Reference:
    path = Path(text).expanduser()
    if not path.exists() and ".json:" in text:
        return _edge(text)
    if path.suffix.lower() == ".json":
        raise SpectrumError(f"{path}: no edge is named; {FORM}")
    if path.name.startswith(EELS):
        table = read_eels(path)
        doubt = (
            f"{path}: on the energy scale of FEFF, which is off by some eV, and without the width "
            "of the instrument; widen --shift, or take an edge of a result of `run eels`, which "
            "is broadened and has an absolute scale"
        )
        spectrum = Spectrum.from_arrays(table.energies, table.total)
        return Reference(text, path.absolute().parent.name, path, spectrum, (doubt,))
    read = read_measured(path)
    if len(read.counts) != 1:
        raise SpectrumError(
            f"{path}: {len(read.counts)} spectra, and a reference is one: give one spectrum per "
            "file, such as their sum"
        )
    spectrum = Spectrum.from_arrays(read.energy, read.counts[0])
    return Reference(text, path.stem, path, spectrum, read.warnings)


def _edge(text: str) -> Reference:
    """Return an edge of a result as its figure shows it."""
    before, _, names = text.rpartition(".json:")
    path = Path(f"{before}.json").expanduser()
    material, _, edge = names.partition(":")
    result = _read_result(path)
    comparison = result.comparison
    if comparison is None:
        raise SpectrumError(
            f"{path}: it has no broadened edges, and its warnings say why; compute longer "
            "spectra, or give an eels.dat"
        )
    for item in comparison.edges:
        if (item.material, item.edge) == (material, edge):
            doubt = (
                f"{path}: on the energy scale of FEFF, which is off by some eV; compute Li K of "
                "Li2O with it, which fixes the scale, or widen --shift"
            )
            warnings = (doubt,) if comparison.scale is None else ()
            return Reference(text, material, path, item.spectrum, warnings)
    known = ", ".join(f"{item.material}:{item.edge}" for item in comparison.edges)
    raise SpectrumError(f"{path}: no edge {names!r}; it has {known}; {FORM}")


def _read_result(path: Path) -> EELSResult:
    remedy = "give the eels.json that `liponflow run eels --out DIR` writes"
    result = read_result_file(path, SpectrumError, kind="eels", remedy=remedy)
    assert isinstance(result, EELSResult)  # noqa: S101 - the kind above
    return result
