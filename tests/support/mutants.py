"""Damaged copies of a file, by a seed: what a kill, an editor, a disk or an enemy makes of it."""

import random
import re
from collections.abc import Callable, Iterator

NUMBERS = (
    "nan", "inf", "-1", "0", "-0.0", "1e5000", "1e-320", "-99999999999", "99999999999", "0.5",
    "9" * 5000, "1D+03", "1.5d0", "********", "3*7.0", "0x10", "1_000", "+", ".", "1e", "true",
    "null", "", "٣", "½", "1e308", "2147483648", "9223372036854775808",
)  # fmt: skip
"""What may stand where a number stood."""

WORDS = (
    "", "nan", "None", "null", "{}", "[]", "\x00", "Xx", "Li", "0", "@module", "../../etc/passwd",
    "%s%n", "é", "\ufeff", "=", "#", "!", ";", '"', "'", "<", ">", "&", "{", "]", "\\", "*a", "&a",
)  # fmt: skip
"""What may stand where a word stood."""

_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[^\s\"<>=,:;{}\[\]]+")


def mutants(text: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Yield damaged copies of a file, the same ones for the same seed."""
    for index in range(number):
        chance = random.Random(f"{seed} {index}")  # noqa: S311 - no secret
        damaged = text
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            damaged = chance.choice(_CHANGES)(damaged, chance)
        yield damaged


def _replaced(pattern: re.Pattern[bytes], words: tuple[str, ...]) -> "_Change":
    def change(text: bytes, chance: random.Random) -> bytes:
        found = list(pattern.finditer(text))
        if not found:
            return text
        match = chance.choice(found)
        return text[: match.start()] + chance.choice(words).encode() + text[match.end() :]

    return change


def _exchanged_words(text: bytes, chance: random.Random) -> bytes:
    found = list(_WORD.finditer(text))
    if not found:
        return text
    first, second = chance.choice(found), chance.choice(found)
    return text[: first.start()] + second[0] + text[first.end() :]


def _lines(change: Callable[[list[bytes], int, random.Random], None]) -> "_Change":
    def changed(text: bytes, chance: random.Random) -> bytes:
        lines = text.splitlines(keepends=True)
        if lines:
            change(lines, chance.randrange(len(lines)), chance)
        return b"".join(lines)

    return changed


def _delete_lines(lines: list[bytes], index: int, chance: random.Random) -> None:
    del lines[index : index + chance.choice((1, 1, 2, 5))]


def _repeat_line(lines: list[bytes], index: int, chance: random.Random) -> None:
    lines[index:index] = [lines[index]] * chance.choice((1, 2, 50))


def _move_line(lines: list[bytes], index: int, chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines)), lines.pop(index))


def _blank_line(lines: list[bytes], index: int, _: random.Random) -> None:
    lines[index] = b"\n"


def _join_line(lines: list[bytes], index: int, _: random.Random) -> None:
    lines[index] = lines[index].replace(b" ", b"")


def _cut(text: bytes, chance: random.Random) -> bytes:
    return text[: chance.randrange(len(text) + 1)]


def _flip_byte(text: bytes, chance: random.Random) -> bytes:
    if not text:
        return text
    place = chance.randrange(len(text))
    return text[:place] + bytes([chance.randrange(256)]) + text[place + 1 :]


def _drop_bytes(text: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(text) + 1)
    return text[:place] + text[place + chance.choice((1, 3, 40)) :]


def _insert(text: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(text) + 1)
    piece = chance.choice(
        (b"[" * 20_000, b'{"a":' * 5_000, b"9" * 5_000, b"<a>" * 3_000, b" " * 10_000, b"\n" * 300,
         b"x" * 20_000, b"\xff\xfe", b"\x00", b"&a [*a]", b"\r")
    )  # fmt: skip
    return text[:place] + piece + text[place:]


def _line_ends(text: bytes, chance: random.Random) -> bytes:
    return text.replace(b"\n", chance.choice((b"\r\n", b"\r", b" ")))


def _empty(_: bytes, chance: random.Random) -> bytes:
    return chance.choice((b"", b"\n", b"[]", b"{}", b"1", b"null", b"\x1f\x8b"))


_Change = Callable[[bytes, random.Random], bytes]
_CHANGES: tuple[_Change, ...] = (
    *[_replaced(_NUMBER, NUMBERS)] * 5,
    *[_replaced(_WORD, WORDS)] * 3,
    *[_exchanged_words] * 2,
    _lines(_delete_lines),
    _lines(_repeat_line),
    _lines(_move_line),
    _lines(_blank_line),
    _lines(_join_line),
    _cut,
    _flip_byte,
    _drop_bytes,
    _insert,
    _line_ends,
    _empty,
)
"""Numbers and words first: they get past the parsers, into what trusts them."""
