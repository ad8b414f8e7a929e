"""Behaviour that all campaigns share."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from monty.serialization import dumpfn
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.entries.computed_entries import ComputedEntry
from pymatgen.io.vasp import Incar

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.method import comparable
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import resolve
from liponflow.crystals.checked import StructureError
from liponflow.crystals.plausible import ImplausibleStructureWarning
from liponflow.engines.vasp.reading.inputs import read_input_method
from liponflow.inputs.presets import ParameterError
from liponflow.registry import RegistryError
from liponflow.runners.documents import all_jobs, dumps
from liponflow.workflows.campaign import Campaign, get_campaign

PARAMETERS = """\
from pydantic import BaseModel

class Depth(BaseModel, extra="forbid"):
    metres: float
"""
PRESETS = """\
presets:
  quick:
    metres: {value: 3.0, source: a diver's log}
"""


@pytest.fixture
def external(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Return a campaign of another package, whose flow does not exist."""
    package = tmp_path / "far_away"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.py").write_text(PARAMETERS)
    (package / "depth.yaml").write_text(PRESETS)
    monkeypatch.syspath_prepend(tmp_path)
    return Campaign(
        "depth",
        summary="Measure a depth.",
        parameters="far_away.model:Depth",
        presets="far_away",
        flow="far_away.flow:flow",
        result=ResultKind("depth", model="far_away.model:Depth"),
    )


@pytest.fixture
def without_lithium(tmp_path: Path) -> Path:
    path = tmp_path / "NiO.vasp"
    rocksalt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    rocksalt.to(str(path), fmt="poscar")
    return path


def test_presets_are_read_from_the_package_of_the_campaign(external: Campaign) -> None:
    request = external.request(preset="quick", engine="chgnet")
    assert request.parameters.metres == 3.0
    given = external.request(preset="quick", engine="chgnet", overrides={"metres": 5})
    assert given.parameters.metres == 5.0
    with pytest.raises(ParameterError, match="did you mean 'metres'"):
        external.request(preset="quick", engine="chgnet", overrides={"meters": 5})


def test_broken_reference_is_named_with_its_campaign(external: Campaign) -> None:
    with pytest.raises(RegistryError, match=r"far_away\.flow:flow of the campaign depth"):
        external.plan(preset="quick", engine="chgnet")


def test_inputs_and_measurements_are_optional(external: Campaign, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="depth has no input directories"):
        external.write(tmp_path / "out", preset="quick")
    with pytest.raises(ValueError, match="depth measures no files"):
        external.measure([tmp_path])


@pytest.mark.parametrize("name", ["lithiation", "migration"])
def test_structure_errors_name_the_file(name: str, without_lithium: Path, tmp_path: Path) -> None:
    campaign = get_campaign(name)
    # Rock salt has no Li, and its voids are smaller than this radius.
    overrides = {} if name == "lithiation" else {"min_radius": 2.5}
    options = {"preset": "quick", "overrides": overrides, "structure_file": without_lithium}
    with pytest.raises(StructureError, match=f"^{without_lithium}: "):
        campaign.plan(engine="chgnet", **options)
    with pytest.raises(StructureError, match=f"^{without_lithium}: "):
        campaign.write(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_every_engine_of_a_run_is_listed() -> None:
    migration = get_campaign("migration")
    overrides = {"models": "chgnet-0.2.0,chgnet-r2scan", "refine": "vasp"}
    request = migration.request(preset="quick", engine="chgnet", overrides=overrides)
    assert migration.engines(request) == ["chgnet", "chgnet-0.2.0", "chgnet-r2scan", "vasp"]
    phonons = get_campaign("phonons")
    assert phonons.engines(phonons.request(preset="quick", engine="chgnet")) == ["chgnet"]


IN_VACUUM = """\
four atoms
1
40 0 0
0 40 0
0 0 40
Li Co O
1 1 2
Cartesian
0 0 0
2.1 0 0
2.1 1.9 0
0 1.9 0.3
"""


@pytest.mark.parametrize("kind", ["lithiation", "stability", "migration", "phonons", "glass"])
def test_atoms_in_vacuum_are_refused_unless_the_user_insists(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "box.vasp"
    file.write_text(IN_VACUUM)
    campaign = get_campaign(kind)
    with pytest.raises(StructureError, match=rf"{file}: 16,000 Å³ .*no solid has more than 8"):
        campaign.request(preset="quick", engine="chgnet", structure_file=file)
    with pytest.raises(StructureError, match="no solid has more than 8"):
        campaign.write(tmp_path / "out", preset="quick", structure_file=file)
    assert not (tmp_path / "out").exists()
    with pytest.warns(ImplausibleStructureWarning, match="no solid has more than 8"):
        request = campaign.request(
            preset="quick", engine="chgnet", structure_file=file, overrides={"plausible": "warn"}
        )
    assert request.source is not None
    assert request.source.startswith(f"{file} (doubtful: 16,000 Å³ per atom")


OPTIONS = {"functional": "r2SCAN", "incar": {"ENCUT": "680", "relax:EDIFFG": "-0.01"}}


@pytest.fixture(scope="module")
def with_options(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write inputs with options of VASP."""
    out = tmp_path_factory.mktemp("options") / "inputs"
    get_campaign("lithiation").write(
        out, preset="quick", overrides={"x": [1], "budget": 1}, engine_arguments=OPTIONS
    )
    return out


def test_inputs_with_options_are_those_of_the_run(with_options: Path) -> None:
    """The metal, too: no energy of another functional enters the voltage."""
    campaign = get_campaign("lithiation")
    overrides = {"x": [1], "budget": 1}
    flow = campaign.plan(
        preset="quick", engine="vasp", overrides=overrides, engine_arguments=OPTIONS
    )
    jobs = [job for job in all_jobs(flow) if job.name.startswith("relax")]
    directories = sorted(with_options.glob("*/relax")) + sorted(with_options.glob("*/*/relax"))
    assert len(jobs) == len(directories) == 2
    ours = {
        str(job.maker.input_set_generator.get_input_set(job.function_args[0]).incar)
        for job in jobs
    }
    assert ours == {str(Incar.from_file(path / "INCAR")) for path in directories}
    assert all(Incar.from_file(path / "INCAR")["METAGGA"] == "R2scan" for path in directories)


def test_provenance_says_what_the_user_chose(with_options: Path) -> None:
    record = yaml.safe_load((with_options / "provenance.yaml").read_text())
    assert record["engine_arguments"] == {"value": OPTIONS, "source": "given by the user"}
    assert record["relax"]["ENCUT"]["source"] == "given by the user: --incar"
    assert "MP24RelaxSet" in record["relax"]["METAGGA"]["source"]


def test_comparison_takes_the_options(with_options: Path) -> None:
    campaign = get_campaign("lithiation")
    directory = with_options / "lithium-metal" / "relax"
    given: dict[str, Any] = {"preset": "quick", "engine_arguments": OPTIONS}
    assert not campaign.compare(directory, **given)
    assert "METAGGA" in {item.key for item in campaign.compare(directory, preset="quick")}


def test_energies_with_and_without_options_do_not_compare(
    with_options: Path, tmp_path: Path
) -> None:
    """Neither enters a hull with the other, and no corrections for PBE are added."""
    plain = tmp_path / "inputs"
    get_campaign("lithiation").write(plain, preset="quick", overrides={"x": [1], "budget": 1})
    place = Path("lithium-metal", "relax")
    methods = [read_input_method(root / place).method for root in (with_options, plain)]
    assert [method.functional for method in methods] == ["r2SCAN", "PBE"]
    assert "functional" in comparable(*methods).reason
    engine = EngineInfo(name="vasp", version="6.4", functional="r2SCAN", surrogate=False)
    assert resolve("auto", engine, methods[0]) == "none"
    with pytest.raises(ValueError, match="these energies are r2SCAN"):
        resolve("mp2020", engine, methods[0])


def test_inputs_that_depend_on_no_option_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"inputs of eels depend on no option.*\(given: incar\)"):
        get_campaign("eels").write(
            tmp_path / "out", preset="quick", engine_arguments={"incar": {"ENCUT": 500}}
        )


PAYLOAD = 1_000_000
"""Longest document of a job that is submitted (bytes): queues keep them in a database."""


@pytest.mark.parametrize(
    ("name", "engine", "overrides"),
    [
        ("phonons", "vasp", {"phase": "Li2O"}),
        ("eels", "feff", {}),
        ("lithiation", "vasp", {"x": [0, 1, 2]}),
        ("migration", "vasp", {}),
        pytest.param("glass", "vasp", {}, marks=pytest.mark.exhaustive),
        pytest.param("stability", "vasp", {}, marks=pytest.mark.exhaustive),
    ],
)
def test_jobs_are_small_enough_for_a_queue(
    name: str, engine: str, overrides: dict[str, Any]
) -> None:
    flow = get_campaign(name).plan(preset="quick", engine=engine, overrides=overrides)
    lengths = {job.name: len(dumps(job)) for job in all_jobs(flow)}
    # Jobs that these make in turn hold structures as well: leave them room.
    assert max(lengths.values()) < PAYLOAD / 10, lengths


def test_a_thousand_entries_are_small_enough_for_a_queue(tmp_path: Path) -> None:
    elements = ["Li", "P", "O", "N", "Mn", "Ni"]
    draw = random.Random(3)  # noqa: S311
    entries = [ComputedEntry(symbol, -2, entry_id=f"mp-{symbol}") for symbol in elements]
    for number in range(1000):
        counts = {symbol: draw.randint(0, 12) for symbol in elements} | {"Li": number % 40 + 1}
        energy = -5 * sum(counts.values()) - draw.random()
        entries.append(ComputedEntry(Composition(counts), energy, entry_id=f"mp-{number}"))
    file = tmp_path / "entries.json"
    dumpfn(entries, file)
    flow = get_campaign("stability").plan(
        preset="quick",
        engine="vasp",
        overrides={"source": "file", "entries": str(file)},
    )
    (conclude,) = all_jobs(flow)
    assert len(conclude.function_args[0].entries) == len(entries)
    assert len(dumps(conclude)) < PAYLOAD
