"""Ionic steps of a vasprun.xml, read one at a time: energies, structure, forces and stress.

Every reader of energies in a vasprun.xml uses this one, because the file has three traps. In
molecular dynamics, VASP 5 writes the entropy term in place of the energy without smearing. Steps
of VASP's machine-learned force field may stand outside the element of a calculation. Numbers that
are too long for their columns are asterisks.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import errors

from liponflow.arrays import FloatArray
from liponflow.freeformat.numbers import real, table

_LANGEVIN = 3
"""MDALGO of the Langevin thermostat (VASP wiki, "MDALGO")."""

_TRUE = ("T", ".T")
_DECIMALS = 8
"""Decimals of energies in the file."""

Energies = Mapping[str, float | None]
"""Energies by their names in the file (eV); None where the number did not fit its columns."""


SEVERAL = (
    "several vasprun.xml one behind the other: cut it apart in front of its lines <?xml, and give "
    "the parts"
)
"""Why a file cannot be read, and the remedy."""

_SECOND_DOCUMENT = {
    errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT],
    errors.codes[errors.XML_ERROR_MISPLACED_XML_PI],
}


@dataclass(frozen=True)
class IonicStep:
    """One ionic step."""

    number: int
    """Counted from 1."""
    by_force_field: bool
    """Whether VASP's machine-learned force field computed it, and not DFT."""
    energies: Energies
    """Energies of the step; none where VASP computed no total energy, as in GW."""
    electronic: Energies
    """Energies of its last electronic step."""
    n_electronic: int
    """Number of electronic steps."""
    arrays: Mapping[str, Sequence[str]]
    """Rows of the arrays: basis, positions, and forces and stress where they were computed."""

    @property
    def energy(self) -> float | None:
        """Energy extrapolated to no smearing (eV); None if missing or too long for its columns.

        Its difference from the free energy is that of the last electronic step, because VASP 5
        writes a wrong one after the ions have moved (VASP forum, topic 16942).
        """
        free, extrapolated = self.energies.get("e_fr_energy"), self.energies.get("e_0_energy")
        last_free = self.electronic.get("e_fr_energy")
        last_extrapolated = self.electronic.get("e_0_energy")
        if last_free is None or last_extrapolated is None:
            return extrapolated
        if free is None:
            return None
        return round(free + last_extrapolated - last_free, _DECIMALS)

    @property
    def kinetic(self) -> float | None:
        """Kinetic energy of the ions (eV); None if missing or too long for its columns."""
        return self.energies.get("kinetic")

    @property
    def overflows(self) -> bool:
        """Whether the energy or the kinetic energy is too long for its columns."""
        names = ("e_fr_energy", "kinetic")
        return any(name in self.energies and self.energies[name] is None for name in names)

    @property
    def cell(self) -> FloatArray:
        """Lattice vectors in rows, shape (3, 3) (Å)."""
        return table(self.arrays.get("basis", ()), 3)

    @property
    def positions(self) -> FloatArray:
        """Fractional coordinates, shape (atoms, 3)."""
        return table(self.arrays.get("positions", ()), 3)

    @property
    def forces(self) -> FloatArray | None:
        """Forces, shape (atoms, 3) (eV/Å); None if there are none."""
        return table(self.arrays["forces"], 3) if "forces" in self.arrays else None

    @property
    def stress(self) -> FloatArray | None:
        """Stress tensor, shape (3, 3) (kbar, positive under compression); None if missing."""
        return table(self.arrays["stress"], 3) if "stress" in self.arrays else None


@dataclass
class IonicSteps:
    """Ionic steps of an open vasprun.xml, of which only one is in memory at a time.

    Iterating raises :class:`xml.etree.ElementTree.ParseError` or EOFError where the file breaks
    off, after the complete steps, and ValueError where another vasprun.xml follows in it.

    Parameters
    ----------
    file
        Open vasprun.xml.

    Examples
    --------
    >>> import io
    >>> steps = IonicSteps(io.BytesIO(b'''<modeling><incar><i name="POTIM"> 2.0 </i></incar>
    ... <calculation><energy><i name="e_0_energy"> -9.5 </i><i name="kinetic"> *** </i></energy>
    ... </calculation></modeling>'''))
    >>> [(step.energy, step.kinetic) for step in steps]
    [(-9.5, None)]
    >>> steps.tags["POTIM"]
    '2.0'
    """

    file: IO[bytes]
    tags: dict[str, str] = field(default_factory=dict)
    """Tags with one value, as far as read: those of the INCAR, then those that VASP used."""
    symbols: tuple[str, ...] = ()
    """Symbol of every atom."""
    _free: int | None = None
    """Number of coordinates that may move under selective dynamics."""

    @property
    def force_field(self) -> bool:
        """Whether VASP's machine-learned force field was on, to learn or to predict (ML_LMLFF)."""
        return self.tags.get("ML_LMLFF", "").upper().startswith(_TRUE)

    @property
    def degrees_of_freedom(self) -> int:
        """Degrees of freedom of the kinetic energy, as VASP counts them for its temperatures.

        The centre of mass is at rest, and is left out, unless atoms are held or a Langevin
        thermostat pushes each atom for itself.
        """
        if self._free is not None:
            return self._free
        atoms = len(self.symbols)
        drifts = int(float(self.tags.get("MDALGO") or 0)) == _LANGEVIN
        return 3 * atoms if drifts or atoms == 1 else 3 * (atoms - 1)

    def __iter__(self) -> Iterator[IonicStep]:
        """Yield the complete steps in their order."""
        try:
            yield from self._steps()
        except ET.ParseError as error:
            if error.code in _SECOND_DOCUMENT:
                raise ValueError(SEVERAL) from error
            raise

    def _steps(self) -> Iterator[IonicStep]:
        events = ET.iterparse(self.file, events=("start", "end"))  # noqa: S314 (the user's own file)
        _, root = next(events)
        number = 0
        inside = False
        pending: dict[str, Sequence[str]] = {}
        for event, element in events:
            if event == "start":
                inside = inside or element.tag == "calculation"
            elif element.tag == "calculation":
                number += 1
                inside = False
                yield self._calculation(number, element)
                root.clear()  # emptied elements would accumulate, too
            elif inside:
                if element.tag == "set":  # of a density of states or of eigenvalues
                    element.clear()
            elif element.tag == "structure" and not element.get("name"):
                pending = _arrays(element)
            elif element.tag == "varray" and pending:
                pending |= _rows(element)
            elif element.tag == "energy" and pending:
                number += 1
                yield IonicStep(number, True, _energies(element), {}, 0, pending)  # noqa: FBT003
                pending = {}
                root.clear()
            elif not number:
                self._head(element)

    def _head(self, element: ET.Element) -> None:
        name = element.get("name", "")
        if element.tag == "i":
            self.tags[name.strip()] = (element.text or "").strip()
        elif element.tag == "array" and name == "atoms":
            rows = element.findall("./set/rc")
            self.symbols = tuple((row[0].text or "").strip() for row in rows)
        elif element.tag == "structure" and element.find("varray[@name='selective']") is not None:
            rows = element.findall("varray[@name='selective']/v")
            held = [word for row in rows for word in (row.text or "").split()]
            self._free = sum(word.upper().startswith(_TRUE) for word in held)

    def _calculation(self, number: int, element: ET.Element) -> IonicStep:
        electronic = element.findall("scstep/energy")
        energies = element.find("energy")
        return IonicStep(
            number,
            self.force_field and energies is not None and element.find("scstep") is None,
            {} if energies is None else _energies(energies),
            _energies(electronic[-1]) if electronic else {},
            len(electronic),
            _arrays(element),
        )


def _energies(element: ET.Element) -> dict[str, float | None]:
    return {item.get("name", ""): real(item.text or "nan") for item in element.iterfind("i")}


def _arrays(element: ET.Element) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for path in ("structure/crystal/varray", "structure/varray", "crystal/varray", "varray"):
        for varray in element.iterfind(path):
            found |= _rows(varray)
    return found


def _rows(varray: ET.Element) -> dict[str, Sequence[str]]:
    return {varray.get("name", ""): [row.text or "" for row in varray.iterfind("v")]}
