"""Pages of the site that are not in ``docs``: README, project files and the Python API.

The files of the repository keep the links that work there. The site has a page for each Markdown
file that a page links to, and a copy of each other file, and the links are changed accordingly.
"""

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
HOME = {"README.md": "index.md"}
"""Files of the repository that have another name on the site."""
_LINK = re.compile(r"(\]\()((?!https?:|mailto:|#)[^)#\s]+)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PACKAGE = ROOT / "src" / "liponflow"


logger = get_plugin_logger("liponflow")
_HREF = re.compile(r'<a [^>]*?href="((?!https?:|mailto:|#)[^"#]+)')
BENCHMARKS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("benchmarks/*.md"))
API = "api/index.md"


def on_startup(**_: object) -> None:
    """Keep a warning about progress bars out of the notebooks."""
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the menus of pages that are not named one by one."""
    _replace(config.nav, BENCHMARKS[0], BENCHMARKS)
    _replace(config.nav, API, sorted(api_pages(), key=lambda name: (name != API, name)))
    return config


def _replace(menu: Any, page: str, pages: list[str]) -> bool:
    """Replace a page in the menus by several; return whether it was found."""
    entries = [value for item in menu if isinstance(item, dict) for value in item.values()]
    if page in menu:
        at = menu.index(page)
        menu[at : at + 1] = pages
        return True
    return any(_replace(entry, page, pages) for entry in entries if isinstance(entry, list))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files that are made or linked from outside ``docs``."""
    ours = [f"docs/{uri}" for uri in files.src_uris if uri.endswith(".md")]
    waiting = ["README.md", *BENCHMARKS, *ours]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        text = (ROOT / path).read_text(encoding="utf-8")
        if not path.startswith("docs/"):
            files.append(File.generated(config, place(path), content=text))
        for link in links(text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            if target in seen or target.startswith("docs/") or not (ROOT / target).is_file():
                continue
            seen.add(target)
            if target.endswith(".md"):
                waiting.append(target)
            else:
                found = str(ROOT / target)
                files.append(File.generated(config, target, abs_src_path=found))
    for name, text in api_pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Warn of links in notebooks that lead nowhere: MkDocs looks at those of Markdown only."""
    for page in Path(config.site_dir, "notebooks").glob("*/index.html"):
        for link in _HREF.findall(page.read_text(encoding="utf-8")):
            target = page.parent / link
            if not (target / "index.html" if target.is_dir() else target).is_file():
                logger.warning("%s links to %s, which is not there", page.parent.name, link)


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Change the links of a page from files of the repository to files of the site."""
    uri = page.file.src_uri
    if uri.startswith("api/"):
        return markdown
    inverse = {made: path for path, made in HOME.items()}
    outside = page.file.generated_by is not None
    path = inverse.get(uri, uri if outside else f"docs/{uri}")

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link[2]))
        return link[1] + posixpath.relpath(place(target), posixpath.dirname(uri) or ".")

    return _outside_fences(markdown, moved)


def place(path: str) -> str:
    """Return the place of a file of the repository on the site.

    Examples
    --------
    >>> place("docs/glass.md"), place("README.md"), place("benchmarks/RESULTS.md")
    ('glass.md', 'index.md', 'benchmarks/RESULTS.md')
    """
    return HOME.get(path, path.removeprefix("docs/"))


def links(text: str) -> Iterator[str]:
    """Yield the relative links of a page, without their anchors."""
    for link in _LINK.finditer(_FENCE.sub("", text)):
        yield link[2]


def _outside_fences(text: str, moved: Callable[[re.Match[str]], str]) -> str:
    parts = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(moved, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LINK.sub(moved, text[end:])])


def api_pages() -> dict[str, str]:
    """Return a page for each package, with an entry for each of its public modules."""
    pages = {}
    rows = []
    for folder in sorted({path.parent for path in PACKAGE.rglob("*.py")}):
        modules = sorted(folder.glob("*.py"), key=lambda path: path.stem)
        names = [_dotted(path) for path in modules if not path.stem.startswith("_")]
        package = _dotted(folder / "__init__.py")
        entries = [f"::: {name}\n" for name in names]
        about = f"::: {package}\n    options:\n      members: false\n"
        pages[f"api/{package}.md"] = "\n".join([f"# {package}\n", about, *entries])
        rows.append(f"- [{package}]({package}.md)")
    title = "# Python API\n\nOne page for each package, made from the docstrings.\n\n"
    pages["api/index.md"] = title + "\n".join(rows) + "\n"
    return pages


def _dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")
