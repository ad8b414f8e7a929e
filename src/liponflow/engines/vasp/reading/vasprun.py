"""pymatgen's reader of vasprun.xml, for large files and for numbers too long for their columns."""

import re
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pymatgen.io.vasp.inputs import Incar
from pymatgen.io.vasp.outputs import Vasprun

from liponflow.decompression import existing, open_bytes
from liponflow.freeformat.incar import read_incar

_VERSION = re.compile(rb'<i name="version" type="string">\s*([^<]*?)\s*</i>')
_FIRST_STEP = re.compile(rb"<calculation>|<structure\s*>")
"""A step, or the structure of a step of the machine-learned force field, which has no name."""
_ENDS = {b"<calculation>": b"</calculation>"}
_END_OF_FORCE_FIELD_STEP = b"</energy>"
_FINAL_STRUCTURE = re.compile(rb'<structure\s+name="finalpos"')
_LONGEST_TAG = 64
_CHUNK = 1 << 20


class LenientVasprun(Vasprun):
    """Vasprun that takes None for a parameter whose value is asterisks.

    pymatgen refuses the whole file for any of them, although VASP writes asterisks for values that
    hardly anybody needs, such as a seed. Of a list, such as ``2****`` for LDAUL, the INCAR beside
    the file has the values.
    """

    def _parse_params(self, elem: Any) -> Incar:  # an element of lxml
        overflown = [
            item
            for item in elem
            if item.tag in {"i", "v"} and item.get("type") != "string" and "*" in (item.text or "")
        ]
        for item in overflown:
            elem.remove(item)
        parameters = super()._parse_params(elem)
        for item in overflown:
            tag = item.get("name", "").strip()
            # Not by item assignment, which would turn lists of numbers into other types.
            parameters.data[tag] = self._written(tag) if item.tag == "v" else None
        return parameters

    def _written(self, tag: str) -> Any:
        """Return the value of a tag in the INCAR; None without it."""
        incar = existing(Path(self.filename).with_name("INCAR"))
        return None if incar is None else read_incar(incar).tags.get(tag)


class VasprunHead(LenientVasprun):
    """Parameters, atoms, first ionic step and last structure of a vasprun.xml.

    pymatgen can leave out steps, but has the whole file in memory for that, and keeps all steps of
    a machine-learned force field.

    Parameters
    ----------
    path
        The file.
    truncated
        Whether the file may break off, and then has no last structure.
    """

    def __init__(self, path: Path, *, truncated: bool = False) -> None:
        self.filename = path
        self.exception_on_bad_xml = not truncated
        with open_bytes(path) as file:
            content = _head(file, truncated=truncated)
        version = written_version(content)
        self._parse(
            BytesIO(content), parse_dos=False, parse_eigen=False, parse_projected_eigen=False
        )
        if version is not None:
            self.vasp_version = version  # pymatgen writes 5.4.4.18apr17 for 5.4.4.18Apr17


def written_version(head: bytes) -> str | None:
    """Return the version in the head of a vasprun.xml; None if there is none.

    Examples
    --------
    >>> written_version(b'<i name="version" type="string">5.4.4.18Apr17-6-g9f103f2a35  </i>')
    '5.4.4.18Apr17-6-g9f103f2a35'
    """
    match = _VERSION.search(head)
    return None if match is None else match[1].decode(errors="replace")


def _head(file: IO[bytes], *, truncated: bool) -> bytes:
    """Return a vasprun.xml without the steps between the first one and the last structure."""
    kept = bytearray()
    try:
        start = _keep(file, kept, _FIRST_STEP, 0)
        if start is None:
            return bytes(kept)
        end_of_step = re.compile(re.escape(_ENDS.get(start[0], _END_OF_FORCE_FIELD_STEP)))
        end = _keep(file, kept, end_of_step, start.end())
        if end is None:
            return bytes(kept)
        rest = bytes(kept[end.end() :])
        del kept[end.end() :]
        kept += _tail(file, rest)
    except EOFError:  # a compressed file that breaks off
        if not truncated:
            raise
    return bytes(kept)


def _keep(
    file: IO[bytes], kept: bytearray, pattern: re.Pattern[bytes], position: int
) -> re.Match[bytes] | None:
    """Read on until a pattern is found from a position on; None if it is not in the file."""
    while (match := pattern.search(bytes(kept), position)) is None:
        position = max(position, len(kept) - _LONGEST_TAG)
        chunk = file.read(_CHUNK)
        if not chunk:
            return None
        kept += chunk
    return match


def _tail(file: IO[bytes], rest: bytes) -> bytes:
    """Return what follows the steps, without keeping them; the end alone if there is nothing."""
    while (match := _FINAL_STRUCTURE.search(rest)) is None:
        chunk = file.read(_CHUNK)
        if not chunk:
            return rest[rest.rfind(b"</modeling>") :] if b"</modeling>" in rest else b""
        rest = rest[-_LONGEST_TAG:] + chunk
    return rest[match.start() :] + file.read()
