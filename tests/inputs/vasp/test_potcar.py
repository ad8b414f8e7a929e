"""POTCAR files with and without a library."""

import pytest

from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note


def test_missing_potcar_library_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    assert "PMG_DEFAULT_FUNCTIONAL=PBE_54 PMG_VASP_PSP_DIR=" in potcar_note("PBE_54")
    assert "POTCAR.spec replaces POTCAR" in missing_potcars()[0]
    monkeypatch.setitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, "/potcars")
    assert potcar_note("PBE_54") == ""
    assert missing_potcars() == []
