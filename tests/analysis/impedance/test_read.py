"""Files of impedance: every form gives the same spectrum, and the sign is decided."""

from pathlib import Path

import numpy as np
import pytest
from fuzzed_readers import _biologic, _gamry, _impedance

from liponflow.analysis.impedance.read import read_impedance
from liponflow.analysis.measured.table import TableError

F = np.geomspace(1e5, 1, 15)
Z = 10 + 100 / (1 + 1e-3j * 2 * np.pi * F)


def columns(header: str, *parts: np.ndarray) -> str:
    rows = [", ".join(f"{value:.6g}" for value in row) for row in zip(*parts, strict=True)]
    return "\n".join([*([header] if header else []), *rows])


FORMS = {
    "negated.csv": _impedance(",").decode(),
    "signed.csv": columns("Frequency (Hz), Z' (Ohm), Z'' (Ohm)", F, Z.real, Z.imag),
    "order.csv": columns("Z'' (Ohm), Z' (Ohm), f", Z.imag, Z.real, F),
    "units.csv": columns(
        "freq/kHz, Re(Z)/kOhm, -Im(Z)/kOhm", F / 1e3, Z.real / 1e3, -Z.imag / 1e3
    ),
    "bare.txt": columns("", F, Z.real, Z.imag),
    "bare_negated.txt": columns("", F, Z.real, -Z.imag),
    "upwards.csv": columns("", F[::-1], Z.real[::-1], Z.imag[::-1]),
    "eis.mpt": _biologic().decode(),
    "comma.mpt": _biologic().decode().replace(".", ","),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_every_form_gives_the_same_spectrum(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FORMS[name])
    found = read_impedance(path)
    assert np.allclose(found.frequency, F, rtol=1e-5)
    assert np.allclose(found.impedance, Z, rtol=1e-4)
    assert ("-Z''" in found.sign) == ("negated" in name or name in {"units.csv", "eis.mpt",
                                                                   "comma.mpt"})  # fmt: skip


def test_gamry_states_its_sign(tmp_path: Path) -> None:
    path = tmp_path / "eis.DTA"
    path.write_bytes(_gamry().replace(b"Zimag", b"Zimag"))
    found = read_impedance(path)
    assert np.allclose(found.impedance, Z, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", columns("freq, phase, modulus", F, F, F), "columns freq, phase, modulus: one"),
        ("x.csv", columns("", F[:5], Z.real[:5], Z.imag[:5]), "5 frequencies above 0 Hz"),
        ("x.csv", columns("", F, -Z.real, Z.imag), "most real parts are negative"),
        ("x.csv", columns("", F, 0 * F, 0 * F), "an impedance is 0"),
        ("x.DTA", "TAG\tCV\n", "has no table ZCURVE"),
        ("x.mpt", "freq\n", "Nb header lines"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(TableError, match=message):
        read_impedance(path)
