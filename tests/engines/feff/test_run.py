"""Running FEFF in a directory, and what becomes of its failures."""

import sys
from pathlib import Path

import fake_feff
import pytest
from recorded_spectra import RECORDED

from liponflow.boundary import FileError
from liponflow.engines.feff.run import FeffError, run_feff


def run(directory, how="runs", **arguments):
    command = [sys.executable, fake_feff.__file__, how]
    return run_feff(directory, "EDGE K\n", command=command, **arguments)


def test_command(tmp_path):
    found = run(tmp_path)
    assert len(found.table.energies) == 210
    assert (found.scf.converged, found.scf.iterations) == (True, 9)
    assert found.scf.fermi_change == pytest.approx(0.1)
    assert found.version == "10.0.0"
    assert found.core_hole_width == pytest.approx(0.03603)
    assert found.core_seconds > 0
    assert found.seconds > 0
    assert (tmp_path / "feff.inp").read_text() == "EDGE K\n"
    assert "Calculating SCF" in (tmp_path / "feff.log").read_text()


def test_nothing_is_printed(tmp_path, capfd):
    run(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_unconverged_potentials_are_marked(tmp_path):
    assert not run(tmp_path, "unconverged").scf.converged


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("stops", r"(?s)FEFF stopped \(directory .*at least two atoms share one place"),
        ("status", r"(?s)ended with status 3 \(directory .*no atoms of potential 3"),
        ("nothing", r"(?s)without a spectrum \(eels\.dat\).*Calculating SCF potentials"),
    ],
)
def test_failures_have_the_words_of_feff(tmp_path, how, message):
    with pytest.raises(FeffError, match=message):
        run(tmp_path, how)


def test_spectrum_with_nan_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"eels\.dat.*not finite.*59\.7611 eV"):
        run(tmp_path, "nan")


def test_time_limit(tmp_path):
    with pytest.raises(FeffError, match=r"(?s)not ended after 1 s.*time_limit=SECONDS"):
        run(tmp_path, "sleeps", time_limit=1)


def test_outputs_of_an_earlier_run_do_not_count(tmp_path):
    for name in ("eels.dat", "xmu10.dat"):
        (tmp_path / name).write_bytes((RECORDED / "Li2O_Li1_K" / name).read_bytes())
    (tmp_path / ".feff.error").touch()
    with pytest.raises(FeffError, match="without a spectrum"):
        run(tmp_path, "nothing")
    run(tmp_path)


def test_command_that_does_not_exist(tmp_path):
    with pytest.raises(FeffError, match=r"/nowhere/feff9.*correct the setting feff_cmd"):
        run_feff(tmp_path, "EDGE K\n", command=["/nowhere/feff9"])


def test_wheel_fails_in_its_own_words(tmp_path):
    """The stage that fails is named, and so is the directory."""
    pytest.importorskip("feff10")
    with pytest.raises(FeffError, match=rf"(?s)status 1 \(directory {tmp_path}.*Feff"):
        run_feff(tmp_path, "EDGE K\nATOMS\n0 0 x 0\nEND\n")


def test_script_of_the_wheel_is_a_script():
    """It runs by itself, without liponflow."""
    assert (
        "liponflow"
        not in Path(sys.modules["liponflow.engines.feff.run"].WORKER)
        .read_text()
        .split('"""', 2)[2]
    )
