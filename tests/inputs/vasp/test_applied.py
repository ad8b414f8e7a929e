"""Options of a user in the input sets: functionals, potentials, tags and their sources."""

from pathlib import Path
from typing import Any

import pytest
from pymatgen.io.vasp import Incar
from pymatgen.io.vasp.sets import MP24RelaxSet, MPHSERelaxSet, VaspInputSet

from liponflow.engines.engine import EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.engines.vasp.engine import VaspEngine
from liponflow.inputs.glass import TOPIC as GLASS
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters, values
from liponflow.inputs.vasp.applied import applied, with_options
from liponflow.inputs.vasp.generator import write_inputs
from liponflow.inputs.vasp.glass import md_incar
from liponflow.inputs.vasp.glass import relax_set as glass_relax_set
from liponflow.inputs.vasp.glass import static_set as glass_static_set
from liponflow.inputs.vasp.lithiation import relax_set, static_set
from liponflow.inputs.vasp.options import VaspOptions
from liponflow.inputs.vasp.potcar import POTCAR_LIBRARY, PYMATGEN
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.inputs.vasp.stability import static_set as stability_static_set
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo

PARAMETERS = load_parameters(LithiationParameters, TOPIC, "quick")
OXIDE = with_magmoms(ordered_lnmo(), PARAMETERS.magmoms)


@pytest.fixture(autouse=True)
def no_potcars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PYMATGEN, POTCAR_LIBRARY, raising=False)


def incar(**arguments: Any) -> Incar:
    generator = applied(relax_set(PARAMETERS), VaspOptions.of(arguments), "relax")
    return generator.get_input_set(OXIDE, potcar_spec=True).incar


def engine(**arguments: Any) -> VaspEngine:
    sets = VaspSets(relax=relax_set(PARAMETERS), static=static_set(PARAMETERS))
    made = get_engine("vasp", EngineOptions(0.02, 100, {FAMILY: sets}, arguments))
    assert isinstance(made, VaspEngine)
    return made


def theirs(input_set: VaspInputSet) -> Incar:
    return input_set.incar


def test_no_option_changes_nothing() -> None:
    generator = relax_set(PARAMETERS)
    assert applied(generator, VaspOptions(), "relax") is generator


def test_r2scan_has_the_tags_of_the_materials_project() -> None:
    """As pymatgen's MP24RelaxSet: METAGGA without GGA and without U."""
    ours, reference = incar(functional="r2SCAN"), theirs(MP24RelaxSet(OXIDE, bandgap=0.0))
    for tag in ("METAGGA", "LASPH", "LMIXTAU", "GGA_COMPAT"):
        assert ours[tag] == reference[tag]
    for tag in ("GGA", "LDAU", "LDAUU", "LDAUL", "LHFCALC"):
        assert tag not in ours
        assert tag not in reference
    kept = incar(functional="r2SCAN", keep_u=True)
    assert kept["LDAUU"] == incar()["LDAUU"]


def test_hse06_has_the_tags_of_the_materials_project() -> None:
    ours = incar(functional="HSE06+D3(BJ)")
    reference = theirs(MPHSERelaxSet(OXIDE, vdw="dftd3-bj"))
    for tag in ("LHFCALC", "HFSCREEN", "LASPH", "IVDW", "VDW_A1", "VDW_A2", "VDW_S8"):
        assert ours[tag] == reference[tag]
    assert "LDAU" not in ours
    assert str(ours["ALGO"]).upper() == str(reference["ALGO"]).upper()


def test_dispersion_keeps_u_of_the_campaign() -> None:
    ours = incar(functional="PBE+D3(BJ)")
    assert (ours["IVDW"], ours["GGA"], ours["LDAU"]) == (12, "Pe", True)


def test_first_release_of_potentials_is_too_old_for_a_meta_gga() -> None:
    """It lacks the kinetic energy density of the cores; MPScanRelaxSet takes PBE_54, too."""

    def release(**arguments: Any) -> str:
        generator = applied(stability_static_set(), VaspOptions.of(arguments), "static")
        found: str = generator.config_dict["POTCAR_FUNCTIONAL"]
        return found

    assert release() == release(functional="HSE06") == "PBE"
    assert release(functional="r2SCAN") == "PBE_54"
    assert release(functional="r2SCAN", potcar_release=64) == "PBE_64"


def test_what_the_user_sets_is_written_with_its_source(tmp_path: Path) -> None:
    options = VaspOptions.of(
        {"incar": {"ENCUT": 600, "static:EDIFF": 1e-7}, "potcar": {"O": "O_s"}, "bader": True}
    )
    generator = applied(static_set(PARAMETERS), options, "static")
    written = write_inputs(OXIDE, generator, tmp_path)
    found = Incar.from_file(tmp_path / "INCAR")
    assert (found["ENCUT"], found["EDIFF"]) == (600, 1e-7)
    assert (found["LAECHG"], found["LCHARG"]) == (True, True)
    for tag in ("ENCUT", "EDIFF"):
        assert written[tag]["source"] == "given by the user: --incar"
        assert written[tag]["value"] == found[tag]
    assert "option bader" in written["LAECHG"]["source"]
    assert written["POTCAR"]["value"][-1] == "O_s"
    assert "O_s: by the options of the user" in written["POTCAR"]["source"]
    assert (tmp_path / "POTCAR.spec").read_text().split()[-1] == "O_s"


def test_spin_of_the_user_is_kept_where_electrons_are_odd() -> None:
    """One electron is missing; without the user's word there would be spin."""
    odd = OXIDE.copy()
    odd.remove_sites([0])
    generator = applied(glass_static_set(), VaspOptions.of({"incar": {"ISPIN": 1}}), "static")
    assert generator.get_input_set(odd, potcar_spec=True).incar["ISPIN"] == 1


def test_options_reach_every_kind_of_job() -> None:
    made = engine(incar={"ENCUT": 600, "relax:EDIFFG": -0.01}, functional="r2SCAN")
    relax, static = made.relax(cell=False), made.static()
    tags = [
        maker.input_set_generator.get_input_set(OXIDE, potcar_spec=True).incar  # type: ignore[attr-defined]
        for maker in (relax, static)
    ]
    assert [found["ENCUT"] for found in tags] == [600, 600]
    assert [found["METAGGA"] for found in tags] == ["R2scan", "R2scan"]
    assert tags[0]["EDIFFG"] == -0.01
    assert "EDIFFG" not in tags[1]


def test_a_criterion_looser_than_the_campaigns_is_refused() -> None:
    engine(incar={"relax:EDIFFG": -0.02})
    with pytest.raises(ValueError, match=r"looser than the force limit.*--set force_limit=0\.05"):
        engine(incar={"relax:EDIFFG": -0.05})


def test_energies_of_another_functional_have_another_method_and_identity() -> None:
    plain, meta = engine().describe(), engine(functional="r2SCAN").describe()
    tagged = engine(incar={"ENCUT": 600}).describe()
    parallel = engine(incar={"NCORE": 8}).describe()
    assert plain.identity != meta.identity
    assert plain.identity != tagged.identity
    assert plain.identity == parallel.identity
    assert (plain.functional, meta.functional) == ("PBE+U", "r2SCAN")
    both = engine(functional="r2SCAN+D3(BJ)", keep_u=True).describe()
    assert both.functional == "r2SCAN+D3(BJ)+U"


def test_dynamics_learn_on_the_fly_by_the_tag_of_their_version() -> None:
    parameters = load_parameters(GlassParameters, GLASS, "quick")
    sets = VaspSets(
        relax=glass_relax_set(parameters), static=glass_static_set(), md_incar=md_incar()
    )
    new = with_options(sets, VaspOptions.of({"machine_learning": "6.4", "incar": {"ENCUT": 600}}))
    incar = values(new.md_incar)
    assert (incar["ML_LMLFF"], incar["ML_MODE"], incar["ENCUT"]) == (True, "train", 600)
    old = with_options(sets, VaspOptions.of({"machine_learning": "6.3", "potcar_release": 64}))
    assert old.md_incar["ML_ISTART"]["value"] == 0
    assert "ML_MODE" not in old.md_incar
    assert old.md_config is not None
    assert old.md_config["POTCAR_FUNCTIONAL"] == "PBE_64"
    assert "ML_LMLFF" not in old.relax.config_dict["INCAR"]
