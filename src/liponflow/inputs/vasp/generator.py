"""VASP input sets with a source for every value, and a writer of their directories."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from atomate2 import SETTINGS as ATOMATE2
from atomate2.vasp.files import write_vasp_input_set
from atomate2.vasp.sets.base import VaspInputGenerator
from jobflow import Maker
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Kpoints, VaspInput
from pymatgen.io.vasp.sets import MPRelaxSet

from liponflow.freeformat.incar import read_incar
from liponflow.inputs.presets import Cited, ParameterError, values
from liponflow.inputs.vasp.electrons import changes, closed_shell
from liponflow.inputs.vasp.potcar import has_potcar_library


@dataclass
class CitedInputGenerator(VaspInputGenerator):
    """atomate2's generator with a source for every value that it writes.

    Attributes
    ----------
    sources
        Sources of the INCAR keys, of ``KPOINTS`` and of ``POTCAR``.
    spin_if_needed
        Whether a crystal that can have no moment is computed without spin.
    """

    sources: dict[str, str] = field(default_factory=dict)
    spin_if_needed: bool = False

    def get_input_set(
        self,
        structure: Structure | None = None,
        prev_dir: str | Path | None = None,
        potcar_spec: bool = False,  # noqa: FBT001, FBT002 - pymatgen's signature
    ) -> VaspInput:
        """Return the files of a structure, its sites sorted by element as POTCAR needs.

        On a machine without a POTCAR library, ``POTCAR.spec`` replaces the POTCAR.
        """
        potcar_spec = potcar_spec or not has_potcar_library()
        # pymatgen sorts in a property setter, but the field of atomate2's dataclass hides it.
        if structure is not None:
            structure = structure.get_sorted_structure()
        with _stated_spin_of_cobalt():
            files: VaspInput = super().get_input_set(structure, prev_dir, potcar_spec)
        for key, value in values(self._changes(files["INCAR"])).items():
            if value is None:
                files["INCAR"].pop(key, None)
            else:
                files["INCAR"][key] = value
        return files

    def changes(self, structure: Structure) -> dict[str, Cited]:
        """Return the INCAR values that this structure changes in the set, with the reasons."""
        with _stated_spin_of_cobalt():
            files = super().get_input_set(structure.get_sorted_structure(), potcar_spec=True)
        return self._changes(files["INCAR"])

    def _changes(self, incar: Mapping[str, Any]) -> dict[str, Cited]:
        found: dict[str, Cited] = {}
        if self.spin_if_needed and self.structure is not None:
            found = closed_shell(self.structure, self.potcar_symbols)
        found = found or changes(self.structure, incar, self.potcar_symbols)
        return {key: entry for key, entry in found.items() if key not in self.user_incar_settings}


@contextmanager
def _stated_spin_of_cobalt() -> Iterator[None]:
    """Keep pymatgen from warning that Co starts with low spin: the sets state its moment."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Co without an oxidation state")
        yield


def cited_generator(
    incar: Mapping[str, Cited], kpoints: Cited, potcar: Mapping[str, Cited]
) -> CitedInputGenerator:
    """Return the generator of an input set that is written exactly as given.

    Parameters
    ----------
    incar
        All INCAR keys; LDAUU, LDAUJ, LDAUL and MAGMOM have values per element.
    kpoints
        Divisions of the Gamma-centred mesh.
    potcar
        ``functional`` (pymatgen's name of the POTCAR release) and ``symbols`` per element. Other
        elements have the symbols of the Materials Project.

    Returns
    -------
    CitedInputGenerator
        Generator that adapts nothing to band gap, cell size or an earlier calculation.
    """
    potcar_source = "; ".join(f"{name}: {entry['source']}" for name, entry in potcar.items())
    return CitedInputGenerator(
        config_dict={
            "INCAR": values(incar),
            "KPOINTS": {},
            "POTCAR": MPRelaxSet.CONFIG["POTCAR"] | potcar["symbols"]["value"],
            "POTCAR_FUNCTIONAL": potcar["functional"]["value"],
        },
        user_kpoints_settings=Kpoints.gamma_automatic(kpoints["value"]),  # type: ignore[arg-type]
        auto_ismear=False,
        auto_metal_kpoints=False,
        inherit_incar=False,
        sources={key: entry["source"] for key, entry in incar.items()}
        | {"KPOINTS": kpoints["source"], "POTCAR": potcar_source},
    )


def with_incar(generator: VaspInputGenerator, incar: Mapping[str, Cited]) -> VaspInputGenerator:
    """Return a generator with other INCAR values; what it has already keeps its source.

    Parameters
    ----------
    generator
        The input set; one of atomate2's has no sources.
    incar
        Values that replace those of the set; None removes a key.
    """
    given = generator.user_incar_settings
    if not isinstance(generator, CitedInputGenerator):
        other: VaspInputGenerator = replace(generator, user_incar_settings=given | values(incar))
        return other
    present = generator.config_dict["INCAR"] | given
    changed = {key: cited for key, cited in incar.items() if present.get(key) != cited["value"]}
    sources = {key: cited["source"] for key, cited in changed.items()}
    return replace(
        generator,
        user_incar_settings=given | values(changed),
        sources=generator.sources | sources,
    )


def input_set(maker: Maker | None) -> CitedInputGenerator:
    """Return the input set of a Maker of a single VASP job, for the directory of that job."""
    generator = getattr(maker, "input_set_generator", None)
    assert isinstance(generator, CitedInputGenerator)  # noqa: S101 - the sets of topics are cited
    return generator


def write_inputs(
    structure: Structure, generator: CitedInputGenerator, directory: Path
) -> dict[str, Cited]:
    """Write a VASP directory as atomate2 writes it for a job.

    Without a POTCAR library, a ``POTCAR.spec`` with the symbols replaces the POTCAR.

    Parameters
    ----------
    structure
        Structure to compute, with initial moments as the site property ``magmom``.
    generator
        The input set.
    directory
        Directory to write to; it is created if missing.

    Returns
    -------
    dict
        Values written, with their sources: every key of the INCAR (moments and U per element, not
        per site), KPOINTS, and POTCAR (release and symbols).

    Raises
    ------
    ParameterError
        If the set has no potential for an element, or the POTCAR library lacks a file that the set
        needs.
    """
    known = generator.config_dict["POTCAR"]
    for element in structure.composition.elements:
        if element.symbol not in known:
            raise ParameterError(
                f"the VASP inputs have no potential of {element.symbol} "
                f"({structure.composition.formula}): give one, "
                f"--engine-set 'potcar={{{element.symbol}: ...}}', or take another element"
            )
    try:
        write_vasp_input_set(
            structure, generator, directory, potcar_spec=not has_potcar_library(), clean_prev=False
        )
    except FileNotFoundError as error:  # pymatgen lists the paths that it tried
        raise ParameterError(" ".join(str(error).split())) from None
    return _written(structure, generator, directory)


def _written(
    structure: Structure, generator: CitedInputGenerator, directory: Path
) -> dict[str, Cited]:
    config = generator.config_dict
    updates = ATOMATE2.VASP_INCAR_UPDATES
    changed = generator.changes(structure)
    given = config["INCAR"] | generator.user_incar_settings | values(changed) | updates
    sources = generator.sources | {key: entry["source"] for key, entry in changed.items()}
    sources |= dict.fromkeys(updates, "atomate2 setting VASP_INCAR_UPDATES")
    found = {key: given[key] for key in read_incar(directory / "INCAR").tags}
    found["KPOINTS"] = list(Kpoints.from_file(directory / "KPOINTS").kpts[0])
    elements = [element.symbol for element in structure.get_sorted_structure().elements]
    symbols = [config["POTCAR"].get(element, element) for element in elements]
    found["POTCAR"] = [config["POTCAR_FUNCTIONAL"], *symbols]
    return {key: Cited(value=value, source=sources[key]) for key, value in found.items()}
