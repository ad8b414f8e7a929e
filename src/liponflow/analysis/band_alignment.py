"""Energy bands of a cathode, an electrolyte and a metal, and the voltage that they add up to.

The Fermi levels of cathode and anode differ by e times the voltage. On the way from one to the
other, an electron passes offsets at the interfaces and bendings within the phases. Ions are in
equilibrium in the whole cell, so that their chemical potentials differ by the electrostatic part
of this way, which is the bendings and dipoles: the ionic share of the voltage. The rest is the
difference of the chemical potentials of the electron (Schwöbel 2016).
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Provenance, Result
from liponflow.document import Document

_LIMIT = 0.1
"""Difference from a measured voltage (V) above which a warning is due: our choice, twice the
error of an energy by photoelectron spectroscopy."""


class Term(Document):
    """One step of the energy of an electron on its way from cathode to anode."""

    name: Annotated[str, Column(heading="term", wraps=True)] = Field(description="What it is.")
    energy: Annotated[
        float, Quantity("eV", heading="energy", fmt="+.2f", label="contribution to the voltage")
    ] = Field(description="Step of the energy, which adds to the voltage.")
    electrostatic: Annotated[float, Quantity("eV", heading="of ions", fmt="+.2f")] = Field(
        description="Its electrostatic part, which is the ionic contribution to the voltage."
    )


class Level(Document):
    """Energies at a place of the cell, above the Fermi level of the cathode."""

    place: Annotated[str, Column(heading="place", wraps=True)] = Field(description="Place.")
    valence: Annotated[float | None, Quantity("eV", heading="valence band", fmt="+.2f")] = Field(
        description="Valence band maximum; null in a metal."
    )
    fermi: Annotated[float | None, Quantity("eV", heading="Fermi level", fmt="+.2f")] = Field(
        description="Fermi level; null in the electrolyte, which conducts no electrons."
    )


class BandAlignmentResult(Result):
    """Energy bands of a cell."""

    kind: Literal["band_alignment"] = "band_alignment"
    electrolyte: Annotated[str, Column(heading="electrolyte")] = Field(
        description="Name of the electrolyte."
    )
    anode: Annotated[str, Column(heading="anode")] = Field(description="Formula of the anode.")
    voltage: Annotated[float, Quantity("V", heading="voltage", fmt=".2f")] = Field(
        description="Difference of the Fermi levels."
    )
    measured_voltage: Annotated[
        float | None, Quantity("V", heading="measured voltage", fmt=".2f")
    ] = Field(description="Measured voltage to compare with.")
    ionic: Annotated[float, Quantity("V", heading="of this by ions", fmt=".2f")] = Field(
        description="Contribution of the chemical potential of the ion."
    )
    electronic: Annotated[float, Quantity("V", heading="by electrons", fmt=".2f")] = Field(
        description="Contribution of the chemical potential of the electron."
    )
    ionic_share: Annotated[float, Quantity("%", heading="share of the ions", fmt=".1f")] = Field(
        description="Ionic contribution over the voltage."
    )
    terms: list[Term] = Field(description="Steps from the cathode to the anode, in order.")
    levels: list[Level] = Field(description="Energies from the cathode to the anode, in order.")


def align_bands(
    provenance: Provenance,
    *,
    cathode: str,
    electrolyte: str,
    anode: str,
    cathode_fermi_level: float,
    cathode_bending: float,
    cathode_offset: float,
    cathode_dipole: float,
    inner_bending: float,
    anode_bending: float,
    anode_offset: float,
    anode_dipole: float,
    measured_voltage: float | None,
) -> BandAlignmentResult:
    """Return the bands of a cell and its voltage.

    Parameters
    ----------
    provenance
        What made the result.
    cathode, electrolyte, anode
        Formulas or names.
    cathode_fermi_level
        Fermi level above the valence band maximum in the bulk of the cathode (eV).
    cathode_bending, inner_bending, anode_bending
        Steps of the bands from the cathode to the anode: in the cathode, and in the electrolyte
        before and behind its bulk (eV).
    cathode_offset
        Valence band maximum of the cathode less that of the electrolyte (eV).
    anode_offset
        Fermi level of the anode less the valence band maximum of the electrolyte (eV).
    cathode_dipole, anode_dipole
        Steps of the vacuum level at the interfaces, parts of the offsets (eV).
    measured_voltage
        To compare with (V).
    """
    steps = [
        ("Fermi level to valence band, cathode", -cathode_fermi_level, 0.0),
        ("bending in the cathode", cathode_bending, cathode_bending),
        ("offset at the cathode", -cathode_offset, cathode_dipole),
        ("bending in the electrolyte, at the cathode", inner_bending, inner_bending),
        ("bending in the electrolyte, at the anode", anode_bending, anode_bending),
        ("valence band to Fermi level, anode", anode_offset, anode_dipole),
    ]
    terms = [Term(name=name, energy=step, electrostatic=part) for name, step, part in steps]
    voltage = sum(term.energy for term in terms)
    ionic = sum(term.electrostatic for term in terms)
    if voltage <= 0:
        raise ValueError(
            f"the terms add up to {voltage:.2f} V: the Fermi level of {anode} must lie above that "
            f"of {cathode}; look at the signs of the bendings, which are steps from cathode to "
            "anode, and at the offsets"
        )
    return BandAlignmentResult(
        formula=cathode,
        converged=True,
        criterion="sum of the terms",
        provenance=provenance,
        warnings=list(_warnings(voltage, ionic, measured_voltage)),
        electrolyte=electrolyte,
        anode=anode,
        voltage=voltage,
        measured_voltage=measured_voltage,
        ionic=ionic,
        electronic=voltage - ionic,
        ionic_share=100 * ionic / voltage,
        terms=terms,
        levels=_levels(terms, voltage),
    )


def _levels(terms: Sequence[Term], voltage: float) -> list[Level]:
    """Return the energies at each place between the terms, above the cathode's Fermi level."""
    places = (
        "cathode, bulk",
        "cathode, interface",
        "electrolyte, at the cathode",
        "electrolyte, bulk",
        "electrolyte, at the anode",
    )
    levels, energy = [], 0.0
    for place, term in zip(places, terms, strict=False):
        energy += term.energy
        fermi = 0.0 if place.startswith("cathode") else None
        levels.append(Level(place=place, valence=energy, fermi=fermi))
    return [*levels, Level(place="anode", valence=None, fermi=voltage)]


def _warnings(voltage: float, ionic: float, measured: float | None) -> Iterator[str]:
    if measured is not None and abs(voltage - measured) > _LIMIT:
        yield (
            f"the terms add up to {voltage:.2f} V, and {measured:.2f} V were measured: a term is "
            "missing or has another sign"
        )
    if not 0 <= ionic <= voltage:
        yield (
            f"the bendings and dipoles add up to {ionic:+.2f} V of {voltage:.2f} V: no share of "
            "the ions has this sign or size"
        )
