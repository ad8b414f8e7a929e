"""Input directories of the EELS campaign, and comparisons with them."""

import numpy as np
import pytest
import yaml
from recorded_spectra import RECORDED

from liponflow.inputs.feff.reading import read_feff_input
from liponflow.inputs.presets import ParameterError
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign

compare = get_campaign("eels").compare
write = get_campaign("eels").write

CRYSTALS = {"phases": ["Li2O", "Li3P"], "glass": None}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("inputs") / "feff"
    return write(out, preset="quick", overrides=CRYSTALS)


def test_a_directory_for_every_distinct_site_and_run(written):
    """Li2O: Li and O; Li3P: two Li, and P by L2 and L3."""
    names = sorted(path.parent.name for path in written.directory.glob("*/feff.inp"))
    assert names == [
        "Li2O-Li-K-site0",
        "Li2O-O-K-site2",
        "Li3P-Li-K-site0",
        "Li3P-Li-K-site2",
        "Li3P-P-L2-site6",
        "Li3P-P-L3-site6",
    ]
    assert written.summary == "6 spectrum runs"


def test_runs_of_an_edge_differ_in_their_shell_only(written):
    one, other = (
        read_feff_input(written.directory / f"Li3P-P-{shell}-site6" / "feff.inp")
        for shell in ("L2", "L3")
    )
    assert {name for name in one.cards if one.cards[name] != other.cards[name]} == {"EDGE"}
    assert np.array_equal(one.coords, other.coords)


def test_record_has_weights_and_sources(written):
    record = yaml.safe_load((written.directory / "provenance.yaml").read_text())
    runs = record["spectra"]
    weights = [runs[name]["weight"] for name in ("Li3P-Li-K-site0", "Li3P-Li-K-site2")]
    assert weights == pytest.approx([1 / 3, 2 / 3], abs=1e-5)
    assert runs["Li2O-Li-K-site0"]["cards"]["EDGE"] == "K"
    assert record["parameters"]["beam_energy"]["source"].endswith("section 4.2.9")
    assert set(record["materials"]) == {"Li2O", "Li3P"}


def test_readme_says_what_to_run(written):
    text = (written.directory / "README.md").read_text()
    assert "in each of the 6 directories, such as `Li2O-Li-K-site0`" in text
    assert "{" not in text


def test_structure_of_the_user(tmp_path):
    file = tmp_path / "POSCAR"
    phase("Li2O").primitive().to_file(str(file), fmt="poscar")
    found = write(
        tmp_path / "feff", preset="quick", overrides={"edges": ["O K"]}, structure_file=file
    )
    assert [path.parent.name for path in found.directory.glob("*/feff.inp")] == ["Li2O-O-K-site2"]


def test_nothing_is_left_of_refused_inputs(tmp_path):
    out = tmp_path / "feff"
    with pytest.raises(ValueError, match="no edge Mn L23: Li2O, Li3P have no Mn"):
        write(out, preset="quick", overrides=CRYSTALS | {"edges": ["Mn L23"]})
    assert not out.exists()


def test_compare_with_a_recorded_input():
    radii = {"scf_radius": 5.0, "fms_radius": 6.0}
    found = compare(RECORDED / "Li2O_Li1_K", preset="paper", overrides=radii)
    assert list(found) == []
    found = compare(RECORDED / "Li2O_Li1_K", preset="paper", overrides={"scf_radius": 4.0})
    assert [item.key for item in found] == ["SCF"]


def test_compare_without_an_input(tmp_path):
    with pytest.raises(ParameterError, match=r"feff\.inp: no such file"):
        compare(tmp_path, preset="paper", overrides={})
