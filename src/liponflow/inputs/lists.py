"""Lists as a user types them: ``dopant=N,P,O``, ``supercell=2,2,2``, rows separated by ``;``."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from liponflow import datayaml

EXAMPLES = 3
"""Largest number of items in an example."""


class ListForm(NamedTuple):
    """Form of a parameter that is a list of plain values.

    Attributes
    ----------
    nested
        Whether it may also be a list of lists, such as a matrix.
    words
        Whether its items may be texts.
    """

    nested: bool
    words: bool

    def example(self, value: Any) -> str:
        """Return how a list is typed, for messages: the start of `value` if it is such a list."""
        if isinstance(value, list | tuple) and value and not isinstance(value[0], list | tuple):
            return ",".join(map(str, value[:EXAMPLES]))
        return "A,B" if self.words else "1,2"


def list_form(annotation: Any) -> ListForm | None:
    """Return the form of a type that is a list of plain values; None for any other type.

    Examples
    --------
    >>> list_form(list[float] | None)
    ListForm(nested=False, words=False)
    >>> list_form(str | list[str]) is None
    True
    """
    leaves = set(_leaves(annotation, 0))
    depths = {depth for depth, _ in leaves}
    if not depths or 0 in depths:
        return None
    return ListForm(nested=max(depths) > 1, words=any(is_text for _, is_text in leaves))


def read_lists(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with lists in place of texts and single values.

    Parameters
    ----------
    model
        Model of the parameters.
    given
        Parameters by name; unknown ones are kept.

    Returns
    -------
    dict
        A text is divided at ``;`` into rows, if the parameter may have some, and at ``,`` into
        items, which are YAML unless they may be texts. Nothing is validated.

    Examples
    --------
    >>> class Cell(BaseModel):
    ...     repeats: tuple[int, int, int] | list[list[int]]
    ...     elements: list[str]
    >>> read_lists(Cell, {"repeats": "2,2,1", "elements": "N, P"})
    {'repeats': [2, 2, 1], 'elements': ['N', 'P']}
    >>> read_lists(Cell, {"repeats": "1,1;-1,1", "elements": "N"})
    {'repeats': [[1, 1], [-1, 1]], 'elements': ['N']}
    """
    read = dict(given)
    for key, value in given.items():
        field = model.model_fields.get(key)
        form = None if field is None else list_form(field.annotation)
        if form is not None and isinstance(value, str):
            read[key] = _items(value, form)
        elif form is not None and isinstance(value, int | float) and not isinstance(value, bool):
            read[key] = [value]
    return read


def _items(text: str, form: ListForm) -> list[Any]:
    if form.nested and ";" in text:
        return [_items(row, form._replace(nested=False)) for row in text.split(";")]
    parts = [part.strip() for part in text.strip().removesuffix(",").split(",") if text.strip()]
    return parts if form.words else [_number(part) for part in parts]


def _number(text: str) -> Any:
    try:
        return datayaml.load(text)
    except ValueError:
        return text  # the model says what it expects


def _leaves(annotation: Any, depth: int) -> list[tuple[int, bool]]:
    """List the plain values of a type: how many lists they are in, and whether they are texts."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _leaves(arguments[0], depth)
    if origin in {Union, UnionType}:
        return [leaf for argument in arguments for leaf in _leaves(argument, depth)]
    if origin in {list, tuple}:
        items = [argument for argument in arguments if argument is not Ellipsis]
        return [leaf for argument in items for leaf in _leaves(argument, depth + 1)]
    if origin is Literal:
        return [(depth, True)]
    return [(depth, annotation is str)] if annotation in {str, int, float} else []
