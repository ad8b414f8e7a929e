"""One way from a user's disordered file to the ordered cell of every command."""

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from pymatgen.io.ase import AseAtomsAdaptor
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.crystals.checked import StructureError
from liponflow.crystals.read import read_structure
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.structure_options import StructureOptions, split_options
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.glass.files import analyze
from liponflow.workflows.structure_files import (
    OrderedCrystalWarning,
    ReleasedAtomsWarning,
    read_ordered,
)

CIF = """data_{name}
_symmetry_space_group_name_H-M 'R -3 m :H'
_cell_length_a 2.82
_cell_length_b 2.82
_cell_length_c 14.3
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 0 0 0.5 {lithium}
Co1 0 0 0 1
O1 0 0 0.2605 1
"""


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """Write Li0.5CoO2."""
    path = tmp_path / "half.cif"
    path.write_text(CIF.format(name="half", lithium=0.5))
    return path


@pytest.mark.parametrize("name", ["glass", "lithiation", "migration", "phonons"])
def test_request_of_every_campaign_has_the_ordered_cell(half: Path, name: str) -> None:
    campaign = get_campaign(name)
    with pytest.warns(OrderedCrystalWarning, match=r"half\.cif: ordered in the smallest cell"):
        request = campaign.request(preset="quick", engine="chgnet", structure_file=half)
    assert request.structure is not None
    assert request.structure.composition.formula == "Li1 Co2 O4"
    assert request.source is not None
    assert request.source.startswith(f"{half}, ordered in the smallest cell: Li1 Co2 O4 as in")
    with pytest.raises(
        StructureError, match=r"half\.cif: 3 of 12 sites are .* 0\.5 Li on 3 sites"
    ):
        campaign.request(
            preset="quick", engine="chgnet", structure_file=half, overrides={"order": "error"}
        )


def test_dry_run_does_not_repeat_the_choice(half: Path) -> None:
    campaign = get_campaign("phonons")
    with pytest.warns(OrderedCrystalWarning):
        request = campaign.request(preset="quick", engine="chgnet", structure_file=half)
    material = campaign.understand(request, campaign.make_flow(request), []).material
    assert material.endswith(f", from {half}")


def test_composition_of_stability_is_that_of_the_ordered_cell(half: Path) -> None:
    with pytest.warns(OrderedCrystalWarning):
        request = get_campaign("stability").request(
            preset="quick", engine="chgnet", structure_file=half
        )
    assert request.parameters.composition == "Li(CoO2)2"


def test_analysis_orders_and_says_so(half: Path) -> None:
    found = analyze([half])
    assert found.formula == "Li(CoO2)2"
    assert any("half.cif: ordered in the smallest cell" in text for text in found.warnings)
    with pytest.raises(ValueError, match=r"3 of 12 sites are occupied in part"):
        analyze([half], settings={"order": "error"})


def test_flow_and_inputs_record_the_choice(half: Path, tmp_path: Path) -> None:
    campaign = get_campaign("phonons")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flow = campaign.plan(preset="quick", engine="chgnet", structure_file=half)
        campaign.write(tmp_path / "out", preset="quick", structure_file=half)
    made: dict[str, Any] = flow.jobs[-1].function_kwargs["made"]
    assert "lowest Ewald energy of 6 arrangements" in made["source_structure"]
    assert "ordered in the smallest cell" in (tmp_path / "out" / "provenance.yaml").read_text()


def test_json_of_pymatgen_is_ordered_too(half: Path, tmp_path: Path) -> None:
    read_structure(half, disordered=True).to(str(tmp_path / "half.json"))
    with pytest.warns(OrderedCrystalWarning, match=r"half\.json: ordered in the smallest cell"):
        found = read_ordered(tmp_path / "half.json", StructureOptions())
    assert found.structure.formula == "Li1 Co2 O4"


@pytest.mark.parametrize(
    ("occupancy", "message"),
    [
        ("1.2", r"half\.cif: the occupancy of Li1 is 1\.2; write a number from 0 to 1"),
        ("-0.5", r"half\.cif: the occupancy of Li1 is -0\.5"),
        ("half", r"half\.cif: the occupancy of Li1 is half"),
        ("0.7\nNa1 0 0 0.5 0.7", r"half\.cif: the occupancies of a site add up to 1\.4.* 1\.05"),
    ],
)
def test_impossible_occupancy_is_refused(half: Path, occupancy: str, message: str) -> None:
    half.write_text(CIF.format(name="half", lithium=occupancy))
    with pytest.raises(StructureError, match=message):
        read_ordered(half, StructureOptions())


def test_occupancies_slightly_above_one_are_scaled(half: Path) -> None:
    half.write_text(CIF.format(name="half", lithium="1.02(3)"))
    with pytest.warns(UserWarning, match="sum to > 1"):
        assert read_ordered(half, StructureOptions()).structure.formula == "Li3 Co3 O6"


def test_same_file_and_seed_give_the_same_cell(half: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, again = (read_ordered(half, StructureOptions()) for _ in range(2))
        others = {
            str(read_ordered(half, StructureOptions(order_seed=seed)).structure)
            for seed in range(5)
        }
    assert first.structure == again.structure
    assert first.remark == again.remark
    assert len(others) == 2  # both sites of equal energy


def test_block_of_several_is_taken_by_name(half: Path) -> None:
    half.write_text(CIF.format(name="a", lithium=1) + CIF.format(name="b", lithium=0.5))
    assert read_ordered(half, StructureOptions(block="a")).structure.formula == "Li3 Co3 O6"
    with pytest.raises(StructureError, match=r"half\.cif holds 2 crystals, say which: a .*, b "):
        read_ordered(half, StructureOptions())
    assert analyze([half], settings={"block": 1}).formula == "LiCoO2"
    read_structure(half, block="a").to(str(half.with_name("POSCAR")), fmt="poscar")
    with pytest.raises(StructureError, match=r"POSCAR holds 1 crystal, none is 'b'"):
        read_ordered(half.with_name("POSCAR"), StructureOptions(block="b"))
    with pytest.raises(ValueError, match=r"POSCAR: block=b is for CIF; leave it out"):
        analyze([half.with_name("POSCAR")], settings={"block": "b"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"order": "none"},
            "parameter order='none': .*'auto' or 'error'; for example order=error",
        ),
        ({"order_atoms": 0}, "parameter order_atoms=0: .* for example order_atoms=80"),
        ({"order_seed": -1}, "parameter order_seed=-1"),
    ],
)
def test_option_that_cannot_be_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        split_options(given)


def test_option_without_structure_is_refused() -> None:
    with pytest.raises(ParameterError, match="order_atoms: this is about a structure"):
        get_campaign("phonons").request(
            preset="quick", engine="chgnet", overrides={"order_atoms": 50}
        )


def test_command_line_refuses_disorder_on_request(half: Path) -> None:
    run = ["run", "phonons", "--structure", str(half), "--dry-run", "--set", "order=error"]
    refused = CliRunner().invoke(app, run)
    assert refused.exit_code == 2
    words = re.sub(r"\s+", " ", refused.output)
    assert "0.5 Li on 3 sites (such as [0.0, 0.0, 0.5]); a calculation needs whole atoms" in words


def test_atoms_that_a_poscar_holds_are_released_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    path.write_text(
        "Li2O\n4.62\n0 .5 .5\n.5 0 .5\n.5 .5 0\nLi O\n2 1\nSelective dynamics\nDirect\n"
        ".25 .25 .25 T T T\n.75 .75 .75 F F F\n0 0 0 T T F\n"
    )
    with pytest.warns(ReleasedAtomsWarning, match=r"POSCAR: .* holds 2 of 3 atoms in place"):
        found = read_ordered(path, StructureOptions()).structure
    assert not AseAtomsAdaptor.get_atoms(found).constraints
    assert AseAtomsAdaptor.get_atoms(read_structure(path)).constraints


def test_misspelt_option_of_a_structure_is_recognised() -> None:
    with pytest.raises(ParameterError, match=r"unknown parameter 'oder'; did you mean 'order'"):
        get_campaign("phonons").load_parameters("quick", {"oder": "error"})
