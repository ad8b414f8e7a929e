"""Size of a calculation from the settings and the structure: bands, k-points and spins."""

# ASE's functions carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Mapping

from ase.calculators.calculator import kpts2sizeandoffsets
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.engines.gpaw.memory import Size, bands
from liponflow.inputs.gpaw.settings import GpawSettings

_NOBLE = (2, 10, 18, 36, 54, 86)

_SYMPREC = 1e-4
"""Precision of the symmetry (Å); GPAW's own is of this order."""


def calculation_size(
    settings: GpawSettings, structure: Structure, electrons: Mapping[str, float] | None
) -> Size:
    """Return the size of a calculation.

    Parameters
    ----------
    settings
        Settings of GPAW.
    structure
        Structure to compute.
    electrons
        Valence electrons by element; None if GPAW cannot be asked, for those outside the noble-gas
        shells.

    Notes
    -----
    GPAW finds only symmetries without a translation, so it may compute more k-points.
    """
    known = {**(electrons or {}), "Li": float(settings.li_electrons)}
    elements = [site.specie for site in structure]
    valence = sum(known.get(e.symbol, float(_outer(e.Z))) for e in elements)
    starting = moments(settings, structure)
    return Size(
        atoms=len(structure),
        volume=structure.volume,
        ecut=settings.ecut,
        bands=bands(valence, abs(sum(starting))),
        kpoints=irreducible_kpoints(settings, structure),
        spins=2 if any(starting) else 1,
    )


def moments(settings: GpawSettings, structure: Structure) -> list[float]:
    """Return the starting moment of every atom, µB; all zero without spin."""
    if not settings.spin:
        return [0.0] * len(structure)
    given = [float(value or 0) for value in structure.site_properties.get("magmom", [])]
    if any(given):
        return given
    return [settings.magmoms.get(site.specie.symbol, 0.0) for site in structure]


def irreducible_kpoints(settings: GpawSettings, structure: Structure) -> int:
    """Return the number of irreducible k-points."""
    if isinstance(settings.kpts, float):
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        mesh, _ = kpts2sizeandoffsets(density=settings.kpts, even=True, atoms=atoms)
    else:
        mesh = settings.kpts
    first, second, third = (int(number) for number in mesh)
    # A mesh of Monkhorst and Pack with an even number of divisions avoids Γ.
    shift = [0.0 if settings.gamma or number % 2 else 1.0 for number in (first, second, third)]
    bare = Structure(
        structure.lattice, [s.specie.symbol for s in structure], structure.frac_coords
    )
    found = SpacegroupAnalyzer(bare, symprec=_SYMPREC)
    return len(
        found.get_ir_reciprocal_mesh((first, second, third), (shift[0], shift[1], shift[2]))
    )


def _outer(number: int) -> int:
    """Return the electrons outside the noble-gas shells.

    Examples
    --------
    >>> [_outer(number) for number in (1, 3, 8, 25)]
    [1, 1, 6, 7]
    """
    return number - max((noble for noble in _NOBLE if noble < number), default=0)
