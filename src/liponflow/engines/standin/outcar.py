"""OUTCAR."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import os
import resource
import time
from datetime import datetime
from pathlib import Path

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.engines.standin.identity import PROGRAM, version_string
from liponflow.engines.standin.incar import Settings
from liponflow.engines.standin.inputs import Inputs
from liponflow.engines.standin.layout import Layout
from liponflow.engines.standin.sentinels import FERMI_LEVEL
from liponflow.engines.standin.step import KILOBAR, Result, Step
from liponflow.engines.standin.text import TextFile, rows
from liponflow.freeformat.incar import shown

_RULE = "-" * 104

_RANKS = {
    Layout.V5: " running on    1 total cores\n",
    Layout.V6: " running    1 mpi-ranks, with    1 threads/rank, on    1 nodes\n",
}


class Outcar(TextFile):
    """Writer of OUTCAR.

    Parsers require some values that a potential without electrons does not have. These are
    sentinels: NBANDS = 0, NPLWV = ******, 0 electrons without a POTCAR, 0.000 in the columns s, p
    and d of the moments (only the column ``tot`` counts), and the Fermi level of
    :mod:`.sentinels`. No other electronic quantity is written.

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
        super().__init__(path)
        self._layout = layout
        self._settings = inputs.settings
        self._electrons = inputs.electrons or 0.0
        self._started = time.perf_counter()
        shared = " each image running on    1 cores\n\n" if inputs.settings.images else ""
        self.put(_title(potential, layout) + shared + _header(inputs, layout))

    def write(self, step: Step, seconds: float) -> None:
        """Write one ionic step, which took this many seconds."""
        result = step.result
        electrons = 1 if step.scf_converged else self._settings.nelm
        text = f"\n{'-' * 39} Iteration {step.number:6d}({electrons:4d})  {'-' * 39}\n\n\n"
        if result.magmoms is not None:
            text += (
                f" number of electron {self._electrons:15.7f}"
                f" magnetization {result.magmoms.sum():15.7f}\n"
            )
        text += f"\n E-fermi : {FERMI_LEVEL:8.4f}\n"
        if self._layout is Layout.V6:
            text += f"\n Fermi energy: {FERMI_LEVEL:20.10f}\n"
        end = "because EDIFF is reached" if step.scf_converged else "EDIFF was not reached"
        text += f"\n{'-' * 24} aborting loop {end} {'-' * 40}\n\n"
        if result.magmoms is not None and self._settings.lorbit:
            text += _moments(result.magmoms)
        text += self._stress(result) if result.stress is not None else ""
        text += _cell(result.configuration.cell)
        text += _forces(result)
        text += _band(step)
        text += _energy(result)
        text += _dynamics(step)
        self.put(text + f"     LOOP+:  cpu time{seconds:10.4f}: real time{seconds:10.4f}\n")

    def note(self, line: str) -> None:
        """Write a separate line."""
        self.put(f"\n {line}\n")

    def finish(self) -> None:
        """Write the accounting at the end of a VASP run."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = os.times()
        self.put(
            "\n General timing and accounting informations for this job:\n "
            + "=" * 56
            + f"\n\n                  Total CPU time used (sec):{cpu.user + cpu.system:13.3f}"
            f"\n                            User time (sec):{cpu.user:13.3f}"
            f"\n                          System time (sec):{cpu.system:13.3f}"
            f"\n                         Elapsed time (sec):"
            f"{time.perf_counter() - self._started:13.3f}\n"
            f"\n                   Maximum memory used (kb):{used.ru_maxrss:12d}."
            "\n                   Average memory used (kb):          N/A\n"
            f"\n                          Minor page faults:{used.ru_minflt:13d}"
            f"\n                          Major page faults:{used.ru_majflt:13d}"
            f"\n                 Voluntary context switches:{used.ru_nvcsw:13d}\n"
        )

    def _stress(self, result: Result) -> str:
        assert result.stress is not None  # noqa: S101 - the caller asked
        kilobars = result.stress[[0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 2, 0]]
        volume = abs(np.linalg.det(result.configuration.cell))
        pressure = kilobars[:3].mean() - self._settings.pstress
        return (
            "  FORCE on cell =-STRESS in cart. coord.  units (eV):\n"
            "  Direction    XX          YY          ZZ          XY          YZ          ZX\n"
            f"  {'-' * 86}\n"
            "  Total  "
            + rows("%12.5f", (kilobars * KILOBAR * volume)[:, np.newaxis])
            + "\n  in kB  "
            + rows("%12.5f", kilobars[:, np.newaxis])
            + f"\n  external pressure = {pressure:11.2f} kB"
            f"  Pullay stress = {self._settings.pstress:11.2f} kB\n\n"
        )


def write_error(path: Path, potential: str, layout: Layout, message: str) -> None:
    """Write an OUTCAR that contains only what made it and the error."""
    file = TextFile(path)
    file.put(f"{_title(potential, layout)}\n {PROGRAM}: ERROR: {message}\n")
    file.close()


def _title(potential: str, layout: Layout) -> str:
    now = datetime.now().astimezone()
    return (
        f" vasp.{version_string(potential)}\n"
        f" {PROGRAM}: this is no VASP calculation; energies, forces, stress and moments are\n"
        f" those of {potential}, and no electrons were computed; layout of VASP {layout}\n"
        f" executed on             stand-in date {now:%Y.%m.%d  %H:%M:%S}\n"
        f"{_RANKS[layout]}\n"
    )


def _header(inputs: Inputs, layout: Layout) -> str:
    settings, mesh = inputs.settings, inputs.mesh
    n_points = len(mesh.points)
    titles = "".join(f" POTCAR:    {species.titel}\n" for species in inputs.species)
    repeated = inputs.computed if layout is Layout.V6 else {}
    echoed = "".join(f"   {tag} = {shown(value)}\n" for tag, value in repeated.items())
    counts = "".join(f"{species.count:6d}" for species in inputs.species)
    masses = "".join(f"{species.mass:7.2f}" for species in inputs.species)
    return (
        f" INCAR:\n{echoed}\n"
        # VASP lists the potentials twice, and ASE relies on it.
        f"{titles}{titles}\n POSCAR: {inputs.comment}\n"
        f"  {'Initial' if inputs.has_velocities else 'No initial'} velocities read in\n\n"
        f"{_chain(settings)}"
        f" KPOINTS: {mesh.comment}\n\n{_RULE}\n\n Dimension of arrays:\n"
        f"   k-points           NKPTS = {n_points:6d}   k-points in BZ     NKDIM = {n_points:6d}"
        "   number of bands    NBANDS=      0\n"
        "   number of dos      NEDOS =      0"
        f"   number of ions     NIONS = {len(inputs.atoms):6d}\n"
        "   total plane-waves  NPLWV = ******\n"
        f"   ions per type =          {counts}\n\n"
        " Startparameter for this run:\n"
        f"   ISPIN  = {settings.ispin:6d}    spin polarized calculation?\n"
        f"   NELM   = {settings.nelm:6d}\n"
        f"   EDIFFG = {_one_digit(settings.ediffg)}   stopping-criterion for IOM\n"
        f"   NSW    = {settings.nsw:6d}    number of steps for IOM\n"
        f"   IBRION = {settings.ibrion:6d}    ionic relax: 0-MD 1-quasi-New 2-CG\n"
        f"   MDALGO = {int(inputs.incar.get('MDALGO', 0)):6d}\n"
        f"   ISIF   = {settings.isif:6d}    stress and relaxation\n"
        f"   POTIM  = {settings.potim:6.4f}    time-step for ionic-motion\n"
        f"   TEBEG  = {settings.tebeg:6.1f};   TEEND  ={settings.teend:6.1f}"
        " temperature during run\n"
        f"   SMASS  = {settings.smass:6.2f}    Nose mass-parameter (am)\n"
        f"   PSTRESS={settings.pstress:7.1f} pullay stress\n"
        f"   POMASS = {masses}\n"
        f"   LORBIT = {settings.lorbit:6d}\n\n{_RULE}\n\n"
        + _cell(inputs.atoms.cell.array)
        + f"\n k-points in reciprocal lattice and weights: {mesh.comment}\n"
        + rows(" %12.8f%12.8f%12.8f %11.3f\n", np.column_stack([mesh.points, mesh.weights]))
        + "\n position of ions in fractional coordinates (direct lattice)\n"
        + rows(" %12.8f%12.8f%12.8f\n", inputs.atoms.get_scaled_positions())
        + f"\n{_RULE}\n\n"
    )


def _chain(settings: Settings) -> str:
    """Return what VTST writes about its settings of a band."""
    if not (settings.images and settings.vtst):
        return ""
    return (
        f" VTST: as {PROGRAM} does it\n\n CHAIN: Read ICHAIN            0\n"
        f" CHAIN: Running the NEB\n NEB:          SPRING {settings.spring:14.6f}\n"
        f" NEB:          LCLIMB      {'T' if settings.climb else 'F'}\n\n"
    )


def _one_digit(value: float) -> str:
    """Return a number as VASP writes EDIFFG, in Fortran's format E7.1.

    Examples
    --------
    >>> _one_digit(-0.03), _one_digit(1e-4)
    ('-.3E-01', '0.1E-03')
    """
    digit, _, exponent = f"{value:.0E}".partition("E")
    sign = "-" if value < 0 else "0"
    power = int(exponent) + (value != 0)
    return f"{sign}.{digit.lstrip('-')}E{power:+03d}"


def _moments(magmoms: FloatArray) -> str:
    ions = np.column_stack([np.arange(1, len(magmoms) + 1), magmoms])
    return (
        "\n magnetization (x)\n\n# of ion       s       p       d       tot\n"
        "------------------------------------------\n"
        + rows("%5d        0.000   0.000   0.000%8.3f\n", ions)
        + "------------------------------------------\n"
        f"tot          0.000   0.000   0.000{magmoms.sum():8.3f}\n\n"
    )


def _cell(cell: FloatArray) -> str:
    reciprocal = np.linalg.inv(cell).T
    lengths = [np.linalg.norm(cell, axis=1), np.linalg.norm(reciprocal, axis=1)]
    return (
        " VOLUME and BASIS-vectors are now :\n "
        + "-" * 77
        + f"\n  volume of cell :  {abs(np.linalg.det(cell)):11.2f}\n"
        "      direct lattice vectors                 reciprocal lattice vectors\n"
        + rows("  %13.9f%13.9f%13.9f  %13.9f%13.9f%13.9f\n", np.hstack([cell, reciprocal]))
        + "\n  length of vectors\n"
        + rows("  %13.9f%13.9f%13.9f  %13.9f%13.9f%13.9f\n", np.hstack(lengths)[np.newaxis])
        + "\n"
    )


def _forces(result: Result) -> str:
    where = result.configuration
    table = np.hstack([where.scaled @ where.cell, result.forces])
    rule = f" {'-' * 83}\n"
    return (
        " POSITION                                       TOTAL-FORCE (eV/Angst)\n"
        + rule
        + rows(" %12.5f %12.5f %12.5f    %13.6f %13.6f %13.6f\n", table)
        + rule
        + "    total drift:                         "
        + rows("%14.6f%14.6f%14.6f\n", result.forces.sum(axis=0)[np.newaxis])
        + f"\n{_RULE}\n\n"
    )


def _band(step: Step) -> str:
    """Return the forces of a band in the format of VTST or of VASP alone."""
    band = step.band
    if band is None:
        return ""
    if band.vtst:
        sizes = np.linalg.norm(band.total, axis=1)
        return (
            f" NEB: projections on to tangent (spring, REAL) {band.spring:12.6f}"
            f"{band.tangential:12.6f}\n"
            f" NEB: distance to prev, next image {band.distances[0]:12.6f}"
            f"{band.distances[1]:12.6f}\n"
            f"  FORCES: max atom, RMS {sizes.max():12.6f}{np.sqrt((sizes**2).mean()):12.6f}\n\n"
        )
    rule = f" {'-' * 46}\n"
    return (
        f"  tangential force (eV/A) {band.tangential:16.6f}\n"
        f"  left and right image {band.distances[0]:10.6f}{band.distances[1]:10.6f} A\n"
        f" CHAIN + TOTAL  (eV/Angst)\n{rule}"
        + rows("%13.5f%13.5f%13.5f\n", band.total)
        + f"{rule}\n"
    )


def _energy(result: Result) -> str:
    energy = result.energy
    text = (
        "\n  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)\n"
        "  ---------------------------------------------------\n"
        f"  free  energy   TOTEN  = {energy:18.8f} eV\n\n"
        f"  energy  without entropy={energy:18.8f}  energy(sigma->0) ={energy:18.8f}\n"
    )
    if result.pressure_volume:
        text += (
            f"  enthalpy is  TOTEN    = {energy + result.pressure_volume:18.8f} eV"
            f"   P V= {result.pressure_volume:18.8f}\n"
        )
    return f"{text}\n\n{_RULE}\n\n"


def _dynamics(step: Step) -> str:
    moving = step.dynamics
    if moving is None:
        return ""
    energy = step.result.energy
    total = energy + moving.kinetic + moving.thermostat_potential + moving.thermostat_kinetic
    return (
        "  ENERGY OF THE ELECTRON-ION-THERMOSTAT SYSTEM (eV)\n"
        "  ---------------------------------------------------\n"
        f"% ion-electron   TOTEN  = {energy:16.6f}  see above\n"
        f"  kinetic energy EKIN   = {moving.kinetic:16.6f}\n"
        f"  kin. lattice  EKIN_LAT= {0.0:16.6f}  (temperature {moving.temperature:8.2f} K)\n"
        f"  nose potential ES     = {moving.thermostat_potential:16.6f}\n"
        f"  nose kinetic   EPS    = {moving.thermostat_kinetic:16.6f}\n"
        "  ---------------------------------------------------\n"
        f"  total energy   ETOTAL = {total:16.6f} eV\n\n"
    )
