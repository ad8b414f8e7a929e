"""Compare a VASP directory with an input set, key by key in both directions."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

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
from liponflow.freeformat.kpoints import DEFAULT_SPACING, mesh_divisions, read_kpoints
from liponflow.inputs.difference import Difference, Role
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.defaults import effective, is_same
from liponflow.inputs.vasp.earlier import FILE as EARLIER
from liponflow.inputs.vasp.generator import CitedInputGenerator
from liponflow.inputs.vasp.roles import role_of

PER_SPECIES = ("LDAUU", "LDAUJ", "LDAUL")
OF_THE_MESH = frozenset({"KSPACING", "KGAMMA"})
PBE = "PE"
"""LEXCH of PBE's POTCARs."""


def read_poscar(directory: Path) -> Poscar:
    """Return the POSCAR of a VASP directory.

    Raises
    ------
    ParameterError
        If it is missing or cannot be read.
    """
    path = existing(directory / "POSCAR")
    if path is None and (directory / EARLIER).is_file():
        raise ParameterError(
            f"{directory} has no POSCAR yet: when the run before has ended, `liponflow inputs "
            f"--poscar {directory}` makes it"
        )
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
    directory: Path, generator: CitedInputGenerator, magmoms: Mapping[str, float] | Sequence[float]
) -> list[Difference]:
    """Return the differences of INCAR, KPOINTS and POTCAR from an input set for the same POSCAR.

    Parameters
    ----------
    directory
        VASP directory.
    generator
        The input set.
    magmoms
        Initial moment (µB) per element, or of every site of the POSCAR.

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
    moments = (
        [magmoms.get(site.specie.symbol, 0.0) for site in poscar.structure]
        if isinstance(magmoms, Mapping)
        else list(magmoms)
    )
    structure = poscar.structure.copy(site_properties={"magmom": moments})
    ours = generator.get_input_set(structure, potcar_spec=True)
    changed = {key: cited["source"] for key, cited in generator.changes(structure).items()}
    sources = {**generator.sources, **changed}
    theirs = sorted_like_ours(incar, poscar)
    found = incar_differences(theirs, ours, sources, gga=functional(directory))
    found += mesh_difference(
        directory, incar, cast("Kpoints", ours.kpoints), structure, sources["KPOINTS"]
    )
    found += _potcar(directory, poscar, generator)
    return found


def sorted_like_ours(incar: Mapping[str, Value], poscar: Poscar) -> dict[str, Value]:
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
    theirs: Mapping[str, Value],
    ours: VaspInput,
    sources: Mapping[str, str],
    unknown: str = "",
    gga: str = PBE,
) -> list[Difference]:
    """Return the tags in which an INCAR differs from an input set, both as VASP uses them.

    A tag that is missing has VASP's default; KSPACING is a matter of the mesh.

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
    gga
        LEXCH of the user's POTCARs.
    """
    written = parse_incar(str(ours.incar)).tags
    atoms = len(ours.poscar.structure)

    def agree(tag: str) -> bool:
        value = theirs.get(tag)
        used = effective(tag, theirs, atoms, gga), effective(tag, written, atoms, PBE)
        return is_same(*used) or (value is not None and is_same(value, written.get(tag)))

    return [
        Difference(
            "INCAR",
            tag,
            theirs.get(tag),
            written.get(tag),
            sources.get(tag, unknown),
            role_of(tag),
        )
        for tag in [*theirs, *(tag for tag in written if tag not in theirs)]
        if tag not in OF_THE_MESH and not agree(tag)
    ]


def mesh_difference(
    directory: Path,
    incar: Mapping[str, Value],
    ours: Kpoints | float,
    structure: Structure,
    source: str,
) -> Iterator[Difference]:
    """Yield the difference of the k-points of a directory, if there is one.

    Parameters
    ----------
    directory
        VASP directory, with KPOINTS or without.
    incar
        Its INCAR, whose KSPACING and KGAMMA count without KPOINTS.
    ours
        k-points of the input set, or its KSPACING (1/Å).
    structure
        The cell.
    source
        Source of the mesh of the input set.

    Yields
    ------
    Difference
    """
    made = ours if isinstance(ours, Kpoints) else _generated({"KSPACING": ours}, structure)
    wanted = _mesh(made, structure)
    path = existing(directory / "KPOINTS")
    remark = ""
    if path is not None:
        with file_boundary(path, ParameterError, what="a KPOINTS file", remedy="correct it"):
            mesh = _mesh(read_kpoints(path), structure)
    else:
        mesh = _mesh(_generated(incar, structure), structure)
        given = incar.get("KSPACING", f"{DEFAULT_SPACING}, the default")
        remark = f" (KSPACING = {given})"
    if mesh != wanted:
        yield Difference("KPOINTS", "mesh", mesh + remark, wanted, source)


def _generated(incar: Mapping[str, Value], structure: Structure) -> Kpoints:
    """Return the mesh that VASP makes without KPOINTS."""
    spacing = incar.get("KSPACING", DEFAULT_SPACING)
    if not isinstance(spacing, int | float) or not spacing > 0:
        raise ParameterError(f"INCAR: KSPACING = {spacing} must be a number above 0")
    mesh = mesh_divisions(None, structure.lattice.reciprocal_lattice.abc, spacing)
    around_gamma = incar.get("KGAMMA", True)
    return (Kpoints.gamma_automatic if around_gamma else Kpoints.monkhorst_automatic)(mesh)


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
        source = generator.sources["POTCAR"]
        yield Difference("POTCAR", "symbols", theirs, wanted, source, Role.PHYSICS)


def functional(directory: Path) -> str:
    """Return LEXCH of the POTCAR of a directory; that of PBE without one.

    Raises
    ------
    ParameterError
        If the POTCAR cannot be read.
    """
    path = existing(directory / "POTCAR")
    if path is None:
        return PBE
    with file_boundary(path, ParameterError, what="a POTCAR", remedy="copy it again"):
        found = sorted(set(re.findall(r"LEXCH\s*=\s*(\w+)", read_text(path, errors="replace"))))
    return " and ".join(found) or PBE


def _potcar_symbols(directory: Path) -> list[str] | None:
    """Return the symbols in the TITEL lines of a POTCAR or in a POTCAR.spec; None without both."""
    if (path := existing(directory / "POTCAR")) is not None:
        with file_boundary(path, ParameterError, what="a POTCAR", remedy="copy it again"):
            return re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", read_text(path, errors="replace"))
    if (path := existing(directory / "POTCAR.spec")) is not None:
        with file_boundary(path, ParameterError, what="a list of potentials", remedy="correct it"):
            return read_text(path).split()
    return None
