"""Ionic steps of a relaxation with a potential, as VASP counts them."""


def ionic_steps(frames: int) -> int:
    """Return the number of structures whose forces were computed, the start among them.

    Parameters
    ----------
    frames
        Frames of the trajectory in atomate2's document (``n_steps``). Its relaxer writes the last
        structure of a relaxation twice; a static calculation has one frame.
    """
    return max(1, frames - 1)
