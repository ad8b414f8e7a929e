"""Names into calculators."""

import pytest
from ase.calculators.emt import EMT

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.potential.calculators import potential
from liponflow.safejson import UntrustedClassError


def test_chgnet_is_the_fast_one_and_new_each_time() -> None:
    make = potential("chgnet")
    first, second = make(False), make(True)  # noqa: FBT003
    assert isinstance(first, FastCHGNet)
    assert first is not second


def test_classes_are_named_with_their_arguments() -> None:
    calculator = potential("ase.calculators.emt.EMT", asap_cutoff=True)(False)  # noqa: FBT003
    assert isinstance(calculator, EMT)
    assert calculator.parameters["asap_cutoff"]


def test_classes_of_other_packages_are_refused() -> None:
    with pytest.raises(UntrustedClassError, match=r"the document names os\.system"):
        potential("os.system")


def test_what_is_no_calculator_is_refused() -> None:
    with pytest.raises(TypeError, match=r"ase\.atom\.Atom is no calculator of ASE but Atom"):
        potential("ase.atom.Atom")(False)  # noqa: FBT003
