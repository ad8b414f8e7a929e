"""What the stand-in refuses, and how it stops."""


class InputError(ValueError):
    """A VASP input that is missing, wrong, contradictory, or beyond the stand-in."""


class VaspStopped(RuntimeError):  # noqa: N818 - VASP stops, it does not err
    """VASP stops itself; the message is what it prints."""
