"""VASP's machine-learned force field: whether it computed steps of a run, and its label."""

import xml.etree.ElementTree as ET
from pathlib import Path

from liponflow.analysis.result import EngineInfo
from liponflow.decompression import open_bytes
from liponflow.freeformat.ionic_steps import IonicSteps


def force_field_engine(version: str, functional: str | None = None) -> EngineInfo:
    """Return the description of VASP's force field, which is a surrogate of DFT.

    Parameters
    ----------
    version
        Version of VASP.
    functional
        Functional of the training data, if known.

    Examples
    --------
    >>> force_field_engine("6.4.3").label
    'vasp MLFF 6.4.3 (machine-learned force field, not DFT)'
    """
    return EngineInfo(
        name="vasp MLFF",
        version=version,
        functional=functional,
        method="machine-learned force field",
        surrogate=True,
    )


def has_force_field_steps(path: Path) -> bool:
    """Return whether the force field computed a step of a vasprun.xml.

    Parameters
    ----------
    path
        A vasprun.xml, compressed or not. It is read up to the first such step, or to the first
        step of any kind if the force field was off.
    """
    with open_bytes(path) as file:
        steps = IonicSteps(file)
        try:
            for step in steps:
                if step.by_force_field or not steps.force_field:
                    return step.by_force_field
        except (ET.ParseError, EOFError):  # the complete steps count
            pass
    return False
