"""Errors of the stand-in."""

from liponflow.boundary import FileError


class InputError(FileError):
    """A VASP input that is missing, wrong, contradictory, or not supported by the stand-in."""

    page = "docs/vasp.md"


class VaspStopped(RuntimeError):  # noqa: N818 - VASP stops, it does not err
    """VASP stops itself; the message is what it prints."""
