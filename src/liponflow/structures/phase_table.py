"""Table of the reference crystals by family, generated from the library.

``python -m liponflow.structures.phase_table > docs/phases.md`` writes the page of the
documentation.
"""

from collections import Counter
from collections.abc import Iterator

from liponflow.structures.phases import FAMILIES, Phase, phases

_INTRODUCTION = """\
# Reference crystals

<!-- Made by `python -m liponflow.structures.phase_table`; do not edit it by hand. -->

The [stability](stability.md) campaign relaxes those of them that consist of the elements of its
material and electrode. They are starts for a relaxation, and the last but one column tells how far
a start is to be trusted:

- dft: relaxed with PBE or PBE+U by the Materials Project (CC-BY-4.0)
- experiment: refined from diffraction, taken from the database that is named. AMCSD is the
  American Mineralogist Crystal Structure Database (R. T. Downs and M. Hall-Wallace, Am. Mineral.
  88, 247, 2003), the AFLOW prototype library that of M. J. Mehl et al., Comput. Mater. Sci. 136,
  S1 (2017)
- prototype: positions of a prototype that is named, with a measured lattice
- unverified: the numbers were not compared with the paper that is named
- derived: made as the source says

[RESULTS_phases.md](../benchmarks/RESULTS_phases.md) shows how CHGNet relaxes them. Of systems that
are not covered, `--entries FILE` or `--set source=mp` brings the phases.
"""


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    every = phases()
    status = Counter(entry.coordinate_status for entry in every)
    counts = ", ".join(f"{n} {name}" for name, n in status.most_common())
    lines = [_INTRODUCTION, f"There are {len(every)}: {counts}.", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", *_rows(phases(family)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(entries: tuple[Phase, ...]) -> Iterator[str]:
    yield "| name | formula | space group | coordinates | source |"
    yield "| --- | --- | --- | --- | --- |"
    for entry in entries:
        yield (
            f"| {entry.name} | {entry.formula} | {entry.spacegroup} | {entry.coordinate_status} | "
            f"{entry.source} |"
        )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page
