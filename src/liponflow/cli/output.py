"""Settings, output directories and printed results, as commands share them."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import typer

from liponflow import durable
from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.cli.console import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from liponflow.analysis.result import Result
    from liponflow.settings import Settings
    from liponflow.store.reading import StoredResult


def settings_with(**overrides: Any) -> "Settings":
    """Load the settings, with the given options in place of theirs."""
    from liponflow.settings import load_settings, override

    settings = load_settings()
    override(settings, **overrides)
    return settings


def stored_result(beginning: str, store: Path | None) -> "StoredResult":
    """Get a result by the first characters of its uuid."""
    from liponflow.store.results import get_result, open_results

    with closing(open_results(settings_with(store=store).store)) as opened:
        return get_result(opened, beginning)


def check_out(out: Path | None) -> None:
    """Refuse, before anything is computed, a directory that cannot be written to."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
    except FileExistsError:
        raise NotADirectoryError(
            f"{out} exists and is not a directory; name another --out"
        ) from None
    except OSError as error:
        raise OSError(f"cannot write to {out}: {error.strerror}; name another --out") from None


def check_file(out: Path) -> None:
    """Refuse, before anything is computed, a file that cannot be written."""
    if out.is_dir():
        raise IsADirectoryError(f"{out} is a directory; name a file in it with --out")
    check_out(out.parent)


def export(result: "Result", out: Path) -> None:
    """Write result, tables and figures to a directory."""
    from liponflow.store.export import export_all

    written = [*export_all(result, out), *draw(result, out)]
    say(f"{len(written)} files written to {out}")


def draw(result: "Result", out: Path) -> list[Path]:
    """Draw every figure of a result with a table of its points, and write its pages and movies.

    Raises
    ------
    ValueError
        If results of its kind are not drawn, or the name of a figure leads out of the directory.
    """
    kind = get_kind(result.kind)
    if kind.figures is None:
        drawn = [name for name in kind_names() if get_kind(name).figures]
        raise ValueError(f"no figures of {result.kind} results; of {', '.join(drawn)} only")
    out.mkdir(parents=True, exist_ok=True)
    paths = [
        path
        for name, figure in kind.draw(result).items()
        for path in write_figure(figure, _inside(out, name))
    ]
    for name, page in kind.write_pages(result).items():
        paths.append(_inside(out, f"{name}.html"))
        durable.write(paths[-1], page)
    for name, movie in kind.write_movies(result).items():
        paths.append(_inside(out, f"{name}.gif"))
        durable.write(paths[-1], movie)
    return paths


def write_figure(figure: "Figure", stem: Path) -> list[Path]:
    """Write a figure in every format, and its points as CSV, if it shows any."""
    from liponflow.figures.drawn import drawn_table
    from liponflow.figures.style import save

    paths = save(figure, stem)
    if table := drawn_table(figure):
        paths.append(stem.with_name(f"{stem.name}.data.csv"))
        durable.write(paths[-1], table)
    return paths


def _inside(out: Path, name: str) -> Path:
    """Return the path of a file in a directory; its name may stem from the data."""
    if name in {"", ".", ".."} or Path(name).name != name:
        raise ValueError(f"{name!r} cannot be the name of a figure: it is a path")
    return out / name


def print_json(document: Any) -> None:
    """Print a JSON document on standard output."""
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
