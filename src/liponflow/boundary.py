"""The boundary between a file and the program: what a reader raises becomes the file's own error.

Files come from other programs, other people and damaged disks, and the libraries that read them
raise any error at a value that they do not expect. Every reader of ours works inside
:func:`file_boundary`, so that one bad file is one message, and the other files are read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import ValidationError

_LONGEST_REASON = 300
"""Characters of a library's message that are shown: some repeat the whole input."""


class FileError(ValueError):
    """A file that cannot be used; the message names the file, the reason and the remedy."""


@dataclass
class Place:
    """Where a reader is in its file.

    Examples
    --------
    >>> place = Place()
    >>> place.text = "frame 3"
    """

    text: str = ""
    """As the message names it: ``line 4``, ``frame 3``."""


def check_is_file(path: Path, kind: type[Exception] = FileError, *, remedy: str) -> None:
    """Refuse a path at which there is no file.

    Parameters
    ----------
    path
        Path that a user gave.
    kind
        Class of the error.
    remedy
        What to do.

    Raises
    ------
    FileError
        Or one of the given kind.
    """
    if not path.is_file():
        reason = "is a directory, not a file" if path.is_dir() else "no such file"
        raise kind(f"{path}: {reason}; {remedy}")


@contextmanager
def file_boundary(
    path: Path | str, kind: type[Exception] = FileError, *, what: str, remedy: str
) -> Iterator[Place]:
    """Turn every exception of the block into the error of one file.

    Parameters
    ----------
    path
        The file that the block reads, or the name of what else it reads.
    kind
        Class of the error, a subclass of :class:`FileError` in most readers.
    what
        What the file is meant to be, with its article.
    remedy
        What the user can do.

    Yields
    ------
    Place
        Its text, which the block may set as it reads on, stands in the message.

    Raises
    ------
    Exception
        Of the given kind, for whatever the block raises, MemoryError and RecursionError included.
        Errors of this package that name a file already are passed on: every
        :class:`FileError`, and others with the name of this file in their message. What ends the
        program, such as KeyboardInterrupt, is no ``Exception`` and passes.

    Examples
    --------
    >>> with file_boundary(Path("run/INCAR"), what="an INCAR", remedy="correct it"):
    ...     [][0]
    Traceback (most recent call last):
    ...
    liponflow.boundary.FileError: run/INCAR: cannot be read as an INCAR (IndexError: list index \
out of range): correct it
    """
    place = Place()
    try:
        yield place
    except FileError:
        raise
    except Exception as error:
        reason = reason_of(error)
        named = Path(path).name in str(error)
        if named and type(error).__module__.startswith("liponflow."):
            raise
        if named and type(error) is ValueError:  # raised by our readers, with place and remedy
            raise kind(reason) from error
        at = f"{path}, {place.text}" if place.text else str(path)
        if isinstance(error, kind):
            raise kind(f"{at}: {reason}") from error
        raise kind(f"{at}: cannot be read as {what} ({reason}): {remedy}") from error


def reason_of(error: BaseException) -> str:
    """Return one line that says what an exception means to a user.

    Examples
    --------
    >>> reason_of(ValueError("could not convert"))
    'could not convert'
    >>> reason_of(KeyError("energy"))
    "KeyError: 'energy'"
    >>> reason_of(RecursionError("maximum recursion depth exceeded"))
    'it is nested too deeply'
    """
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = shortened(first["msg"].removeprefix("Value error, "))
        return f"{field}: {message}" if field else message
    text = getattr(error, "strerror", None) or " ".join(str(error).split())
    if type(error).__module__.startswith("liponflow."):
        return str(text)
    text = shortened(text)
    if text and isinstance(error, ValueError | OSError):
        return str(text)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def shortened(text: str) -> str:
    """Return a text without what is beyond the length of a message.

    Examples
    --------
    >>> shortened("energy"), len(shortened("9" * 5000))
    ('energy', 304)
    """
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]} ..."
