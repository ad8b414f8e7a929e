"""Relaxations and bands with potentials, with another number of steps."""

from dataclasses import replace

from jobflow import Maker

from liponflow.engines.potential.makers import PotentialMaker
from liponflow.engines.potential.neb.maker import BandMaker


def with_max_steps(maker: Maker, max_steps: int) -> Maker | None:
    """Return a Maker with another number of steps; see Engine.with_max_steps.

    Examples
    --------
    >>> from liponflow.analysis.result import EngineInfo
    >>> from liponflow.engines.calculators import CalculatorSpec
    >>> emt = CalculatorSpec("ase.calculators.emt:EMT")
    >>> info = EngineInfo(name="emt", version=None, functional="EMT", surrogate=True)
    >>> with_max_steps(BandMaker(emt, info, max_steps=20), 50).max_steps
    50
    >>> static = PotentialMaker(potential=emt, engine=info, steps=1)
    >>> with_max_steps(static, 50) is None
    True
    """
    if isinstance(maker, BandMaker):
        return replace(maker, max_steps=max_steps)
    if isinstance(maker, PotentialMaker) and maker.steps != 1:
        return replace(maker, steps=max_steps)
    return None
