"""INCAR, as VASP reads it (VASP wiki, "INCAR").

pymatgen's Incar keeps ``1D-6`` as 1, the last of two equal tags, one of several masses, and takes
lines inside of quotes for tags; therefore it is not used for reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from liponflow.decompression import read_text
from liponflow.freeformat.numbers import MOST_VALUES, numbers
from liponflow.freeformat.tags import Kind, is_known, kind_of, suggested

Value = bool | int | float | str | list[int | float] | list[bool]
"""Value of a tag; text where VASP reads text."""

_EXPECTED = {
    Kind.INTEGER: "a number",
    Kind.REAL: "a number",
    Kind.LIST: "a list of numbers",
    Kind.TRUTH: ".TRUE. or .FALSE.",
}
"""What VASP expects of a tag, and stops at anything else."""

_REAL_SPACE = ("A", "O")
"""Beginnings of the words that LREAL may have instead of a truth value (VASP wiki, "LREAL")."""

_LONGEST_SHOWN = 80
"""Characters of a value in a message."""

_TOKEN = re.compile(
    r"""
    (?P<continued>\\[ \t]*(?:[#!][^\n]*)?(?:\n|\Z))
    | (?P<comment>[#!][^\n]*)
    | (?P<end>[\n;])
    | (?P<open>\{)
    | (?P<close>\})
    | (?P<quote>")
    | (?P<text>[^\\#!\n;{}"]+|\\)
    """,
    re.VERBOSE,
)
_AFTER_QUOTES = re.compile(r"[^\n;}]*")
_NAME = re.compile(r"[A-Za-z_]\w*(?:/\w+)*")
_BLOCK = re.compile(r"\s*(\w+)\s*")
_WORD = re.compile(r"\S+")
_TRUTH = re.compile(r"\.?([TF])", re.IGNORECASE)
_TRUTH_ALONE = re.compile(r"\.?(T|TRUE|F|FALSE)\.?", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)\s*=")
_DEEPEST = 10
"""Number of blocks in each other, of which VASP has one or two."""

_MOST_NOTES = 1000
"""Number of remarks from which on a file is not an INCAR."""

_MOST_SUGGESTIONS = 10
"""Number of unknown tags for which the similar ones are looked up."""


class Statement(NamedTuple):
    """One assignment."""

    tag: str
    """Upper case, with the names of its blocks: ``KERNEL_TRUNCATION/LTRUNCATE``."""
    text: str
    """The value as written."""
    line: int
    """Number of the line where it begins, from 1."""
    quoted: bool


@dataclass(frozen=True)
class IncarFile:
    """Content of an INCAR.

    Attributes
    ----------
    tags
        Value by tag, in the order of the file; of a tag that is given twice, the first.
    repeated
        Statements of tags that are given before, which VASP does not read.
    notes
        Remarks for the user on what VASP ignores.
    """

    tags: dict[str, Value]
    repeated: tuple[Statement, ...]
    notes: tuple[str, ...]


def read_incar(path: Path) -> IncarFile:
    """Read an INCAR, compressed or not.

    Raises
    ------
    OSError, EOFError, FileError
        If the file cannot be read.
    ValueError
        If a quote or a brace is not closed, a value is not what VASP expects, or a number is
        beyond all bounds; the line is named.
    """
    return parse_incar(read_text(path, errors="replace"))


def parse_incar(text: str) -> IncarFile:
    r"""Return the tags of an INCAR with the values that VASP reads.

    Parameters
    ----------
    text
        Assignments on lines of their own or separated by semicolons, with comments, continued
        lines, quotes over several lines, and blocks in braces.

    Returns
    -------
    IncarFile

    Raises
    ------
    ValueError
        If a quote or a brace is not closed, a value is not what VASP expects, a number is beyond
        all bounds, or hardly anything is a value; the line is named.

    Examples
    --------
    >>> read = parse_incar("EDIFF = 1D-6 ; NSW = 30 steps\nMAGMOM = 2*5.0 \\\n 0 # O\nNSW = 3")
    >>> read.tags
    {'EDIFF': 1e-06, 'NSW': 30, 'MAGMOM': [5.0, 5.0, 0]}
    >>> read.notes
    ('INCAR, line 4: NSW is given twice (30 and 3): VASP takes the first',)
    """
    tags: dict[str, Value] = {}
    count = 0
    repeated: list[Statement] = []
    notes: list[str] = []
    for statement in statements(text):
        tag, written, line, quoted = statement
        if not _NAME.fullmatch(tag):
            notes.append(f"INCAR, line {line}: {tag!r} is not the name of a tag and is not read")
        elif not written.strip():
            notes.append(f"INCAR, line {line}: {tag} has no value and is not read")
        elif tag in tags:
            repeated.append(statement)
            notes.append(
                f"INCAR, line {line}: {tag} is given twice ({shown(tags[tag])} and {written}): "
                "VASP takes the first"
            )
        else:
            try:
                value = value_of(tag, written)
            except ValueError as error:
                raise ValueError(f"line {line}: {error}") from error
            count += len(value) if isinstance(value, list) else 1
            if count > MOST_VALUES:
                raise ValueError(f"line {line}: {tag}: more than {MOST_VALUES:,} values in all")
            tags[tag] = value
            if not quoted:
                notes += islice(_lost(statement), _MOST_NOTES)
        if len(notes) >= _MOST_NOTES:
            raise ValueError(f"line {line}: {_MOST_NOTES:,} values that VASP does not read")
    unknown = [tag for tag in tags if not is_known(tag)]
    if unknown:
        named = ", ".join(map(suggested, unknown[:_MOST_SUGGESTIONS]))
        more = len(unknown) - _MOST_SUGGESTIONS
        named += f" and {more} more" if more > 0 else ""
        plural = "s" if len(unknown) > 1 else ""
        notes.append(f"INCAR: unknown tag{plural} {named}: VASP ignores it")
    return IncarFile(tags, tuple(repeated), tuple(notes))


def _lost(statement: Statement) -> Iterator[str]:
    """Remark on an assignment behind a value, which VASP takes for a part of the value."""
    if kind_of(statement.tag) is Kind.TEXT:
        return
    for name in _ASSIGNMENT.findall(statement.text):
        if is_known(name.upper()):
            yield (
                f"INCAR, line {statement.line}: {name} = behind the value of {statement.tag} is "
                "not read: write it on a line of its own, or behind a semicolon"
            )


def statements(text: str) -> Iterator[Statement]:
    """Yield the assignments of an INCAR.

    Parameters
    ----------
    text
        INCAR. Lines without an equals sign are comments.

    Yields
    ------
    Statement
        In the order of the file.

    Raises
    ------
    ValueError
        If a quote or a brace is not closed; the line is named.
    """
    scan = _Scan(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    while scan.place < len(scan.text):
        yield from scan.advance()
    yield from scan.end()


class _Scan:
    """Position in an INCAR.

    Parameters
    ----------
    text
        INCAR with line feeds alone.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self._line = 1
        self._blocks: list[tuple[str, int]] = []
        self._clear()

    def _clear(self) -> None:
        """Begin a statement."""
        self._parts: list[str] = []
        self._begin = self._line
        self._begun = self._has_value = False
        self._has_equals = False

    def _add(self, piece: str) -> None:
        """Add a piece to the statement, in a time that does not depend on its length so far."""
        behind = piece
        if not self._has_equals:
            _, equals, behind = piece.partition("=")
            self._has_equals = bool(equals)
        if piece.strip() and not self._begun:
            self._begun, self._begin = True, self._line
        self._has_value = self._has_value or (self._has_equals and bool(behind.strip()))
        self._parts.append(piece)

    def advance(self) -> Iterator[Statement]:
        """Take the next piece, and yield the statement that it ends."""
        token = _TOKEN.match(self.text, self.place)
        assert token is not None  # noqa: S101 - every character has an alternative of the pattern
        self.place = token.end()
        kind, piece = token.lastgroup, token[0]
        if kind == "quote" and self._has_equals and not self._has_value:
            yield self._quoted()
        elif kind == "open" and (block := self._block()):
            self._blocks.append((block, self._line))
            self._clear()
        elif kind == "end" or (kind == "close" and self._blocks):
            yield from self._statement()
            if kind == "close":
                self._blocks.pop()
        elif kind != "comment":
            self._add(" " if kind == "continued" else piece)
        self._line += piece.count("\n")

    def end(self) -> Iterator[Statement]:
        """Yield the last statement, which may lack its line end."""
        yield from self._statement()
        if self._blocks:
            name, line = self._blocks[-1]
            raise ValueError(f"line {line}: the brace of {name} is not closed")

    def _block(self) -> str | None:
        """Return the name of the block that a brace opens; None of a brace in a text."""
        match = _BLOCK.fullmatch(self._parts[0]) if len(self._parts) == 1 else None
        if match and len(self._blocks) >= _DEEPEST:
            raise ValueError(f"line {self._line}: more than {_DEEPEST} braces in each other")
        return match[1].upper() if match else None

    def _statement(self) -> Iterator[Statement]:
        name, equals, written = "".join(self._parts).partition("=")
        if equals:
            yield Statement(self._tag(name), written.strip(), self._begin, quoted=False)
        self._clear()

    def _quoted(self) -> Statement:
        close = self.text.find('"', self.place)
        if close < 0:
            raise ValueError(f'line {self._line}: the quote " is not closed')
        written = self.text[self.place : close]
        tag = self._tag("".join(self._parts).partition("=")[0])
        statement = Statement(tag, written.strip(), self._begin, quoted=True)
        self._line += written.count("\n")
        behind = _AFTER_QUOTES.match(self.text, close)
        assert behind is not None  # noqa: S101 - the pattern matches nothing, too
        self.place = behind.end()
        self._clear()
        return statement

    def _tag(self, name: str) -> str:
        return "/".join([*(block for block, _ in self._blocks), name.strip().upper()])


def value_of(tag: str, text: str) -> Value:
    """Return the value that VASP reads.

    Parameters
    ----------
    tag
        Upper case.
    text
        As written.

    Returns
    -------
    Value

    Raises
    ------
    ValueError
        If it is not what VASP expects of the tag.

    Examples
    --------
    >>> value_of("LWAVE", ".F."), value_of("ALGO", "F"), value_of("EFERMI", "MIDGAP")
    (False, 'F', 'MIDGAP')
    >>> value_of("POMASS", "3*7.0"), value_of("ENCUT", "300.00 eV"), value_of("LREAL", "Auto")
    ([7.0, 7.0, 7.0], 300.0, 'Auto')
    >>> value_of("ENCUT", "high")
    Traceback (most recent call last):
    ...
    ValueError: ENCUT = high is not a number
    """
    value = _read(tag, text.strip())
    kind = kind_of(tag)
    wrong = isinstance(value, str) and kind in _EXPECTED
    if isinstance(value, str) and tag == "LREAL":
        wrong = not value.upper().startswith(_REAL_SPACE)
    if wrong:
        raise ValueError(f"{tag} = {_short(text)} is not {_EXPECTED[kind]}")
    if kind is Kind.INTEGER and isinstance(value, float):
        if not value.is_integer():
            raise ValueError(f"{tag} = {_short(text)} is not an integer")
        return int(value)
    return value


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} ..."


def _read(tag: str, text: str) -> Value:
    """Return the value of a tag; the text itself if it is not what VASP expects."""
    kind = kind_of(tag)
    match kind:
        case Kind.TEXT:
            return text
        case Kind.TRUTH | Kind.WORD:
            truth = _TRUTH.match(text) if kind is Kind.TRUTH else None
            return truth[1].upper() == "T" if truth else (text.split(maxsplit=1) or [""])[0]
    try:
        values: list[int | float] | list[bool] = numbers(text)
    except ValueError as error:
        raise ValueError(f"{tag}: {error}") from error
    if not values and kind in {Kind.LIST, Kind.OTHER}:
        values = _truths(text)
    if values and kind is Kind.REAL:
        return float(values[0])
    if values and (kind is Kind.INTEGER or (kind is Kind.OTHER and len(values) == 1)):
        return values[0]
    return values or text


def _truths(text: str) -> list[bool]:
    """Return the truth values at the beginning of a text."""
    found: list[bool] = []
    for word in _WORD.finditer(text):
        match = _TRUTH_ALONE.fullmatch(word[0])
        if match is None or len(found) > MOST_VALUES:
            break
        found.append(match[1].upper().startswith("T"))
    return found


def shown(value: Value) -> str:
    """Return a value as in an INCAR.

    Examples
    --------
    >>> shown([5.0, 5.0, 0]), shown(True)
    ('5.0 5.0 0', '.TRUE.')
    """
    if isinstance(value, bool):
        return ".TRUE." if value else ".FALSE."
    if isinstance(value, str) and "\n" in value:
        return f'"{value}"'
    return " ".join(map(shown, value)) if isinstance(value, list) else str(value)
