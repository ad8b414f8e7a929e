"""Calculators beside ASE's EMT, for comparisons between engines."""

from typing import Any

from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT


def asap() -> EMT:
    """Return EMT with the cut-off of ASAP, which gives other energies and lengths."""
    return EMT(asap_cutoff=True)  # type: ignore[no-untyped-call]


class Failing(Calculator):
    """Calculator that knows no element."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("no parameters for this element")
