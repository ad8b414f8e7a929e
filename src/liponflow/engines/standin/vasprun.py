"""vasprun.xml: no density of states, and sentinels for eigenvalues."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from liponflow.engines.standin.identity import PROGRAM, version_string
from liponflow.engines.standin.inputs import Inputs
from liponflow.engines.standin.layout import Layout
from liponflow.engines.standin.sentinels import BAND_EDGE
from liponflow.engines.standin.step import Configuration, Step
from liponflow.engines.standin.text import TextFile, rows

_ROW = "    <v> %15.8f %15.8f %15.8f </v>\n"

_FUNCTIONAL = {
    "GGA": "PE",
    "LHFCALC": False,
    "LDAU": False,
    "LUSE_VDW": False,
    "AEXX": 0.0,
    "HFSCREEN": 0.0,
}
"""Functional of the training data, for pymatgen's run type; tags of the INCAR replace it."""

_UNKNOWN_TO_5 = frozenset({"ICHAIN", "IMAGES", "IOPT", "LCLIMB", "SPRING"})
"""Tags of bands that VASP 5.4.4 leaves out."""


class Vasprun(TextFile):
    """Writer of vasprun.xml.

    Parameters
    ----------
    path
        File to replace.
    inputs
        Inputs of the run.
    potential
        Name and version of the potential.
    layout
        Version of VASP whose file is written.
    """

    def __init__(self, path: Path, inputs: Inputs, potential: str, layout: Layout) -> None:
        super().__init__(path, encoding="iso-8859-1")
        self._layout = layout
        self._movable = inputs.movable
        self._nelm = inputs.settings.nelm
        self._n_points = len(inputs.mesh.points)
        start = Configuration(inputs.atoms.cell.array, inputs.atoms.get_scaled_positions())
        self.put(
            '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n'
            + _generator(potential, layout)
            # emmet needs IBRION where there is no band structure.
            + _tags("incar", {"IBRION": inputs.settings.ibrion, **_recorded(inputs, layout)})
            + _mesh(inputs)
            + _tags("parameters", _parameters(inputs, layout))
            + _atoms(inputs)
            + self._structure(start, ' name="initialpos"')
        )

    def write(self, step: Step, seconds: float) -> None:
        """Write one ionic step, which took this many seconds."""
        result = step.result
        arrays = _array("forces", result.forces)
        if result.stress is not None:
            arrays += _array("stress", result.stress)
        energies = _energies(result.energy + result.pressure_volume)
        if self._layout is Layout.V5:
            # The entropy term under this name, and what it names under e_wo_entrp.
            energies["e_0_energy"] = 0.0
        if step.dynamics is not None:
            moving = step.dynamics
            total = result.energy + moving.kinetic
            total += moving.thermostat_potential + moving.thermostat_kinetic
            energies |= {
                "kinetic": moving.kinetic,
                "lattice kinetic": 0.0,
                "nosepot": moving.thermostat_potential,
                "nosekinetic": moving.thermostat_kinetic,
                "total": total,
            }
        time = f'  <time name="total">{seconds:9.2f}{seconds:9.2f}</time>\n'
        electrons = f"  <scstep>\n{time}{_energy_block(_energies(result.energy))}  </scstep>\n"
        self.put(
            " <calculation>\n"
            + electrons * (1 if step.scf_converged else self._nelm)
            + self._structure(result.configuration, "")
            + arrays
            + _energy_block(energies)
            + time.replace("total", "totalsc")
            + " </calculation>\n"
        )

    def finish(self, where: Configuration) -> None:
        """Write the sentinels of the eigenvalues, the last configuration and the end.

        The eigenvalues are outside the last step, where pymatgen finds them. ASE does not, and
        does not need them.
        """
        self.put(
            _eigenvalues(self._n_points)
            + self._structure(where, ' name="finalpos"')
            + "</modeling>\n"
        )

    def _structure(self, where: Configuration, name: str) -> str:
        selective = ""
        if self._movable is not None:
            flags = np.where(self._movable, "T", "F")
            lines = "".join(f'    <v type="logical" > {"  ".join(row)} </v>\n' for row in flags)
            selective = f'   <varray type="logical" name="selective" >\n{lines}   </varray>\n'
        return (
            f"  <structure{name} >\n   <crystal>\n"
            + _array("basis", where.cell)
            + f'    <i name="volume">{abs(np.linalg.det(where.cell)):20.8f} </i>\n'
            + _array("rec_basis", np.linalg.inv(where.cell).T)
            + "   </crystal>\n"
            + _array("positions", where.scaled)
            + selective
            + "  </structure>\n"
        )


def _generator(potential: str, layout: Layout) -> str:
    now = datetime.now().astimezone()
    fields = {
        "program": PROGRAM,
        "version": version_string(potential),
        "subversion": f"stand-in for VASP, computed by {potential}; layout of VASP {layout}",
        "platform": "stand-in",
        "date": f"{now:%Y %m %d}",
        "time": f"{now:%H:%M:%S}",
    }
    lines = (f'  <i name="{key}" type="string">{value} </i>\n' for key, value in fields.items())
    return " <generator>\n" + "".join(lines) + " </generator>\n"


def _recorded(inputs: Inputs, layout: Layout) -> dict[str, Any]:
    """Return the tags of the INCAR that VASP writes to the file."""
    left_out = _UNKNOWN_TO_5 if layout is Layout.V5 else ()
    return {tag: value for tag, value in inputs.computed.items() if tag not in left_out}


def _parameters(inputs: Inputs, layout: Layout) -> dict[str, Any]:
    """Return every tag of the INCAR, and the defaults that parsers need."""
    settings = inputs.settings
    parameters: dict[str, Any] = _FUNCTIONAL | {
        "SYSTEM": "unknown system",
        "NELM": settings.nelm,
        "LORBIT": settings.lorbit,
        "TEEND": settings.teend,
        "SMASS": settings.smass,
        "MDALGO": 0,
    }
    if inputs.electrons is not None:
        parameters["NELECT"] = inputs.electrons
    parameters |= _recorded(inputs, layout)
    return parameters | {
        "ISPIN": settings.ispin,
        "NSW": settings.nsw,
        "IBRION": settings.ibrion,
        "ISIF": settings.isif,
        "EDIFFG": settings.ediffg,
        "POTIM": settings.potim,
        "PSTRESS": settings.pstress,
        "TEBEG": settings.tebeg,
    }


def _tags(block: str, tags: dict[str, Any]) -> str:
    return (
        f" <{block}>\n"
        + "".join(_tag(key, value) for key, value in tags.items())
        + f" </{block}>\n"
    )


def _tag(name: str, value: Any) -> str:
    """Write one tag with its type; floats carry none."""
    element = "v" if isinstance(value, list) else "i"
    values = value if isinstance(value, list) else [value]
    if all(isinstance(item, bool) for item in values):
        kind, texts = "logical", ["T" if item else "F" for item in values]
    elif all(isinstance(item, int) for item in values):
        kind, texts = "int", [str(item) for item in values]
    elif all(isinstance(item, int | float) for item in values):
        kind, texts = "", [f"{item:.10G}" for item in values]
    else:
        kind, texts = "string", [escape(str(item)) for item in values]
    typed = f'type="{kind}" ' if kind else ""
    return f'  <{element} {typed}name="{name}">{" ".join(texts)}</{element}>\n'


def _mesh(inputs: Inputs) -> str:
    mesh = inputs.mesh
    generation = ""
    if mesh.divisions is not None:
        divisions = " ".join(map(str, mesh.divisions))
        shift = " ".join(f"{value:.8f}" for value in mesh.shift)
        generation = (
            f'  <generation param="{mesh.style}">\n'
            f'   <v type="int" name="divisions"> {divisions} </v>\n'
            f'   <v name="usershift"> {shift} </v>\n'
            "  </generation>\n"
        )
    return (
        " <kpoints>\n"
        + generation
        + _array("kpointlist", mesh.points)
        + '  <varray name="weights" >\n'
        + rows("    <v> %15.8f </v>\n", mesh.weights)
        + "  </varray>\n </kpoints>\n"
    )


def _atoms(inputs: Inputs) -> str:
    ions = "".join(
        f"    <rc><c>{species.symbol:2s}</c><c>{kind:4d}</c></rc>\n" * species.count
        for kind, species in enumerate(inputs.species, start=1)
    )
    types = "".join(
        f"    <rc><c>{species.count:4d}</c><c>{species.symbol:2s}</c><c>{species.mass:16.8f}</c>"
        # 0: unknown, as a POTCAR.spec does not contain it.
        f"<c>{species.valence or 0.0:16.8f}</c><c>  {species.titel:38s}</c></rc>\n"
        for species in inputs.species
    )
    return (
        f" <atominfo>\n  <atoms>{len(inputs.atoms):8d} </atoms>\n"
        f"  <types>{len(inputs.species):8d} </types>\n"
        '  <array name="atoms" >\n   <dimension dim="1">ion</dimension>\n'
        '   <field type="string">element</field>\n   <field type="int">atomtype</field>\n'
        f"   <set>\n{ions}   </set>\n  </array>\n"
        '  <array name="atomtypes" >\n   <dimension dim="1">type</dimension>\n'
        '   <field type="int">atomspertype</field>\n   <field type="string">element</field>\n'
        "   <field>mass</field>\n   <field>valence</field>\n"
        '   <field type="string">pseudopotential</field>\n'
        f"   <set>\n{types}   </set>\n  </array>\n </atominfo>\n"
    )


def _array(name: str, values: NDArray[np.floating[Any]]) -> str:
    return f'   <varray name="{name}" >\n{rows(_ROW, values)}   </varray>\n'


def _eigenvalues(n_points: int) -> str:
    bands = f"<r> {-BAND_EDGE:9.4f} 1.0000 </r><r> {BAND_EDGE:9.4f} 0.0000 </r>"
    points = "".join(
        f'     <set comment="kpoint {number}">{bands}</set>\n' for number in range(1, n_points + 1)
    )
    return (
        "  <eigenvalues>\n   <array>\n"
        '    <dimension dim="1">band</dimension>\n'
        '    <dimension dim="2">kpoint</dimension>\n'
        '    <dimension dim="3">spin</dimension>\n'
        "    <field>eigene</field>\n    <field>occ</field>\n"
        f'    <set><set comment="spin 1">\n{points}    </set></set>\n'
        "   </array>\n  </eigenvalues>\n"
    )


def _energies(energy: float) -> dict[str, float]:
    """Return VASP's three energies, equal here: without electrons there is no entropy."""
    return {"e_fr_energy": energy, "e_wo_entrp": energy, "e_0_energy": energy}


def _energy_block(energies: dict[str, float]) -> str:
    lines = "".join(f'   <i name="{key}">{value:20.8f} </i>\n' for key, value in energies.items())
    return f"  <energy>\n{lines}  </energy>\n"
