"""The PAW data set of Li with three electrons."""

import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from liponflow.engines.gpaw import datasets
from liponflow.engines.gpaw.calculator import GpawCalculator
from liponflow.engines.gpaw.datasets import (
    LITHIUM_ELECTRONS,
    DatasetError,
    ensure_lithium,
    lithium_file,
    lithium_setups,
)

GENERATE = """#!/bin/sh
echo generated >> {log}
cat > Li.sv.PBE <<'END'
<paw_dataset version="0.7"><atom symbol="Li" Z="3" core="0" valence="3.0"/>
</paw_dataset>
END
"""
"""A Python that stands in for one with GPAW."""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def command(folder: Path, script: str = GENERATE) -> list[str]:
    program = folder / "python"
    program.write_text(script.format(log=folder / "log"))
    program.chmod(0o755)
    return [str(program)]


def times(folder: Path) -> int:
    return len((folder / "log").read_text().splitlines())


def test_data_set_is_generated_once(tmp_path: Path) -> None:
    folder = ensure_lithium("1.0", command(tmp_path))
    assert folder == tmp_path / "cache" / "liponflow" / "gpaw-1.0"
    assert ensure_lithium("1.0", command(tmp_path)) == folder
    assert times(tmp_path) == 1
    assert b'valence="3.0"' in lithium_file("1.0").read_bytes()


def test_another_version_generates_its_own(tmp_path: Path) -> None:
    ensure_lithium("1.0", command(tmp_path))
    ensure_lithium("2.0", command(tmp_path))
    assert times(tmp_path) == 2


@pytest.mark.parametrize("damage", ["file", "checksum"])
def test_damaged_data_set_is_generated_again(tmp_path: Path, damage: str) -> None:
    ensure_lithium("1.0", command(tmp_path))
    file = lithium_file("1.0")
    whole = file.read_bytes()
    if damage == "file":
        file.write_bytes(whole[:-9])
    else:
        file.with_name(f"{file.name}.sha256").write_bytes(b"\xff")
    ensure_lithium("1.0", command(tmp_path))
    assert file.read_bytes() == whole
    assert times(tmp_path) == 2


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("#!/bin/sh\necho 'no such element' >&2\nexit 3\n", "status 3, no such element"),
        ("#!/bin/sh\ntouch Li.sv.PBE\n", "status 0"),
        ('#!/bin/sh\necho \'<atom symbol="Li" valence="3.0">\' > Li.sv.PBE\n', "status 0"),
    ],
    ids=["error", "empty", "cut"],
)
def test_generation_that_fails_is_reported_and_leaves_nothing(
    tmp_path: Path, script: str, reason: str
) -> None:
    with pytest.raises(DatasetError, match=reason) as caught:
        ensure_lithium("1.0", command(tmp_path, script))
    assert "use li_electrons=1" in str(caught.value)
    assert not (tmp_path / "cache").exists()


def test_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DatasetError, match="XDG_CACHE_HOME"):
        ensure_lithium("1.0", command(tmp_path))


def test_processes_may_generate_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    words = command(tmp_path)
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        folders = set(pool.map(ensure_lithium, ["1.0"] * 8, [words] * 8))
    (folder,) = folders
    names = {"Li.sv.PBE", "Li.sv.PBE.sha256"}
    assert {file.name for file in folder.iterdir()} == names
    assert datasets._intact(lithium_file("1.0"))


def test_other_numbers_of_electrons_are_refused() -> None:
    with pytest.raises(DatasetError, match="li_electrons = 2"):
        lithium_setups(2)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the data set that GPAW generates."""
    pytest.importorskip("gpaw", reason="GPAW is not installed; install it with: make gpaw")
    folder = tmp_path_factory.mktemp("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        made = ensure_lithium("tested")
    return Path(shutil.copytree(made, folder / "kept"))


def test_gpaw_generates_three_electrons(generated: Path) -> None:
    head = (generated / "Li.sv.PBE").read_text()[:1000]
    assert 'symbol="Li" Z="3" core="0" valence="3.0"' in head
    assert 'type="GGA" name="PBE"' in head


def lattice_constant(folder: Path, electrons: int) -> float:
    """Return the lattice constant of bcc Li by a parabola through three energies, Å."""
    calculator = GpawCalculator(
        {
            "mode": {"name": "pw", "ecut": 250},
            "xc": "PBE",
            "kpts": {"size": [4, 4, 4], "gamma": False},
            "occupations": {"name": "methfessel-paxton", "width": 0.2, "order": 1},
            "setups": lithium_setups(electrons),
        },
        directory=folder,
    )
    lengths = [3.38, 3.44, 3.50]
    energies = []
    for length in lengths:
        atoms = bulk("Li", "bcc", a=length)
        atoms.calc = calculator
        energies.append(atoms.get_potential_energy())
    assert calculator.last["setups"]["Li"]["electrons"] == electrons
    calculator.close()
    curvature, slope, _ = np.polyfit(lengths, energies, 2)
    return float(-slope / (2 * curvature))


def test_lattice_constant_of_li_with_one_and_three_electrons(
    tmp_path: Path, generated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PBE gives 3.435 Å (P. Haas, F. Tran and P. Blaha, Phys. Rev. B 79, 085104 (2009)).

    Three small calculations each: a wrong data set shows only in the energies.
    """
    monkeypatch.setattr(datasets, "lithium_file", lambda _: generated / "Li.sv.PBE")
    found = []
    for electrons in LITHIUM_ELECTRONS:
        folder = tmp_path / str(electrons)
        folder.mkdir()
        found.append(lattice_constant(folder, electrons))
    # The mesh of 4 x 4 x 4 points is not converged: 0.02 Å.
    assert found == pytest.approx([3.435, 3.435], abs=0.03)
    assert found[0] == pytest.approx(found[1], abs=0.02)
