"""The text of ``feff.inp``, which FEFF9 and FEFF10 read alike.

pymatgen's ``MPELNESSet`` writes it too, but has another value for nearly every card, and counts of
atoms in the cluster where FEFF expects the ratio of the formula.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.edges import Edge

EXCHANGES = {"Hedin-Lundqvist": 0, "Dirac-Hara": 1, "ground state": 2}
"""First number of the card EXCHANGE."""

MESH = (50, 1)
"""Radial and angular points of the integration over the scattering angles; one angular point
serves in the dipole limit of a round aperture (FEFF's manual, ELNES)."""

LONGEST_TITLE = 70
"""Characters of a title that all versions keep."""


class InputPotential(Protocol):
    """What the card POTENTIALS states of a potential."""

    @property
    def element(self) -> str:
        """Symbol."""

    @property
    def stoichiometry(self) -> float:
        """Its atoms in the formula."""


class InputCluster(Protocol):
    """What FEFF reads of a cluster (:class:`liponflow.structures.eels.cluster.Cluster`)."""

    @property
    def potentials(self) -> Sequence[InputPotential]:
        """Potentials, the absorber's first."""

    @property
    def coords(self) -> FloatArray:
        """Positions relative to the absorber (Å), shape (atoms, 3)."""

    @property
    def numbers(self) -> IntArray:
        """Index of each atom's potential, shape (atoms,)."""


def feff_input(
    cluster: InputCluster, cards: SpectrumCards, edge: Edge, heading: Iterable[str] = ()
) -> str:
    """Return the text of ``feff.inp`` for the spectrum of an absorber.

    Parameters
    ----------
    cluster
        Atoms round the absorber, and their potentials.
    cards
        What FEFF is asked to compute.
    edge
        Edge of the absorber: K, L1, L2 or L3.
    heading
        Lines that FEFF repeats in its outputs (:func:`titles`).

    Raises
    ------
    ValueError
        If the absorber is of another element than the edge, or the edge is the sum of two runs.

    Notes
    -----
    The lines below ELNES are: energy of the beam, average over orientations, no cross terms,
    relativistic; collection and convergence angle; points of the integration; position of the
    detector. The -1 in POTENTIALS is FEFF's own choice of the highest angular
    momentum.
    """
    absorber = cluster.potentials[0].element
    if edge.element != absorber:
        raise ValueError(f"the absorber is {absorber}, which has no edge {edge}")
    if len(edge.runs) > 1:
        runs = " and ".join(map(str, edge.runs))
        raise ValueError(f"FEFF takes {edge} for {edge.runs[0]}: run {runs}, and add them")
    lines = [
        *(f"TITLE {_ascii(line)[:LONGEST_TITLE]}" for line in heading),
        "",
        *(f"{name} {values}" for name, values in card_values(cards, edge).items()),
        "",
        "POTENTIALS",
        "* ipot Z tag lmax1 lmax2 xnatph",
        *_potentials(cluster.potentials),
        "",
        "ATOMS",
        "* x y z ipot tag distance",
        *_atoms(cluster),
        "END",
    ]
    return "\n".join(lines).lstrip("\n") + "\n"


def titles(structure: Structure, site: int, edge: Edge) -> tuple[str, ...]:
    """Return the lines that FEFF repeats in its outputs: material, absorber and writer."""
    formula = reduced_formula(structure.composition)
    return f"{formula}, site {site} counted from 0, {edge}", f"liponflow {__version__}"


def card_values(cards: SpectrumCards, edge: Edge) -> dict[str, str]:
    """Return the values of every card but POTENTIALS and ATOMS, by its name.

    Lines below a card follow it after a line break.

    Examples
    --------
    >>> from liponflow.inputs.eels import EELSParameters
    >>> from liponflow.inputs.presets import load_parameters
    >>> cards = load_parameters(EELSParameters, "eels", "paper").cards
    >>> card_values(cards, Edge("Li", "K"))["SCF"]
    '5 0 100 0.2 1'
    """
    averaged, cross, relativistic = 1, 0, 1
    radial, angular = MESH
    return {
        # All stages, and the spectrum beside FEFF's usual outputs
        "CONTROL": "1 1 1 1 1 1",
        "PRINT": "1 0 0 0 0 0",
        "EDGE": edge.shell,
        "COREHOLE": cards.core_hole,
        "S02": f"{cards.s02}",
        # FEFF10's reader crashes without the two shifts
        "EXCHANGE": f"{EXCHANGES[cards.exchange]} 0.0 0.0",
        "SCF": f"{cards.scf_radius:g} 0 {cards.scf_iterations} {cards.scf_acceleration:g} 1",
        "FMS": f"{cards.fms_radius:g}",
        "ELNES": "\n".join(
            (
                f"{cards.xkmax:g} {cards.xkstep:g} {cards.estep:g}",
                f"{cards.beam_energy:g} {averaged} {cross} {relativistic}",
                f"{cards.collection_angle:g} {cards.convergence_angle:g}",
                f"{radial} {angular}",
                "0.0 0.0",
            )
        ),
    }


def _potentials(potentials: Sequence[InputPotential]) -> Iterable[str]:
    for number, item in enumerate(potentials):
        yield (
            f"{number:3d} {Element(item.element).Z:3d} {item.element:2s} -1 -1 "
            f"{item.stoichiometry:g}"
        )


def _atoms(cluster: InputCluster) -> Iterable[str]:
    for number, place in zip(cluster.numbers, cluster.coords, strict=True):
        x, y, z = (round(float(value), 5) + 0.0 for value in place)  # no -0.00000
        distance = float((place @ place) ** 0.5)
        symbol = cluster.potentials[number].element
        yield f"{x:11.5f} {y:11.5f} {z:11.5f} {number:3d} {symbol:2s} {distance:9.5f}"


def _ascii(text: str) -> str:
    """Return a text as FEFF's Fortran reads it."""
    return " ".join(text.replace("Å", "A").encode("ascii", "replace").decode().split())
