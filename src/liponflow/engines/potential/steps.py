"""Steps and force limit of a relaxation by ASE, as VASP counts and measures them."""

FORCE_MARGIN = 0.9
"""Fraction of the force limit to which ASE relaxes. It measures forces in the frame of the
starting cell, in which they appear up to 10 % smaller if the cell has changed by that much."""


def ionic_steps(frames: int) -> int:
    """Return the number of structures whose forces were computed, the start among them.

    Parameters
    ----------
    frames
        Frames of the trajectory in atomate2's document (``n_steps``). Its relaxer writes the last
        structure of a relaxation twice; a static calculation has one frame.
    """
    return max(1, frames - 1)
