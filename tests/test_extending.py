"""Follow docs/extending.md: a package that adds a campaign and an engine."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.eos import EquationOfState
from ase.units import GPa
from reader import BLOCK, EXTENDING, FILE, ROOT, Reader, Session

PLUGIN = ROOT / "tests" / "plugin"
PAGE = EXTENDING.read_text(encoding="utf-8")


def test_plugin_files_are_those_shown_on_the_page() -> None:
    blocks = [block for _, block in BLOCK.findall(PAGE)]
    shown = {named[1]: block for block in blocks if (named := FILE.match(block))}
    kept = {
        path.relative_to(PLUGIN).as_posix(): path.read_text(encoding="utf-8")
        for suffix in ("py", "toml", "yaml")
        for path in PLUGIN.rglob(f"*.{suffix}")
    }
    assert shown == kept


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory, warm_programs: Path) -> Session:
    """Follow the page about extensions."""
    return Reader(tmp_path_factory.mktemp("extending"), warm_programs).read(PAGE)


def test_campaign_of_another_package_is_listed_in_the_help(extended: Session) -> None:
    assert "Fit the equation of state of a crystal." in extended.output_of("liponflow run --help")
    shown = extended.output_of("liponflow run eos --help")
    assert re.search(r"--strain +FRACTION +Largest linear strain", shown)


def test_campaign_of_another_package_is_estimated_and_run(extended: Session) -> None:
    estimate = extended.output_of("liponflow run eos --engine emt --engine-set")
    assert re.search(r"^static +7 +4 ", estimate, re.MULTILINE)
    printed = extended.output_of("liponflow run eos --engine emt --strain")
    assert "effective medium theory" in printed
    result = json.loads((extended.folder / "copper" / "eos.json").read_text(encoding="utf-8"))
    assert result["provenance"]["engine"]["name"] == "emt"
    assert result["provenance"]["parameters"]["strain"] == 0.02
    assert result["provenance"]["packages"]["liponflow-eos"] == "1.0"
    volume, modulus = copper_by_ase(strain=0.02)
    assert result["volume"] == pytest.approx(volume, rel=1e-4)
    assert result["bulk_modulus"] == pytest.approx(modulus, rel=1e-3)


def copper_by_ase(strain: float) -> tuple[float, float]:
    """Return volume (Å³/atom) and bulk modulus (GPa) of Cu in EMT, without liponflow."""
    volumes, energies = [], []
    for scale in np.linspace(1 - strain, 1 + strain, 7):
        atoms = bulk("Cu", "fcc", a=3.61 * scale)
        atoms.calc = EMT()
        volumes.append(atoms.get_volume())
        energies.append(atoms.get_potential_energy())
    volume, _, modulus = EquationOfState(volumes, energies, eos="birchmurnaghan").fit()
    return volume, modulus / GPa


def test_result_of_another_package_is_queried_exported_and_plotted(extended: Session) -> None:
    folder = extended.folder
    assert re.search(
        r"^\w{8} +eos +Cu +emt ", extended.output_of("liponflow results list"), re.MULTILINE
    )
    assert "bulk modulus, GPa" in extended.output_of("liponflow results show")
    header, *rows = (folder / "points.csv").read_text(encoding="utf-8").splitlines()
    assert header == "volume (Å³/atom),energy (eV/atom)"
    assert len(rows) == 7
    for name in ("copper/energy.png", "figures/energy.png"):
        assert (folder / name).stat().st_size > 1000
