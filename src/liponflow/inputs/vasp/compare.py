"""Compare a VASP directory with an input set, key by key in both directions."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar, Kpoints, VaspInput

from liponflow.crystals.checked import StructureError, checked_structure
from liponflow.crystals.poscar import Poscar
from liponflow.crystals.poscar import read_poscar as read_poscar_file
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
    path = directory / "POSCAR"
    if not path.exists():
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


def read_incar(directory: Path) -> Incar:
    """Return the INCAR of a VASP directory; errors as for :func:`read_poscar`."""
    try:
        return Incar.from_file(directory / "INCAR")
    except FileNotFoundError:
        raise ParameterError(f"{directory} has no INCAR: it is not a VASP directory") from None
    except (ValueError, IndexError) as error:
        raise ParameterError(f"{directory / 'INCAR'} cannot be read: {error}") from None


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
    found = list(_incar(_sorted_like_ours(incar, poscar), ours, generator))
    found += _kpoints(directory, incar, ours, generator)
    found += _potcar(directory, poscar, generator)
    return found


def _sorted_like_ours(incar: Incar, poscar: Poscar) -> Incar:
    """Return the INCAR with values per species or per atom in the order of our POSCAR."""
    structure: Structure = poscar.structure
    order = sorted(range(len(structure)), key=lambda index: structure[index].specie.X)
    elements = [element.symbol for element in structure.get_sorted_structure().elements]
    brought = Incar(incar)
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


def _incar(theirs: Incar, ours: VaspInput, generator: CitedInputGenerator) -> Iterator[Difference]:
    written = Incar.from_str(str(ours.incar))  # both as VASP reads them
    for key, values in theirs.diff(written)["Different"].items():
        yield Difference(
            "INCAR", key, values["INCAR1"], values["INCAR2"], generator.sources.get(key, "")
        )


def _kpoints(
    directory: Path, incar: Incar, ours: VaspInput, generator: CitedInputGenerator
) -> Iterator[Difference]:
    wanted = _mesh(cast("Kpoints", ours.kpoints))
    path = directory / "KPOINTS"
    if path.exists():
        try:
            mesh = _mesh(Kpoints.from_file(path))
        except (ValueError, IndexError) as error:
            raise ParameterError(f"{path} cannot be read: {error}") from None
    else:
        mesh = f"KSPACING = {incar['KSPACING']}" if "KSPACING" in incar else "missing"
    if mesh != wanted:
        yield Difference("KPOINTS", "mesh", mesh, wanted, generator.sources["KPOINTS"])


def _mesh(kpoints: Kpoints) -> str:
    divisions = "x".join(str(int(number)) for number in kpoints.kpts[0])
    shift = "" if not any(kpoints.kpts_shift) else f", shift {tuple(kpoints.kpts_shift)}"
    return f"{kpoints.style.name} {divisions}{shift}"


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
    if (path := directory / "POTCAR").exists():
        text = path.read_text(encoding="utf-8", errors="replace")
        return re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", text)
    if (path := directory / "POTCAR.spec").exists():
        return path.read_text(encoding="utf-8").split()
    return None
