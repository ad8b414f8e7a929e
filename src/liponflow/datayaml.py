"""Read YAML that is data: plain values only, and no more of them than the text is long.

An alias repeats what its anchor names. A few lines of aliases to aliases stand for more values
than any memory holds, or for a list that contains itself; what walks through them never ends.

A time such as 24:00:00 is text, as in YAML 1.2 and in what jobflow-remote reads. YAML 1.1 made it
a number to the base 60: 86400, which Slurm takes for minutes.
"""

from typing import Any

import yaml

MOST_VALUES = 100_000
"""Values of a text with aliases, each counted as often as it is repeated."""


class _Loader(yaml.SafeLoader):
    """A loader without numbers to the base 60."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> Any:
        return node.value if ":" in node.value else super().construct_yaml_int(node)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> Any:
        return node.value if ":" in node.value else super().construct_yaml_float(node)


for _name in ("int", "float"):
    _Loader.add_constructor(
        f"tag:yaml.org,2002:{_name}", getattr(_Loader, f"construct_yaml_{_name}")
    )


def load(text: str) -> Any:
    r"""Return the value of a YAML text.

    Raises
    ------
    ValueError
        If it is not YAML, names anything but plain values, is nested too deeply, or repeats more
        by aliases than :data:`MOST_VALUES`.

    Examples
    --------
    >>> load("x: [1, 2.5, yes]")
    {'x': [1, 2.5, True]}
    >>> load("time: 24:00:00")
    {'time': '24:00:00'}
    >>> load("a: &a [1]\nb: [*a, *a]")
    {'a': [1], 'b': [[1], [1]]}
    >>> load("&a [*a]")
    Traceback (most recent call last):
    ...
    ValueError: its aliases stand for more than 100,000 values
    """
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"it is not valid YAML: {problem}{where}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if "*" in text:
        _check_size(value)
    return value


def _check_size(value: Any) -> None:
    count, stack = 0, [value]
    while stack:
        item = stack.pop()
        count += 1
        if count > MOST_VALUES:
            raise ValueError(f"its aliases stand for more than {MOST_VALUES:,} values")
        if isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set):
            stack += item
