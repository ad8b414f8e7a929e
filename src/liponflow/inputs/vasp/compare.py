"""Compare a VASP directory with an input set, key by key in both directions."""

import re
import warnings
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Kpoints, VaspInput
from pymatgen.io.vasp.inputs import KpointsSupportedModes

from liponflow.boundary import file_boundary
from liponflow.crystals.checked import StructureError, checked_structure
from liponflow.crystals.poscar import Poscar
from liponflow.crystals.poscar import read_poscar as read_poscar_file
from liponflow.decompression import existing, read_text
from liponflow.freeformat.incar import Value, parse_incar
from liponflow.freeformat.incar import read_incar as read_incar_file
from liponflow.freeformat.kpoints import DEFAULT_SPACING, read_kpoints
from liponflow.inputs.difference import Difference
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.generator import CitedInputGenerator

PER_SPECIES = ("LDAUU", "LDAUJ", "LDAUL")


def read_poscar(directory: Path) -> Poscar:
    """Return the POSCAR of a VASP directory.

    Raises
    ------
    ParameterError
        If it is missing or cannot be read.
    """
    path = existing(directory / "POSCAR")
    if path is None:
        raise ParameterError(f"{directory} has no POSCAR: it is not a VASP directory")
    try:
        poscar = read_poscar_file(path)
    except StructureError as error:
        raise ParameterError(str(error)) from error
    try:
        checked_structure(poscar.structure)
    except StructureError as error:
        raise ParameterError(f"{path}: {error}") from error
    return poscar


def read_incar(directory: Path) -> dict[str, Value]:
    """Return the tags of a VASP directory's INCAR, compressed or not; errors as for the POSCAR.

    What VASP ignores in it, such as the second of two equal tags, is a warning.
    """
    path = existing(directory / "INCAR")
    if path is None:
        raise ParameterError(f"{directory} has no INCAR: it is not a VASP directory")
    with file_boundary(path, ParameterError, what="an INCAR", remedy="correct it"):
        incar = read_incar_file(path)
    for note in incar.notes:
        warnings.warn(f"{directory}: {note}", stacklevel=1)  # once, however often it is read
    return incar.tags


def compare(
    directory: Path, generator: CitedInputGenerator, magmoms: Mapping[str, float]
) -> list[Difference]:
    """Return the differences of INCAR, KPOINTS and POTCAR from an input set for the same POSCAR.

    Parameters
    ----------
    directory
        VASP directory.
    generator
        The input set.
    magmoms
        Initial moment per element (µB), for the elements of the POSCAR.

    Returns
    -------
    list of Difference
        Differences in the order of the files; empty if they agree. Values per species or per atom
        are compared element by element, whatever the order of the POSCAR.

    Raises
    ------
    ParameterError
        If a file is missing or cannot be read.
    """
    poscar, incar = read_poscar(directory), read_incar(directory)
    moments = [magmoms.get(site.specie.symbol, 0.0) for site in poscar.structure]
    structure = poscar.structure.copy(site_properties={"magmom": moments})
    ours = generator.get_input_set(structure, potcar_spec=True)
    changed = {key: cited["source"] for key, cited in generator.changes(structure).items()}
    sources = {**generator.sources, **changed}
    found = incar_differences(_sorted_like_ours(incar, poscar), ours, sources)
    found += _kpoints(directory, incar, ours, structure, generator)
    found += _potcar(directory, poscar, generator)
    return found


def _sorted_like_ours(incar: Mapping[str, Value], poscar: Poscar) -> dict[str, Value]:
    """Return the INCAR with values per species or per atom in the order of our POSCAR."""
    structure: Structure = poscar.structure
    order = sorted(range(len(structure)), key=lambda index: structure[index].specie.X)
    elements = [element.symbol for element in structure.get_sorted_structure().elements]
    brought = dict(incar)
    symbols = [symbol for symbol, _ in poscar.blocks]
    moments = incar.get("MAGMOM")
    if isinstance(moments, list) and len(moments) == len(structure):
        brought["MAGMOM"] = [moments[index] for index in order]
    for key in PER_SPECIES:
        values = incar.get(key)
        if isinstance(values, list) and len(values) == len(poscar.blocks):
            by_element = dict(zip(symbols, values, strict=True))
            if [by_element[symbol] for symbol in symbols] == values:  # one value per element
                brought[key] = [by_element[element] for element in elements]
    return brought


def incar_differences(
    theirs: Mapping[str, Value], ours: VaspInput, sources: Mapping[str, str], unknown: str = ""
) -> list[Difference]:
    """Return the tags in which an INCAR differs from an input set, both as VASP reads them.

    Parameters
    ----------
    theirs
        Tags of a user's INCAR.
    ours
        Files of the input set.
    sources
        Source of the input set's value by tag.
    unknown
        Source of the other tags.
    """
    written = parse_incar(str(ours.incar)).tags
    return [
        Difference("INCAR", tag, theirs.get(tag), written.get(tag), sources.get(tag, unknown))
        for tag in [*theirs, *(tag for tag in written if tag not in theirs)]
        if not _same(theirs.get(tag), written.get(tag))
        and not (tag == "LDAUL" and _orbitals(theirs) == _orbitals(written))
    ]


def _orbitals(tags: Mapping[str, Value]) -> list[Any]:
    """Return LDAUL, which is -1 for VASP wherever U and J are 0."""
    values = [tags.get(tag) for tag in ("LDAUL", "LDAUU", "LDAUJ")]
    rows = [value if isinstance(value, list) else [] for value in values]
    return [kind if u or j else -1 for kind, u, j in zip_longest(*rows)]


def _same(one: Value | None, other: Value | None) -> bool:
    """Return whether two values are the same for VASP, to which A is Accurate, All or Auto."""
    if isinstance(one, str) and isinstance(other, str):
        short, long = sorted((one.casefold(), other.casefold()), key=len)
        return short == long or (len(short) == 1 and long.startswith(short))
    return one == other


def _kpoints(
    directory: Path,
    incar: Mapping[str, Value],
    ours: VaspInput,
    structure: Structure,
    generator: CitedInputGenerator,
) -> Iterator[Difference]:
    wanted = _mesh(cast("Kpoints", ours.kpoints), structure)
    path = existing(directory / "KPOINTS")
    if path is not None:
        with file_boundary(path, ParameterError, what="a KPOINTS file", remedy="correct it"):
            mesh = _mesh(read_kpoints(path), structure)
    else:
        spacing = incar.get("KSPACING", f"{DEFAULT_SPACING}, the default")
        mesh = f"KSPACING = {spacing}"
    if mesh != wanted:
        yield Difference("KPOINTS", "mesh", mesh, wanted, generator.sources["KPOINTS"])


def _mesh(kpoints: Kpoints, structure: Structure) -> str:
    """Return the mesh in words, the same for meshes that VASP makes the same points of."""
    modes = KpointsSupportedModes
    if kpoints.style is modes.Line_mode:
        return f"lines of {kpoints.num_kpts} points"
    if kpoints.num_kpts > 0:
        return f"list of {kpoints.num_kpts} points"
    if kpoints.style in {modes.Cartesian, modes.Reciprocal}:
        return f"{kpoints.style.name} vectors {kpoints.kpts}"
    style, numbers = kpoints.style, list(kpoints.kpts[0])
    if style is modes.Automatic:
        lengths = structure.lattice.reciprocal_lattice_crystallographic.abc
        style, numbers = modes.Gamma, [max(1, int(numbers[0] * b + 0.5)) for b in lengths]
    if all(int(number) % 2 for number in numbers):
        style = modes.Gamma  # whose points those of Monkhorst and Pack are
    divisions = "x".join(str(int(number)) for number in numbers)
    shift = "" if not any(kpoints.kpts_shift) else f", shift {tuple(kpoints.kpts_shift)}"
    return f"{style.name} {divisions}{shift}"


def _potcar(
    directory: Path, poscar: Poscar, generator: CitedInputGenerator
) -> Iterator[Difference]:
    known = generator.config_dict["POTCAR"]
    wanted = [known.get(element, element) for element, _ in poscar.blocks]
    theirs = _potcar_symbols(directory)
    if theirs != wanted:
        yield Difference("POTCAR", "symbols", theirs, wanted, generator.sources["POTCAR"])


def _potcar_symbols(directory: Path) -> list[str] | None:
    """Return the symbols in the TITEL lines of a POTCAR or in a POTCAR.spec; None without both."""
    if (path := existing(directory / "POTCAR")) is not None:
        with file_boundary(path, ParameterError, what="a POTCAR", remedy="copy it again"):
            return re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", read_text(path, errors="replace"))
    if (path := existing(directory / "POTCAR.spec")) is not None:
        with file_boundary(path, ParameterError, what="a list of potentials", remedy="correct it"):
            return read_text(path).split()
    return None
