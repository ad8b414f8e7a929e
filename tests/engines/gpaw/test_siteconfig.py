"""The configuration with which GPAW is built."""

from pathlib import Path
from typing import Any

import pytest

import liponflow

SITECONFIG = Path(liponflow.__file__).parent / "engines" / "gpaw" / "siteconfig.txt"
COMPILER = """#!/bin/sh
for argument; do
  case "$argument" in {found}) exit 0;; esac
done
exit 1
"""
"""A compiler that links with some libraries only."""


@pytest.mark.parametrize(
    ("found", "libraries", "without"),
    [
        ("-lxc|-lopenblas|-lfftw3", ["xc", "openblas", "fftw3"], (False, False)),
        ("-lfftw3|-lblas", ["fftw3"], (True, True)),
        ("nothing", [], (True, True)),
    ],
    ids=["all", "fftw", "none"],
)
def test_gpaw_is_built_with_the_libraries_that_are_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: str,
    libraries: list[str],
    without: tuple[bool, bool],
) -> None:
    compiler = tmp_path / "gcc"
    compiler.write_text(COMPILER.format(found=found))
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    # GPAW's setup.py executes the file like this, after setting its defaults.
    variables: dict[str, Any] = {"libraries": ["xc"], "compiler": None, "mpi": None}
    exec(SITECONFIG.read_text(encoding="utf-8"), variables)  # noqa: S102
    assert variables["libraries"] == libraries
    assert (variables["nolibxc"], variables["noblas"]) == without
    assert variables["fftw"] is ("fftw3" in libraries)
    assert (variables["compiler"], variables["mpi"]) == ("gcc", False)
