"""OSZICAR: one line of electrons and one of ions per step."""

from pathlib import Path

from liponflow.engines.standin.identity import PROGRAM
from liponflow.engines.standin.incar import Settings
from liponflow.engines.standin.step import Step
from liponflow.engines.standin.text import TextFile

_HEADER = (
    "       N       E                     dE             d eps       ncg     rms          rms(c)"
)


class Oszicar(TextFile):
    """Writer of OSZICAR.

    Parsers take every line that is not an electronic step for an ionic one, so there can be no
    comment line. The signature is therefore in the header, whose further columns no parser reads,
    and the electronic step is named after the potential instead of an algorithm.

    Parameters
    ----------
    path
        File to replace.
    settings
        Whether moments are written.
    potential
        Name and version of the potential.
    """

    def __init__(self, path: Path, settings: Settings, potential: str) -> None:
        super().__init__(path)
        self._settings = settings
        self._header = f"{_HEADER}   [{PROGRAM}, stand-in for VASP: {potential}]"
        self._label = potential.split(maxsplit=1)[0].upper()
        self._energy: float | None = None

    def write(self, step: Step) -> list[str]:
        """Write one ionic step and return its lines."""
        energy = step.result.energy
        change = energy - (self._energy or 0.0)
        self._energy = energy
        electrons = f"{energy: .12E}   {energy: .5E}    0.00000E+00     0   0.000E+00"
        loops = 1 if step.scf_converged else self._settings.nelm
        lines = [self._header]
        lines += [f"{self._label}:{loop:4d}    {electrons}" for loop in range(1, loops + 1)]
        if step.dynamics is None:
            last = f"{step.number:4d} F= {energy:.8E} E0= {energy:.8E}  d E ={change:.6E}"
        else:
            moving = step.dynamics
            thermostat = moving.thermostat_potential + moving.thermostat_kinetic
            last = (
                f"{step.number:7d} T={moving.temperature:7.1f} "
                f"E= {energy + moving.kinetic + thermostat:.8E} F= {energy:.8E} E0= {energy:.8E}  "
                f"EK= {moving.kinetic:.5E} SP= {moving.thermostat_potential:.2E} "
                f"SK= {moving.thermostat_kinetic:.2E}"
            )
        if step.result.magmoms is not None:
            last += f"  mag= {step.result.magmoms.sum():11.4f}"
        lines.append(last)
        self.put("\n".join(lines) + "\n")
        return lines
