"""Read results from the JSON files that ``--out`` writes."""

import json
from pathlib import Path

from liponflow.analysis.kinds import get_kind
from liponflow.analysis.result import Result
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import read_text

REMEDY = "give a JSON file that `--out DIR` of run, analyze or model wrote"


def read_result_file(
    path: Path,
    error: type[FileError] = FileError,
    *,
    kind: str | None = None,
    remedy: str = REMEDY,
) -> Result:
    """Return the result in a file.

    Parameters
    ----------
    path
        JSON file of a result.
    error
        Class of the error.
    kind
        Kind that it must have; any if None.
    remedy
        What the user can do.

    Raises
    ------
    FileError
        If there is no file, or it does not contain such a result.
    """
    check_is_file(path, error, remedy=remedy)
    with file_boundary(path, error, what="a result", remedy=remedy):
        document = json.loads(read_text(path))
        found = document.get("kind") if isinstance(document, dict) else None
        if not isinstance(found, str) or kind not in (None, found):
            wanted = f", not {kind!r}" if kind else ""
            raise error(f"{path}: a result of the kind {found!r}{wanted}; {remedy}")
        return get_kind(found).read(document)
