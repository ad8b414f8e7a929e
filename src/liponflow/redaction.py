"""Keep passwords out of what is written down: records of runs and messages."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

HIDDEN = "***"

_NAME = r"[\w.-]*(?:password|passwd|passphrase|secret|token|api_?key|credential)[\w.-]*"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_ASSIGNED = re.compile(rf"\b({_NAME}[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}}]+", re.IGNORECASE)
# A password in an address ends at the last @ before the host, since it may hold one itself.
_ADDRESS = re.compile(r"([A-Za-z][\w+.-]*:/{1,2})[^\s/\"']*@")


def without_secrets(value: Any) -> Any:
    """Copy a JSON-like value, every password that can be recognised replaced by ``***``.

    Recognised are the user and password of an address (``mongodb://user:password@host``), and what
    stands under, or is assigned to, a name such as ``password``, ``token`` or ``api_key``.

    Parameters
    ----------
    value
        Text, or lists and dictionaries of text and other values. An option of a command that takes
        its secret as the next word of a list is recognised, too.

    Examples
    --------
    >>> without_secrets("mongodb+srv://me:pa@ss@host/db?authSource=admin")
    'mongodb+srv://***@host/db?authSource=admin'
    >>> without_secrets(["run", "--api-key", "abc", "--set", "token=abc", "--workers", "2"])
    ['run', '--api-key', '***', '--set', 'token=***', '--workers', '2']
    >>> without_secrets({"host": "h", "password": "abc", "ssh": {"SECRET": None}})
    {'host': 'h', 'password': '***', 'ssh': {'SECRET': None}}
    """
    if isinstance(value, str):
        return _ASSIGNED.sub(rf"\1{HIDDEN}", _ADDRESS.sub(rf"\1{HIDDEN}@", value))
    if isinstance(value, dict):
        return {
            name: HIDDEN
            if content is not None and _SECRET_NAME.fullmatch(str(name))
            else without_secrets(content)
            for name, content in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            HIDDEN if _is_option(before) else without_secrets(item)
            for before, item in zip([None, *value], value, strict=False)
        ]
    return value


def secrets_in(value: Any) -> set[str]:
    """Return the passwords of a specification, by which its messages can be searched.

    Parameters
    ----------
    value
        Lists and dictionaries of text and other values. Passwords are the texts under the names
        that :func:`without_secrets` recognises, and those of addresses, as written and decoded.

    Examples
    --------
    >>> sorted(secrets_in({"uri": "mongodb://me:hu%40sh@host/db", "ssh": {"password": "abc"}}))
    ['abc', 'hu%40sh', 'hu@sh']
    """
    return {secret for found in _secrets(value) for secret in (found, unquote(found)) if secret}


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        for address in _ADDRESS.finditer(value):
            yield address[0].removeprefix(address[1]).removesuffix("@").partition(":")[2]
    elif isinstance(value, dict):
        for name, content in value.items():
            if isinstance(content, str) and _SECRET_NAME.fullmatch(str(name)):
                yield content
            yield from _secrets(content)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item)


def without(secrets: Iterable[str], text: str) -> str:
    """Return a text without any of these secrets, and without those that can be recognised.

    Examples
    --------
    >>> without({"abc"}, "cannot log in with 'abc'")
    "cannot log in with '***'"
    """
    for secret in sorted(secrets, key=len, reverse=True):  # one may hold another
        text = text.replace(secret, HIDDEN)
    return str(without_secrets(text))


def _is_option(word: Any) -> bool:
    """Whether a word of a command is an option whose value is secret."""
    return (
        isinstance(word, str)
        and word.startswith("--")
        and _SECRET_NAME.fullmatch(word.replace("-", "_").strip("_")) is not None
    )
