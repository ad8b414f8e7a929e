"""Files with the weights of a potential, which a user may name in place of built-in weights."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from liponflow.boundary import FileError, file_boundary
from liponflow.names import nearest

ARRAYS = frozenset(
    {
        "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct",
        "numpy.dtype",
        "numpy.ndarray",
    }
)
"""Names by which a checkpoint holds arrays of numpy beside the tensors of torch."""


def weights_file(given: str, known: Iterable[str], *, what: str) -> Path | None:
    """Return the file that a user names as weights; None for the name of built-in weights.

    Parameters
    ----------
    given
        Name or path; ``~`` is expanded.
    known
        Names of the built-in weights.
    what
        Whose weights, for the message.

    Raises
    ------
    FileError
        If it is neither; the nearest name is suggested.
    """
    if given in known:
        return None
    path = Path(given).expanduser()
    if path.is_file():
        return path
    raise FileError(
        f"{given} is neither a file nor the name of weights of {what}{nearest(given, known)}"
    )


def changed_at(given: str) -> int | None:
    """Return when a file of weights was last changed (ns); None if it is not a file."""
    path = Path(given).expanduser()
    return path.stat().st_mtime_ns if path.is_file() else None


def load(path: Path, keys: Iterable[str], *, what: str) -> dict[str, Any]:
    """Return the content of a file that torch wrote, without running code in it.

    Parameters
    ----------
    path
        The file.
    keys
        Keys that it has to have.
    what
        What it should be, with its article, for the message.

    Raises
    ------
    FileError
        If it is damaged, is of another kind, or names code.
    """
    import torch
    from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

    remedy = "give the file that its own package wrote"
    with file_boundary(path, FileError, what=what, remedy=remedy):
        named = set(get_unsafe_globals_in_checkpoint(path))
        if foreign := sorted(named - ARRAYS):
            raise FileError(f"{path}: it is not {what}: it names code ({foreign[0]}); {remedy}")
        with safe_globals(_array_types()):
            content = torch.load(path, map_location="cpu", weights_only=True)
        missing = set(keys) - set(content) if isinstance(content, dict) else set(keys)
        if missing:
            raise FileError(f"{path}: it is not {what}: it has no {min(missing)}; {remedy}")
    found: dict[str, Any] = content
    return found


def _array_types() -> list[Any]:
    """List what the names of :data:`ARRAYS` stand for, and the types of their elements."""
    import numpy as np
    from numpy._core.multiarray import _reconstruct

    kinds = {type(np.dtype(code)) for code in "?bBhHiIlLqQefdFD"}
    return [(_reconstruct, name) for name in ARRAYS if name.endswith("_reconstruct")] + [
        np.dtype,
        np.ndarray,
        *kinds,
    ]
