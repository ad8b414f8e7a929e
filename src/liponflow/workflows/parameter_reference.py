"""Reference of the parameters of campaigns and models: a page of tables, made from the presets.

``python -m liponflow.workflows.parameter_reference > docs/parameters.md`` writes the page of the
documentation.
"""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from liponflow.inputs.explained import purposes
from liponflow.inputs.parameter import Description, describe, nested_models, typed
from liponflow.inputs.presets import load_data
from liponflow.inputs.structure_options import StructureOptions
from liponflow.workflows.topic import Topic, get_topic, topic_names

_INTRODUCTION = """\
# Parameters

<!-- Made by `python -m liponflow.workflows.parameter_reference`; do not edit it by hand. -->

Every parameter of every campaign and model, as `--set NAME=VALUE` and a file for `--config` take
it. The same list with the source of each value is printed by

```console
$ liponflow presets show lithiation paper
```

Numbers without a unit are counts or ratios. An empty list is `[]`, and no value is `null`.
"""

_LONGEST = 60
"""Characters of a value in a table; longer ones are left to ``presets show``."""


def own_topics() -> list[str]:
    """List the campaigns and models of this package, without those of other packages."""
    return [name for name in topic_names() if get_topic(name).parameters.startswith("liponflow.")]


def reference(topics: Iterable[str] | None = None) -> str:
    """Return the reference of the parameters in Markdown.

    Parameters
    ----------
    topics
        Names of campaigns and models; by default all that this package registers.

    Returns
    -------
    str
        One section per topic. A nested model is described with the first topic that has it.
    """
    names = own_topics() if topics is None else topics
    described: set[type[BaseModel]] = set()
    sections = ("\n".join(_section(get_topic(name), described)) + "\n" for name in names)
    parts = [_INTRODUCTION, *sections]
    parts.append("\n".join(_structure_options()) + "\n")
    return "\n".join(parts)


def _section(topic: Topic, described: set[type[BaseModel]]) -> Iterator[str]:
    model = topic.parameter_model()
    presets = load_data(topic.name, topic.presets)["presets"]
    yield f"## {topic.name}\n\n{topic.summary}\n"
    for preset, purpose in purposes(topic.name, topic.presets).items():
        yield f"- `{preset}`: {purpose}"
    yield ""
    yield from _row(["parameter", "meaning", "values", "unit", *presets])
    yield from _row(["---"] * (4 + len(presets)))
    known = {item.name: item for item in describe(model)}
    for name in next(iter(presets.values())):
        values = [_value(entries[name]["value"]) for entries in presets.values()]
        yield from _row([*_cells(known[name]), *values])
    for nested, names in nested_models(model).items():
        if nested in described:
            continue
        described.add(nested)
        yield f"\nFields of {', '.join(f'`{name}`' for name in names)}:\n"
        yield from _row(["field", "meaning", "values", "unit"])
        yield from _row(["---"] * 4)
        for item in describe(nested):
            yield from _row(_cells(item))


def _structure_options() -> Iterator[str]:
    yield "## Structure files\n\nWith `--structure`, every campaign also takes\n"
    yield from _row(["parameter", "meaning", "values", "unit", "default"])
    yield from _row(["---"] * 5)
    for item in describe(StructureOptions):
        default = StructureOptions.model_fields[item.name].default
        yield from _row([*_cells(item), _value(default)])


def _cells(item: Description) -> list[str]:
    example = f", such as `{item.example}`" if item.example else ""
    return [f"`{item.name}`", item.meaning, f"{item.allowed}{example}", item.unit or ""]


def _value(value: object) -> str:
    text = typed(value)
    return f"`{text}`" if len(text) <= _LONGEST else "see `presets show`"


def _row(cells: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 - its output is the page
