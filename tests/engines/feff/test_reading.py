"""Reading the outputs of FEFF."""

import numpy as np
import pytest
from recorded_spectra import CASES, RECORDED

from liponflow.boundary import FileError
from liponflow.engines.feff.reading import read_eels, read_scf, read_xmu

ROW = "   59.7611      0.625340E-06  0.841791E-06 -0.216451E-06"
NEXT = ROW.replace("59.7611", "59.8769")
COMPONENTS = "  0.344761E-06   0.00000       0.00000      0.243589E-37" + "   0.1E-10" * 5


@pytest.mark.parametrize("case", CASES)
def test_recorded_spectra(case):
    found = read_eels(RECORDED / case / "eels.dat")
    plain = np.loadtxt(RECORDED / case / "eels.dat")
    assert np.array_equal(found.energies, plain[:, 0])
    assert np.array_equal(found.total, plain[:, 1])
    assert found.fine_structure.min() < 0
    assert found.total == pytest.approx(found.background + found.fine_structure, rel=1e-4)


def test_main_peak_of_li2o():
    """The recorded Li K maximum, at 64.65 eV on FEFF's scale."""
    found = read_eels(RECORDED / "Li2O_Li1_K" / "eels.dat")
    assert found.energies[found.total.argmax()] == pytest.approx(64.6516, abs=1e-3)


def test_recorded_absorption():
    found = read_xmu(RECORDED / "Li2O_Li1_K" / "xmu10.dat")
    assert len(found.energies) == len(read_eels(RECORDED / "Li2O_Li1_K" / "eels.dat").energies)
    assert found.wave_numbers[0] < 0 < found.wave_numbers[-1]
    # Mu = -9.674 eV in the heading
    at_edge = np.interp(found.edge, found.energies, found.relative)
    assert at_edge == pytest.approx(-9.674, abs=0.02)


@pytest.mark.parametrize("headings", [0, 1, 20])
@pytest.mark.parametrize("rest", ["", COMPONENTS])
def test_both_layouts_with_any_headings(tmp_path, headings, rest):
    path = tmp_path / "eels.dat"
    path.write_text("# a heading 1 2 3\n" * headings + f"{ROW}{rest}\n{NEXT}{rest}\n")
    found = read_eels(path)
    assert found.energies.tolist() == [59.7611, 59.8769]
    assert found.fine_structure.tolist() == [-0.216451e-06] * 2


def test_exponents_of_three_digits(tmp_path):
    path = tmp_path / "eels.dat"
    path.write_text(f"  10.0  0.1-100  0.2-100 -0.1-100\n{ROW}\n")
    assert read_eels(path).total[0] == pytest.approx(1e-101, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# only headings\n", "0 energies: FEFF has not finished it"),
        (f"{ROW}\n", "1 energies"),
        (f"{ROW}\n{NEXT.replace('0.625340E-06', 'NaN')}\n", "not finite.*59.8769 eV"),
        (f"{ROW}\n{NEXT.replace('0.625340E-06', '************')}\n", "asterisks"),
        (f"{NEXT}\n{ROW}\n", "do not ascend"),
        (f"{ROW} 1.0\n{NEXT} 1.0\n", "5 columns, not 4 or 13"),
        (f"{ROW}\n59.9 1.0\n", "2 numbers"),
    ],
)
def test_damaged_spectra_are_refused(tmp_path, text, message):
    path = tmp_path / "eels.dat"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_eels(path)


def test_missing_spectrum(tmp_path):
    with pytest.raises(FileError, match=r"eels\.dat: no such file; run FEFF again"):
        read_eels(tmp_path / "eels.dat")


LOG = """Initial Fermi level:              mu=    -6.105 eV
SCF ITERATION NUMBER  1
New Fermi level:    mu= -11.712 eV  Charge distance=  0.1607 (partial c.d.=  4.9156)
SCF ITERATION NUMBER  2
New Fermi level:    mu= -10.863 eV  Charge distance=  0.2748 (partial c.d.=  0.1729)
"""


@pytest.mark.parametrize(
    ("end", "converged"),
    [
        ("Convergence reached in    2 iterations.\n", True),
        (":WARNING Convergence not reached; ran out of iterations.\n", False),
    ],
)
def test_end_of_the_potentials(tmp_path, end, converged):
    path = tmp_path / "log1.dat"
    path.write_text(LOG + end)
    found = read_scf(path)
    assert (found.converged, found.iterations) == (converged, 2)
    assert found.fermi_change == pytest.approx(0.849)


def test_log_that_ends_before(tmp_path):
    path = tmp_path / "log1.dat"
    path.write_text(LOG)
    with pytest.raises(FileError, match="does not say whether the potentials converged"):
        read_scf(path)
