"""What the stand-in refuses."""


class InputError(ValueError):
    """A VASP input that is missing, wrong, contradictory, or beyond the stand-in."""
