"""Relaxations and bands of VASP, with another number of steps."""

from dataclasses import replace

from atomate2.vasp.jobs.core import RelaxMaker
from atomate2.vasp.jobs.neb import NebFromImagesMaker
from jobflow import Maker

from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.inputs.vasp.generator import with_incar
from liponflow.inputs.vasp.ionic import step_limit


def with_max_steps(maker: Maker, max_steps: int) -> Maker | None:
    """Return a Maker with another number of steps; see Engine.with_max_steps.

    Examples
    --------
    >>> from atomate2.vasp.jobs.core import StaticMaker
    >>> relax = with_max_steps(RelaxMaker(), 50)
    >>> relax.input_set_generator.user_incar_settings
    {'NSW': 50}
    >>> with_max_steps(StaticMaker(), 50) is None
    True
    """
    limit = step_limit(max_steps)
    if isinstance(maker, VaspNEBMaker):
        # Its band set, too: the Maker of the band is then the one that a band made before gets.
        given = maker.band_set
        band_set = None if given is None else with_incar(given, limit)
        return replace(maker, max_steps=max_steps, band_set=band_set)
    if isinstance(maker, RelaxMaker | NebFromImagesMaker):
        generator = with_incar(maker.input_set_generator, limit)
        return replace(maker, input_set_generator=generator)
    return None
