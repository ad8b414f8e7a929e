"""Harmonic phonons from forces of displaced atoms, and the free energy of their vibrations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import numpy as np
from pydantic import Field
from pymatgen.core.structure import Structure

from liponflow.analysis.plausible import frequency_doubts, relaxation_doubts, volume_doubts
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation, Provenance, StructureField
from liponflow.analysis.spread import ComparedResult, Observable
from liponflow.analysis.stability.gases import STANDARD_TEMPERATURE, ThermalZero
from liponflow.arrays import FloatArray, IntArray
from liponflow.crystals.supercell import Supercell
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.units import J_PER_MOL_PER_EV, KJ_PER_MOL

if TYPE_CHECKING:
    from phonopy import Phonopy

IMAGINARY = -0.1
"""Frequency (THz) below which a mode counts as imaginary. Acoustic modes near Gamma lie slightly
below zero because of numerical noise."""

TEMPERATURES = tuple(float(step) for step in range(0, 1010, 10))
"""Temperatures (K) of the tables."""

ROOM_TEMPERATURE = 300.0
"""Temperature of the summary, K."""

_J_PER_KJ = 1000.0


class PhononDensity(Document):
    """Density of vibrational states."""

    frequencies: Annotated[list[float], Quantity("THz", label="frequency")] = Field(
        description="Frequencies, negative if imaginary."
    )
    states: Annotated[list[float], Quantity("1/THz per atom", label="states")] = Field(
        description="Density of states; it integrates to 3 per atom."
    )


class Phonons(Document):
    """Harmonic vibrations of a crystal; energies and entropies per atom."""

    repeats: Supercell = Field(
        description="Repeats of the cell along each axis of the supercell, or the matrix whose "
        "rows are the vectors of the supercell in those of the cell."
    )
    supercell_atoms: int = Field(description="Atoms in the supercell.")
    n_displacements: int = Field(description="Number of displaced supercells.")
    distance: Annotated[float, Quantity("Å")] = Field(
        description="Displacement of each displaced atom."
    )
    mesh: tuple[int, int, int] = Field(description="Mesh of wave vectors.")
    residual_force: Annotated[float, Quantity("eV/Å")] = Field(
        description="Largest force with every atom at rest; it is subtracted."
    )
    lowest_frequency: Annotated[float, Quantity("THz")] = Field(
        description="Lowest frequency of the mesh, negative if imaginary."
    )
    imaginary_share: Annotated[float, Quantity("")] = Field(
        description="Share of imaginary modes; they are left out of the sums."
    )
    zero_point_energy: Annotated[float, Quantity("eV/atom")] = Field(
        description="Zero-point energy."
    )
    temperatures: Annotated[list[float], Quantity("K", label="temperature")] = Field(
        description="Temperatures of the tables."
    )
    free_energies: Annotated[list[float], Quantity("eV/atom", label="vibrational energy")] = Field(
        description="Vibrational Helmholtz energy, zero point included."
    )
    entropies: Annotated[list[float], Quantity("eV/K/atom")] = Field(
        description="Vibrational entropy."
    )
    density: PhononDensity = Field(description="Density of vibrational states.")

    @property
    def stable(self) -> bool:
        """Whether no mode is imaginary."""
        return self.imaginary_share == 0

    def free_energy(self, temperature: float, zero: ThermalZero = ThermalZero.STATIC) -> float:
        """Return the vibrational free energy to be added to an energy scale.

        Parameters
        ----------
        temperature
            K, within the tables.
        zero
            What the energy scale already includes.

        Returns
        -------
        float
            F(T), or F(T) minus the internal energy at 298.15 K (eV/atom). At 0 K a scale of
            enthalpies has no vibrations to be added, and 0 is returned.

        Raises
        ------
        ValueError
            If the temperature is outside the tables.
        """
        low, high = self.temperatures[0], self.temperatures[-1]
        if not low <= temperature <= high:
            raise ValueError(f"{temperature:g} K is outside {low:g} to {high:g} K")
        energy = self._at(temperature)
        if zero is ThermalZero.STATIC:
            return energy
        return 0.0 if temperature == 0 else energy - self.internal_energy(STANDARD_TEMPERATURE)

    def internal_energy(self, temperature: float) -> float:
        """Return U(T) = F + T S (eV/atom)."""
        from scipy.interpolate import CubicSpline

        entropy = CubicSpline(self.temperatures, self.entropies)(temperature)
        return self._at(temperature) + temperature * float(entropy)

    def _at(self, temperature: float) -> float:
        from scipy.interpolate import CubicHermiteSpline

        # dF/dT = -S is tabulated too: a spline with both is exact to 1e-8 eV.
        slopes = -np.asarray(self.entropies)
        return float(
            CubicHermiteSpline(self.temperatures, self.free_energies, slopes)(temperature)
        )


class PhononResult(ComparedResult):
    """Result of a phonon calculation."""

    kind: Literal["phonons"] = "phonons"
    schema_version: int = Field(3, description="Version of the schema of this kind.")
    energy_per_atom: Annotated[float, Quantity("eV/atom", heading="E", fmt=".4f")] = Field(
        description="Energy with every atom at rest."
    )
    spacegroup: Annotated[str, Column(heading="space group")] = Field(
        description="Space group of the cell."
    )
    n_atoms: Annotated[int, Column(heading="atoms in the cell")] = Field(
        description="Atoms in the primitive cell."
    )
    n_displacements: Annotated[int, Column(heading="displacements")] = Field(
        description="Number of displaced supercells."
    )
    supercell_atoms: Annotated[int, Column(heading="atoms in the supercell")] = Field(
        description="Atoms in the supercell."
    )
    lowest_frequency: Annotated[float, Quantity("THz", heading="lowest frequency", fmt="z.2f")] = (
        Field(description="Lowest frequency, negative if imaginary.")
    )
    imaginary_share: Annotated[float, Quantity("", heading="imaginary modes", fmt=".1%")] = Field(
        description="Share of imaginary modes."
    )
    zero_point_energy: Annotated[float, Quantity("eV/atom", heading="zero point", fmt=".4f")] = (
        Field(description="Zero-point energy.")
    )
    free_energy_300: Annotated[
        float, Quantity("eV/atom", heading="free energy at 300 K", fmt=".4f")
    ] = Field(description="Vibrational Helmholtz energy at 300 K, zero point included.")
    entropy_300: Annotated[
        float, Quantity("J/K per mole of atoms", heading="entropy at 300 K", fmt=".1f")
    ] = Field(description="Vibrational entropy at 300 K.")
    structure: StructureField = Field(description="Primitive cell.")
    phonons: Phonons = Field(description="Harmonic phonons.")


def harmonic(
    phonons: "Phonopy",
    dataset: dict[str, Any],
    forces: Sequence[Any],
    rest: Any,
    *,
    distance: float,
    mesh_length: float,
    temperatures: Sequence[float] = TEMPERATURES,
) -> Phonons:
    """Return the harmonic vibrations of a crystal.

    Parameters
    ----------
    phonons
        Phonopy object of cell and supercell.
    dataset
        Displacements as phonopy generated them.
    forces
        Forces of every displaced supercell, each (atoms, 3), eV/Å.
    rest
        Forces of the supercell with every atom at rest, (atoms, 3), eV/Å; they are subtracted.
    distance
        Displacement, Å, for the record.
    mesh_length
        Length (Å) that sets phonopy's mesh of wave vectors: about that length over the lattice
        parameter along each axis.
    temperatures
        Temperatures of the tables, K, ascending.

    Returns
    -------
    Phonons
        Sums over the modes that are not imaginary; the acoustic modes at Gamma are omitted.

    Raises
    ------
    ValueError
        If forces are missing for a displacement.
    """
    moved = dataset["first_atoms"]
    if len(forces) != len(moved):
        raise ValueError(f"forces of {len(forces)} supercells for {len(moved)} displacements")
    at_rest = np.asarray(rest, dtype=float)
    phonons.dataset = cast("Any", dataset)  # it went through JSON
    phonons.forces = np.array([np.asarray(item, dtype=float) - at_rest for item in forces])
    phonons.produce_force_constants(show_drift=False)
    # Noise breaks the sum rule that a displacement of the whole crystal costs no energy. With the
    # rule enforced, the acoustic modes at Γ are zero, as assumed when they are omitted.
    phonons.symmetrize_force_constants(show_drift=False)
    phonons.run_mesh(mesh_length, is_gamma_center=True)
    phonons.run_thermal_properties(
        temperatures=np.array(temperatures), exclude_gamma_acoustic=True
    )
    mesh: Any = phonons.mesh
    thermal: Any = phonons.thermal_properties
    frequencies, weights = mesh.frequencies, mesh.weights
    atoms = len(phonons.primitive)
    first, second, third = (int(n) for n in mesh.mesh_numbers)
    imaginary = ((frequencies < IMAGINARY).sum(axis=1) * weights).sum() / (
        weights.sum() * frequencies.shape[1]
    )
    return Phonons(
        repeats=_repeats(phonons.supercell_matrix),
        supercell_atoms=len(phonons.supercell),
        n_displacements=len(moved),
        distance=distance,
        mesh=(first, second, third),
        residual_force=float(np.linalg.norm(at_rest, axis=1).max()),
        lowest_frequency=float(frequencies.min()),
        imaginary_share=float(imaginary),
        zero_point_energy=float(thermal.zero_point_energy) * KJ_PER_MOL / atoms,
        temperatures=list(temperatures),
        free_energies=(thermal.free_energy * KJ_PER_MOL / atoms).tolist(),
        entropies=(thermal.entropy / _J_PER_KJ * KJ_PER_MOL / atoms).tolist(),
        density=_density(frequencies, weights, atoms),
    )


def _density(frequencies: FloatArray, weights: IntArray, atoms: int) -> PhononDensity:
    low, high = min(0.0, float(frequencies.min())), float(frequencies.max())
    counts, edges = np.histogram(
        frequencies,
        bins=200,
        range=(low, 1.02 * high),
        weights=np.repeat(weights[:, None], frequencies.shape[1], axis=1),
    )
    states = counts / (weights.sum() * atoms * np.diff(edges))
    return PhononDensity(
        frequencies=((edges[1:] + edges[:-1]) / 2).tolist(), states=states.tolist()
    )


def _repeats(columns: IntArray) -> Supercell:
    """Return the supercell of phonopy's matrix, whose columns are its vectors."""
    first, second, third = ((int(x), int(y), int(z)) for x, y, z in np.asarray(columns).T)
    if np.count_nonzero(columns) == np.count_nonzero(np.diag(columns)):
        return first[0], second[1], third[2]
    return first, second, third


def with_repeats(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of schema version 1 as one of version 2, which allows matrices, too."""
    return document


def summarise_phonons(
    phonons: Phonons,
    cell: Structure,
    relaxed: Calculation,
    *,
    force_limit: float,
    provenance: Provenance,
    remarks: Sequence[str] = (),
    start_volume: float | None = None,
) -> PhononResult:
    """Return the result of a phonon campaign.

    Parameters
    ----------
    phonons
        The vibrations, with 300 K among their temperatures.
    cell
        Primitive cell of the crystal.
    relaxed
        Its relaxation.
    force_limit
        Largest force before atoms are displaced, eV/Å.
    provenance
        Provenance of the result.
    remarks
        On the cell; they are kept in the result.
    start_volume
        Volume before the relaxation, Å³; None if it is unknown.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    at_room = phonons.temperatures.index(ROOM_TEMPERATURE)
    warnings = list(remarks)
    if not phonons.stable:
        warnings.append(
            f"{100 * phonons.imaginary_share:.1f} % of the modes are imaginary, the lowest at "
            f"{phonons.lowest_frequency:.2f} THz: the crystal is not a minimum in this cell, and "
            "its free energy omits them; follow the mode in a larger cell, or do not rely on the "
            "free energy"
        )
    warnings += frequency_doubts(max(phonons.density.frequencies))
    warnings += relaxation_doubts(relaxed, "the relaxed crystal")
    if start_volume is not None:
        volume = relaxed.structure.volume
        warnings += volume_doubts("the relaxed crystal", volume, start_volume, of="its start")
    return PhononResult(
        formula=reduced_formula(cell.composition),
        converged=relaxed.converged,
        criterion=f"largest force below {force_limit:g} eV/Å before atoms are displaced, reached "
        f"{relaxed.max_force or 0:.3f}",
        provenance=provenance,
        warnings=warnings,
        energy_per_atom=relaxed.energy_per_atom,
        spacegroup=SpacegroupAnalyzer(cell).get_space_group_symbol(),
        n_atoms=len(cell),
        n_displacements=phonons.n_displacements,
        supercell_atoms=phonons.supercell_atoms,
        lowest_frequency=phonons.lowest_frequency,
        imaginary_share=phonons.imaginary_share,
        zero_point_energy=phonons.zero_point_energy,
        free_energy_300=phonons.free_energies[at_room],
        entropy_300=phonons.entropies[at_room] * J_PER_MOL_PER_EV,
        structure=cell,
        phonons=phonons,
    )


COMPARED_TEMPERATURES = (300.0, 600.0, 900.0)
"""Temperatures (K) at which free energies and entropies of several engines are compared."""


def temperature_label(temperature: float) -> str:
    """Return the subject of an observable at a temperature."""
    return f"{temperature:g} K"


def observables(result: PhononResult) -> list[Observable]:
    """Return the numbers that are compared between engines.

    Returns
    -------
    list of Observable
        Volume (Å³/atom), lowest frequency (THz), zero-point energy (eV/atom), and vibrational
        free energy (eV/atom) and entropy (J/K per mole of atoms) at several temperatures.
    """
    found, crystal = result.phonons, "the crystal"
    compared = [
        Observable("volume", crystal, "Å³/atom", result.structure.volume / result.n_atoms),
        Observable("lowest frequency", crystal, "THz", result.lowest_frequency),
        Observable("zero-point energy", crystal, "eV/atom", result.zero_point_energy),
    ]
    for temperature in COMPARED_TEMPERATURES:
        label, place = temperature_label(temperature), found.temperatures.index(temperature)
        entropy = found.entropies[place] * J_PER_MOL_PER_EV
        compared += [
            Observable("free energy", label, "eV/atom", found.free_energies[place]),
            Observable("entropy", label, "J/K per mole of atoms", entropy),
        ]
    return compared
