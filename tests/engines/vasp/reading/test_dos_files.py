import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.outputs import Vasprun
from vasp_files import EFERMI, ENERGIES, L_FIELDS, POINTS, Densities, Run, bump, doscar

from liponflow.analysis.pdos import SiteDensities
from liponflow.engines.vasp.reading.dos_files import densities_of_vasprun, read_doscar

ROUNDING = 6e-5
"""Absolute and relative: vasprun.xml has four decimals, DOSCAR four digits."""

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
LM = {"s": slice(0, 1), "p": slice(1, 4), "d": slice(4, 9), "f": slice(9, 16)}
L = {"s": slice(0, 1), "p": slice(1, 2), "d": slice(2, 3), "f": slice(3, 4)}


def columns(channels: int, orbitals: int) -> np.ndarray:
    """Return densities of one ion, shape (channels, orbitals, n), all different."""
    values = [[bump(s + o / 3 - 2, 1 + o) for o in range(orbitals)] for s in range(channels)]
    return np.array(values)


def totals(channels: int) -> np.ndarray:
    return np.array([bump(s / 2, 3.0) for s in range(channels)])


def read_vasprun(path: Path, densities: Densities | None) -> SiteDensities:
    path.write_text(Run([CELL], [-10.0], densities=densities).vasprun())
    return densities_of_vasprun(Vasprun(path, parse_potcar_file=False))


def check(found: SiteDensities, total: np.ndarray, site: np.ndarray, shells: dict) -> None:
    """Compare with sums over the columns of each shell; site has shape (channels, orbitals, n)."""
    channels = ["both"] if len(total) == 1 else ["up", "down"]
    assert found.efermi == EFERMI
    assert found.energies == pytest.approx(ENERGIES, abs=1e-9)
    assert list(found.total) == channels
    expected = {
        (orbital, channel): site[s][columns].sum(axis=0)
        for s, channel in enumerate(channels)
        for orbital, columns in shells.items()
        if columns.start < site.shape[1]
    }
    for read in found.sites:
        assert set(read) == set(expected)
        for key, density in expected.items():
            assert read[key] == pytest.approx(density, abs=ROUNDING, rel=ROUNDING)
    for s, channel in enumerate(channels):
        assert found.total[channel] == pytest.approx(total[s], abs=ROUNDING, rel=ROUNDING)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("orbitals", "shells"), [(9, LM), (3, L)])
def test_vasprun_densities_are_read(
    tmp_path: Path, channels: int, orbitals: int, shells: dict
) -> None:
    total, site = totals(channels), columns(channels, orbitals)
    fields = L_FIELDS if orbitals == 3 else Densities.fields
    found = read_vasprun(tmp_path / "vasprun.xml", Densities(total, [site, site], fields))
    check(found, total, site, shells)


def test_noncollinear_vasprun_is_read_without_magnetisation(tmp_path: Path) -> None:
    total, site = totals(4), columns(4, 9)
    found = read_vasprun(tmp_path / "vasprun.xml", Densities(total, [site, site]))
    check(found, total[:1], site[:1], LM)


def test_vasprun_without_densities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    with pytest.raises(ValueError, match=r"vasprun\.xml: no readable density of states"):
        read_vasprun(path, None)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("orbitals", "shells"), [(3, L), (4, L), (9, LM), (16, LM)])
def test_doscar_densities_are_read(
    tmp_path: Path, channels: int, orbitals: int, shells: dict
) -> None:
    total, site = totals(channels), columns(channels, orbitals)
    alternating = site.transpose(1, 0, 2).reshape(-1, POINTS)
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(total, [alternating, alternating]))
    check(read_doscar(path, noncollinear=False), total, site, shells)


@pytest.mark.parametrize(("orbitals", "shells"), [(3, L), (4, L), (9, LM), (16, LM)])
def test_noncollinear_doscar_is_read_without_magnetisation(
    tmp_path: Path, orbitals: int, shells: dict
) -> None:
    total, site = totals(1), columns(4, orbitals)
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(total, [site.transpose(1, 0, 2).reshape(-1, POINTS)]))
    check(read_doscar(path, noncollinear=True), total, site[:1], shells)


def test_both_files_of_one_run_agree(tmp_path: Path) -> None:
    total, site = totals(2), columns(2, 9)
    xml = read_vasprun(tmp_path / "vasprun.xml", Densities(total, [site, site]))
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(total, [site.transpose(1, 0, 2).reshape(-1, POINTS)] * 2))
    text = read_doscar(path)
    for key, density in xml.sites[1].items():
        assert text.sites[1][key] == pytest.approx(density, abs=ROUNDING, rel=ROUNDING)


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_compressed_doscar_is_read(tmp_path: Path, suffix: str, pack) -> None:
    path = tmp_path / f"DOSCAR{suffix}"
    path.write_bytes(pack(doscar(totals(1), [columns(1, 3)[0]]).encode()))
    assert read_doscar(path).total["both"] == pytest.approx(
        totals(1)[0], abs=ROUNDING, rel=ROUNDING
    )


def test_doscar_without_projections_has_no_sites(tmp_path: Path) -> None:
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(totals(2), []))
    assert read_doscar(path).sites == []


def test_fortran_numbers_without_e_or_space_are_read(tmp_path: Path) -> None:
    text = doscar(totals(1), [columns(1, 3)[0]])
    path = tmp_path / "DOSCAR"
    # An exponent without E, and no space between the number of points and the lowest energy.
    text = text.replace("0.0000E+00", "0.1234-100", 1)
    path.write_text(text.replace(f"{POINTS:5d}", f"{POINTS:05d}"))
    assert "-6.0000000000061" in path.read_text()
    assert read_doscar(path).total["both"] == pytest.approx(
        totals(1)[0], abs=ROUNDING, rel=ROUNDING
    )


def test_ambiguous_sixteen_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(totals(1), [columns(1, 16)[0]]))
    with pytest.raises(ValueError, match="16 columns"):
        read_doscar(path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: "\n".join(text.split("\n")[:100]), "ends at line 100"),
        (lambda text: text.split("\n")[0], "ends in its header, at line 1"),
        (lambda text: text.replace("-5.800", "******"), "line 8: not numbers"),
        (lambda text: text.replace("2.00000000", "*" * 10), "line 6: no energy range"),
        (lambda text: text.replace("   61 ", "    0 ", 1), "line 6: 0 energies in a file"),
        (lambda text: text.replace("   61 ", "  1e9 ", 1), "line 6: 1e.09 energies in a file"),
        (lambda text: text.replace("   61 ", "  nan ", 1), "line 6: nan energies in a file"),
        (lambda text: text.replace("   1 ", "9e18 ", 1), "line 1: 9e.18 ions in a file"),
        (lambda text: text.replace("-5.800 ", "-5.800  7 "), "line 8: 4 columns, but 3 in line 7"),
        (lambda text: text.replace(" 0.0000E+00", "        inf", 1), r"line 7 holds inf at index"),
    ],
)
def test_damaged_doscar_is_refused_with_the_line(tmp_path: Path, change, complaint: str) -> None:
    path = tmp_path / "DOSCAR"
    path.write_text(change(doscar(totals(1), [columns(1, 3)[0]])))
    with pytest.raises(ValueError, match=complaint):
        read_doscar(path)


def test_unknown_numbers_of_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "DOSCAR"
    path.write_text(doscar(totals(1), [columns(1, 5)[0]]))
    with pytest.raises(ValueError, match="5 projected columns"):
        read_doscar(path)
