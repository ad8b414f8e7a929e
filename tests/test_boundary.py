"""The boundary between a file and the program."""

from pathlib import Path

import pytest

from liponflow.boundary import FileError, Place, file_boundary, reason_of
from liponflow.safejson import UntrustedClassError

INCAR = Path("run/INCAR")


class IncarError(FileError):
    """Stands for the error of a reader."""


def _stumble(place: Place, error: Exception) -> None:
    place.text = "line 3"
    raise error


@pytest.mark.parametrize(
    "error",
    [
        IndexError("list index"),
        MemoryError(),
        RecursionError("depth"),
        ZeroDivisionError(),
        OSError(5, "I/O"),
    ],
)
def test_any_exception_becomes_the_error_of_the_file(error: Exception) -> None:
    with (
        pytest.raises(
            IncarError, match=r"^run/INCAR, line 3: cannot be read .*: correct it$"
        ) as caught,
        file_boundary(INCAR, IncarError, what="an INCAR", remedy="correct it") as place,
    ):
        _stumble(place, error)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_ends_the_program_passes(error: BaseException) -> None:
    with (
        pytest.raises(type(error)) as caught,
        file_boundary(INCAR, what="an INCAR", remedy="correct it"),
    ):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [FileError("run/POSCAR: names no elements"), UntrustedClassError("run/INCAR names os.system")],
)
def test_own_errors_that_name_a_file_pass_unchanged(error: Exception) -> None:
    with (
        pytest.raises(type(error)) as caught,
        file_boundary(INCAR, IncarError, what="an INCAR", remedy="correct it"),
    ):
        raise error
    assert caught.value is error


def test_messages_without_the_file_get_its_name() -> None:
    class TagError(ValueError):
        """Stands for an error that is raised where the file is unknown."""

    with (
        pytest.raises(TagError, match=r"^run/INCAR: NSW = x is not a number$"),
        file_boundary(INCAR, TagError, what="an INCAR", remedy="correct it"),
    ):
        raise TagError("NSW = x is not a number")


def test_messages_with_place_and_remedy_keep_them() -> None:
    message = "run/INCAR, line 4: no number: write one"
    with (
        pytest.raises(IncarError) as caught,
        file_boundary(INCAR, IncarError, what="an INCAR", remedy="correct it"),
    ):
        raise ValueError(message)
    assert str(caught.value) == message


def test_long_messages_are_cut() -> None:
    assert len(reason_of(ValueError("9" * 100_000))) < 400
