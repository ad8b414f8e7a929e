"""Files that a kill, a full disk or a power cut leaves either old or new, never half written."""

import os
import shutil
from contextlib import suppress
from pathlib import Path


def write(path: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """Replace a file so that it is whole, old or new, after a kill or a power cut.

    Parameters
    ----------
    path
        File to write; its directory must exist. A process that is killed may leave a draft
        beside it, whose name begins with a dot. A replaced file keeps its permissions; a link is
        replaced itself, and what it leads to stays as it is. Devices and pipes
        (``/dev/stdout``) are written to as they are.
    content
        Text (written as UTF-8) or bytes.
    mode
        Permissions of a new file, less those that the umask takes away.

    Raises
    ------
    OSError
        If it cannot be written, e.g. because the disk is full (naming the file); the old file
        is kept.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "outcome.json"
    >>> write(file, "{}")
    >>> file.read_text()
    '{}'
    """
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Created again: another user of a shared folder may have put a link there.
        draft.unlink(missing_ok=True)
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.is_file() and not path.is_symlink():
            shutil.copymode(path, draft)
        draft.replace(path)
    except BaseException as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            # Name the file that the caller asked for, not the draft.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    # The new name is on disk only once the folder is.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
