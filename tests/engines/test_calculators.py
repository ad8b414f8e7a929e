"""ASE calculators by import path, and records of their weights."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
from ase.calculators.emt import EMT
from monty.json import jsanitize

from liponflow import safejson
from liponflow.engines.calculators import CalculatorSpec, named_calculator, weights_of
from liponflow.engines.engine import EngineError


def test_calculator_class_is_made_with_its_arguments() -> None:
    calculator = named_calculator("ase.calculators.emt:EMT", {"asap_cutoff": True}).make()
    assert isinstance(calculator, EMT)
    assert calculator.parameters["asap_cutoff"]


def test_function_that_returns_a_calculator_is_accepted(monkeypatch: pytest.MonkeyPatch):
    import ase.calculators.emt

    monkeypatch.setattr(ase.calculators.emt, "made", lambda: EMT(asap_cutoff=True), raising=False)
    calculator = named_calculator("ase.calculators.emt:made", {}).make()
    assert calculator.parameters["asap_cutoff"]


def test_stored_calculator_of_an_untrusted_package_is_refused() -> None:
    spec = CalculatorSpec(EMT, {"asap_cutoff": True})
    document = jsanitize(spec.as_dict(), strict=True)
    assert safejson.decode(document) == spec
    document["factory"]["@module"] = "os"
    document["factory"]["@callable"] = "system"
    with pytest.raises(safejson.UntrustedClassError, match=r"names os\.system"):
        safejson.decode(document)


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("no_such_package.emt:EMT", "cannot be imported: No module named 'no_such_package'"),
        ("ase.calculators.emt:EMTT", "ase.calculators.emt has no 'EMTT'; did you mean 'EMT'"),
        ("ase.atom:Atom", "ase.atom:Atom is not an ASE calculator; it has no calculators"),
        ("math:pi", "math:pi is not an ASE calculator"),
    ],
)
def test_name_that_is_not_a_calculator_is_refused(reference: str, complaint: str) -> None:
    with pytest.raises(EngineError, match=complaint):
        named_calculator(reference, {})


def test_factory_that_returns_another_object_is_refused() -> None:
    with pytest.raises(TypeError, match="builtins:dict returns dict, not an ASE calculator"):
        CalculatorSpec(dict).make()


def test_version_is_read_from_the_distribution() -> None:
    assert CalculatorSpec(EMT).version == version("ase")


def test_files_of_weights_are_recorded_by_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.pt").write_bytes(b"weights")
    digest = sha256(b"weights").hexdigest()
    found = weights_of({"model": "model.pt", "device": "cpu", "layers": 3})
    assert found is not None
    assert found.digest == digest
    assert found.label == f"model.pt {digest[:8]}"
    assert weights_of({"device": "cpu"}) is None
    # The path is made absolute, as jobs run in other directories.
    spec = named_calculator("ase.calculators.emt:EMT", {"model": "model.pt"})
    assert spec.arguments == {"model": str(tmp_path / "model.pt")}


def test_changed_weights_are_hashed_again(tmp_path: Path) -> None:
    file = tmp_path / "model.pt"
    digests = set()
    for content in (b"first", b"second and longer"):
        file.write_bytes(content)
        found = weights_of({"model": str(file)})
        assert found is not None
        digests.add(found.digest)
    assert len(digests) == 2
