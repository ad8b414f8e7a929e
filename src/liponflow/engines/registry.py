"""Engines: a name turned into atomate2 Makers, and any engine's output into one summary.

Nothing above this package knows which code computes the energies; every result says which did.
"""

from collections.abc import Mapping
from typing import Any

from atomate2.forcefields.utils import MLFF
from atomate2.vasp.sets.base import VaspInputGenerator

from liponflow.engines.chgnet.weights import VARIANTS
from liponflow.engines.engine import Engine, EngineError
from liponflow.engines.potential.engine import ForceFieldEngine
from liponflow.engines.vasp.engine import VaspEngine
from liponflow.names import nearest


def get_engine(
    name: str,
    *,
    force_limit: float,
    max_steps: int,
    relax_set: VaspInputGenerator,
    static_set: VaspInputGenerator,
    md_incar: Mapping[str, Any] | None = None,
    band_set: VaspInputGenerator | None = None,
    functional: str = "PBE+U",
) -> Engine:
    """Turn an engine's name into the engine.

    Parameters
    ----------
    name
        ``chgnet``, or with other weights ``chgnet-0.2.0`` and ``chgnet-r2scan``; the name of
        another force field of atomate2; or ``vasp``.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    max_steps
        Most ionic steps of a relaxation.
    relax_set, static_set
        Input sets of the topic, for ``vasp``.
    md_incar
        INCAR values of the topic that replace those of atomate2's molecular dynamics.
    band_set
        Input set of the topic's bands (IMAGES, force limit and steps are added); atomate2's by
        default.
    functional
        What these sets compute, for the record.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    EngineError
        If the name is unknown; the nearest is suggested.

    Examples
    --------
    >>> from atomate2.vasp.sets.base import VaspInputGenerator
    >>> unused = VaspInputGenerator()
    >>> options = {"force_limit": 0.05, "max_steps": 1, "relax_set": unused, "static_set": unused}
    >>> get_engine("chgnet", **options).describe().label
    'chgnet 0.3.0 (machine-learned potential, not DFT)'
    >>> get_engine("chgnett", **options)
    Traceback (most recent call last):
    ...
    liponflow.engines.engine.EngineError: unknown engine 'chgnett'; did you mean ...
    """
    check_name(name)
    if name == "vasp":
        return VaspEngine(
            name,
            force_limit,
            max_steps,
            relax_set,
            static_set,
            md_incar or {},
            band_set,
            functional,
        )
    return ForceFieldEngine(name, force_limit, max_steps)


def engine_names() -> list[str]:
    """Names that :func:`get_engine` knows, the default first."""
    others = sorted(
        member.value for member in MLFF if member not in {MLFF.CHGNet, MLFF.Forcefield, MLFF.MACE}
    )
    return ["chgnet", "vasp", *(name for name in VARIANTS if name != "chgnet"), *others]


def check_name(name: str) -> None:
    """Refuse an unknown engine by an EngineError that suggests the nearest."""
    if name not in engine_names():
        raise EngineError(f"unknown engine {name!r}{nearest(name, engine_names())}")
