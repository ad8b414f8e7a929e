"""Files that a kill or a power cut leaves either old or new, never half written."""

import os
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Replace a file so that it is whole, old or new, after a kill or a power cut.

    Parameters
    ----------
    path
        File to write; its directory must exist. A process that is killed may leave a draft
        beside it, whose name begins with a dot.
    content
        Text (written as UTF-8) or bytes.

    Raises
    ------
    OSError
        If it cannot be written, e.g. because the disk is full; the old file is kept.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "outcome.json"
    >>> write(file, "{}")
    >>> file.read_text()
    '{}'
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    # The new name is on disk only once the folder is.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
