"""Refusals before GPAW runs: no PAW data, too little memory, an unpaired electron without spin."""

from collections.abc import Mapping

from pymatgen.core.structure import Structure

from liponflow.engines.engine import EngineError
from liponflow.engines.gpaw.datasets import FUNCTIONAL, lithium_setups
from liponflow.engines.gpaw.installation import Gpaw

MEMORY_MARGIN = 1.5
"""Largest ratio of measured memory to :func:`liponflow.engines.gpaw.memory.needed_memory`."""

COMPOUND_SHARE = 0.25
"""Share of atoms that are not metals from which on a gap is expected (our choice).

Below lie metals with dopants and metal-rich alloys such as Li15Si4. The smearing shares their odd
electron between the bands at the Fermi level, as in a cell of one Li atom. Li3N and Li3P are
compounds.
"""

OWN_DATA = ("LDA", "revPBE", "RPBE")
"""Functionals of which GPAW takes PAW data sets of their own, besides PBE."""

_GIB = 2**30


def check_functional(functional: str, gpaw: Gpaw) -> None:
    """Refuse a functional that GPAW cannot compute, or for which there are no PAW data.

    Parameters
    ----------
    functional
        Functional of the calculation.
    gpaw
        GPAW, asked for this functional.

    Raises
    ------
    EngineError
        If it is unknown, needs LibXC, or no element has data for it; the remedies are given.
    """
    if gpaw.unknown is not None:
        libxc = "" if gpaw.libxc else ", which was built without LibXC"
        raise EngineError(
            f"functional={functional} is unknown to GPAW {gpaw.version}{libxc} ({gpaw.unknown}): "
            f"use {FUNCTIONAL} or another of LDA, revPBE and RPBE"
        )
    if not gpaw.electrons:
        folders = ", ".join(gpaw.setup_paths) or "no folder"
        raise EngineError(
            f"functional={functional} needs PAW data of {gpaw.data_of}, and there are none in "
            f"{folders}: use {FUNCTIONAL}, or name a folder that has them in the variable "
            "GPAW_SETUP_PATH (`gpaw dataset` generates them)"
        )


def check_elements(
    structure: Structure, electrons: Mapping[str, float], functional: str = FUNCTIONAL
) -> None:
    """Refuse elements without a PAW data set.

    Parameters
    ----------
    structure
        Structure to compute.
    electrons
        Valence electrons of the elements that have one, by symbol.
    functional
        Functional of the data sets.

    Raises
    ------
    EngineError
        If one has none; the remedies are given.
    """
    lacking = sorted({e.symbol for e in structure.composition.elements} - set(electrons))
    if lacking:
        raise EngineError(
            f"gpaw has no PAW data set of {', '.join(lacking)} for {functional} "
            f"({structure.composition.formula}): name a folder that has one in the variable "
            "GPAW_SETUP_PATH, or use --engine vasp or a potential"
        )


def check_lithium(structure: Structure, electrons: int, functional: str) -> None:
    """Refuse Li with three electrons for functionals with PAW data of their own.

    Parameters
    ----------
    structure
        Structure to compute.
    electrons
        Valence electrons of Li.
    functional
        Functional of the calculation.

    Raises
    ------
    EngineError
        If the generated data set is not for this functional.
    """
    lithium = any(element.symbol == "Li" for element in structure.composition.elements)
    if lithium and lithium_setups(electrons) and functional in OWN_DATA:
        raise EngineError(
            f"li_electrons = {electrons} is for {FUNCTIONAL}, and functional = {functional} has "
            f"PAW data of its own: use li_electrons=1, or functional={FUNCTIONAL}"
        )


def check_parity(structure: Structure, *, polarised: bool) -> None:
    """Refuse an odd number of electrons without spin where a gap is expected.

    Its highest band would be half filled: a metal, where there is a radical or a magnetic ion.

    Parameters
    ----------
    structure
        Structure to compute, neutral.
    polarised
        Whether it is computed with spin.

    Raises
    ------
    EngineError
        If the number is odd; the remedies are given.
    """
    elements = [site.specie for site in structure]
    odd = sum(element.Z for element in elements) % 2 == 1
    share = sum(not element.is_metal for element in elements) / len(elements)
    if odd and not polarised and share >= COMPOUND_SHARE:
        # The spin is on a metal with an open d shell, if there is one, or on an anion.
        likely = max(elements, key=lambda element: (element.is_transition_metal, element.X))
        raise EngineError(
            f"{structure.composition.formula} has an odd number of electrons, and gpaw would "
            "compute it without spin: give starting moments, for instance --engine-set "
            f"""'magmoms={{"{likely.symbol}": 1}}' with spin=true, or a cell with an even number"""
        )


def check_memory(needed: float, available: float, what: str) -> None:
    """Refuse a calculation for which the memory is too small.

    Parameters
    ----------
    needed
        Estimated memory of the calculation, bytes.
    available
        Memory that the machine has left, bytes.
    what
        Size of the calculation, for the message.

    Raises
    ------
    EngineError
        If it is too small; both numbers and the remedies are given.
    """
    most = needed * MEMORY_MARGIN
    if most > available:
        raise EngineError(
            f"{what} takes up to {most / _GIB:.1f} GiB in gpaw, and this machine has "
            f"{available / _GIB:.1f} GiB left: take a smaller cell, a lower ecut or fewer "
            "k-points (--engine-set), or a machine with more memory"
        )
