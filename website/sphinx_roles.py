"""Links of docstrings, written as roles of Sphinx, for mkdocstrings."""

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`(~?)([\w.]+)`")


class SphinxRoles(griffe.Extension):
    """Turn ``:class:`Name``` into a link to its entry in the reference, where it has one."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite the docstrings of a package once all its names are known."""
        self._rewrite(pkg, pkg)

    def _rewrite(self, obj: griffe.Object, package: griffe.Module) -> None:
        if obj.docstring is not None:
            text = obj.docstring.value
            obj.docstring.value = _ROLE.sub(lambda role: _link(role, obj, package), text)
        for member in obj.members.values():
            if isinstance(member, griffe.Object):
                self._rewrite(member, package)


def _link(role: re.Match[str], obj: griffe.Object, package: griffe.Module) -> str:
    short, name = role.groups()
    shown = name.rsplit(".", 1)[-1] if short else name
    found = _documented(_path(name, obj, package), package)
    return f"[`{shown}`][{found}]" if found else f"`{shown}`"


def _path(name: str, obj: griffe.Object, package: griffe.Module) -> str:
    """Return the full path of a name in the scope of an object."""
    first, *rest = name.split(".")
    if first == package.name:
        return name
    try:
        return ".".join([obj.resolve(first), *rest])
    except griffe.NameResolutionError:
        return name


def _documented(path: str, package: griffe.Module) -> str | None:
    """Return the path of an entry of the reference: a public object with a docstring."""
    if not path.startswith(f"{package.name}.") or "._" in path:
        return None
    try:
        found = package[path.removeprefix(f"{package.name}.")]
        target = found.final_target if isinstance(found, griffe.Alias) else found
    except (KeyError, griffe.AliasResolutionError):
        return None
    return str(target.path) if target.has_docstring else None
