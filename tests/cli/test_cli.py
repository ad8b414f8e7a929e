"""The command line: a mistake costs one clear line and no computing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pandas as pd
import pytest
from ase.io import read
from click.testing import Result as CliResult
from pymatgen.analysis.phase_diagram import PDEntry
from pymatgen.core import Composition, Lattice, Structure
from typer.testing import CliRunner

from liponflow import registry
from liponflow.cli import app
from liponflow.inputs.lithiation import LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.vasp.generator import write_inputs
from liponflow.inputs.vasp.lithiation import alkali_metal_set
from liponflow.store.lock import writer_lock
from liponflow.store.results import open_store
from liponflow.structures.lithium import bcc_lithium
from liponflow.workflows.campaign import get_campaign

POSCAR = """\
{comment}
1.0
4.2 0.0 0.0
0.0 4.2 0.0
0.0 0.0 {c}
{elements}
{numbers}
direct
0.0 0.0 0.0
0.5 0.5 0.5
0.5 0.5 0.0
0.0 0.5 0.25
"""
Command = Callable[..., CliResult]


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run commands in an empty directory, without any settings of the user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    for variable in list(os.environ):
        if variable.startswith("LIPONFLOW_"):
            monkeypatch.delenv(variable)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def without_progress(printed: str) -> list[str]:
    """Return the lines but those that say, on a slow machine, what is being done."""
    return [line for line in printed.strip().splitlines() if not line.endswith(" ...")]


@pytest.fixture
def refused(liponflow: Command, tmp_path: Path) -> Callable[..., str]:
    """Run a command that must be refused, and return its message."""

    def run(*arguments: object, code: int = 2) -> str:
        result = liponflow(*arguments)
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        lines = without_progress(result.stderr)
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("error: ")
        assert not (tmp_path / "liponflow_runs").exists(), "a run was started"
        return lines[0]

    return run


def poscar(folder: Path, **fields: str) -> Path:
    file = folder / "cell.vasp"
    defaults = {"comment": "cell", "c": "4.2", "elements": "Li Ni O", "numbers": "1 1 2"}
    file.write_text(POSCAR.format(**(defaults | fields)))
    return file


# Structures


def test_missing_structure_file_is_refused(refused: Callable[..., str]) -> None:
    message = refused("run", "lithiation", "--structure", "nowhere.cif")
    assert "nowhere.cif: no such file" in message


def test_unparsable_structure_names_file_and_line(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    file = poscar(tmp_path, c="eight")
    message = refused("run", "lithiation", "--structure", file)
    assert f"{file}, line 5" in message
    assert "eight" in message


def test_structure_without_lithium_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    file = poscar(tmp_path, elements="Ni O", numbers="2 2")
    assert "no alkali metal" in refused("run", "lithiation", "--structure", file)


def test_structure_without_transition_metal_is_refused(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    file = poscar(tmp_path, elements="Li Mg O", numbers="1 1 2")
    assert "transition metal" in refused("run", "lithiation", "--structure", file)


@pytest.mark.parametrize("symbol", ["Po", "Cf"])
def test_element_unknown_to_the_potential_is_refused(
    refused: Callable[..., str], tmp_path: Path, symbol: str
) -> None:
    file = poscar(tmp_path, elements=f"Li Ni {symbol} O", numbers="1 1 1 1")
    message = refused("run", "lithiation", "--structure", file)
    assert f"not trained on {symbol}" in message
    assert "--engine vasp" in message


# Parameters and engines


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("x=[0, 0.3]", ["0.3", "0.25", "0.375"]),
        ("x=[0, 9]", ["x = 9", "0 to 3"]),
        ("x=", ["'x=' has no value", "x=VALUE, x=null"]),
        ("budgt=2", ["budgt", "did you mean 'budget'"]),
        ("budget=many", ["budget", "many", "integer"]),
        ("force_limit=-1", ["force_limit=-1", "greater than 0"]),
        ("budget", ["'budget'", "key=value"]),
        ("x=[0, 1", ["x=[0, 1", "YAML"]),
    ],
)
@pytest.mark.parametrize("command", ["run", "inputs"])
def test_invalid_parameter_is_refused_by_name(
    refused: Callable[..., str], tmp_path: Path, command: str, setting: str, words: list[str]
) -> None:
    out = tmp_path / "out"
    message = refused(command, "lithiation", "--out", out, "--set", setting)
    assert all(word in message for word in words), message
    assert not out.exists()


def test_unknown_preset_suggests_the_nearest(refused: Callable[..., str]) -> None:
    assert "did you mean 'quick'" in refused("run", "lithiation", "--preset", "qick")


def test_unknown_engine_suggests_the_nearest(refused: Callable[..., str]) -> None:
    assert "did you mean 'chgnet'" in refused("run", "lithiation", "--engine", "chgnt")


def test_missing_engine_package_is_named_with_its_install_command(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from liponflow.engines.potential import atomate2

    monkeypatch.setattr(atomate2, "find_spec", lambda _: None)
    message = refused("run", "lithiation", "--engine", "MACE-MP-0")
    assert "pip install mace-torch" in message


def test_engine_from_the_settings_is_checked(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIPONFLOW_ENGINE", "chgnt")
    assert "did you mean 'chgnet'" in refused("run", "lithiation")


def test_engines_for_models_and_refinement_are_checked(refused: Callable[..., str]) -> None:
    arguments = ["run", "migration", "--set", "dopant=N"]
    assert "VASP_CMD" in refused(*arguments, "--refine", "vasp")
    assert "did you mean 'chgnet'" in refused(*arguments, "--set", "models=chgnet-0.2.0,chgnt")


def test_a_number_of_models_is_refused_with_its_parameter(refused: Callable[..., str]) -> None:
    message = refused("run", "glass", "--set", "models=3")
    assert "models are the names of further engines" in message
    assert "n_models=3 sets the number" in message


@pytest.mark.parametrize("command", ["run", "inputs"])
def test_unknown_campaign_suggests_the_nearest(refused: Callable[..., str], command: str) -> None:
    assert "did you mean 'lithiation'" in refused(command, "lithiaton")


def test_analyze_refuses_a_campaign_that_measures_no_files(refused: Callable[..., str]) -> None:
    assert "glass" in refused("analyze", "phonons", "cell.cif")


def test_help_of_a_campaign_shows_its_own_options(liponflow: Command) -> None:
    stability = " ".join(liponflow("run", "stability", "--help").stdout.split())
    assert "--entries" in stability
    assert "File of pymatgen entries" in stability
    assert "--refine" in stability
    migration = liponflow("run", "migration", "--help").stdout
    assert "--refine" in migration
    assert "--entries" not in migration


def test_option_of_another_campaign_is_refused(refused: Callable[..., str]) -> None:
    message = refused("run", "glass", "--entries", "entries.json")
    assert message == "error: --entries is an option of stability, not of glass"


def test_options_may_come_before_the_campaign(refused: Callable[..., str]) -> None:
    message = refused("run", "--json", "--set", "glass", "--preset=qick", "lithiation")
    assert message == (
        "error: 'glass' is not of the form key=value, such as force_limit=0.03 "
        "(see docs/parameters.md)"
    )
    message = refused("run", "--preset", "qick", "lithiation")
    assert "did you mean 'quick'" in message
    assert "names no campaign; there is eels, glass" in refused("run", "--preset", "lithiation")


def test_broken_campaign_is_named_and_the_others_still_work(
    liponflow: Command, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("ghost", "nowhere.campaign:CAMPAIGN", registry.CAMPAIGNS)
    monkeypatch.setitem(registry._entries(registry.CAMPAIGNS), "ghost", entry)
    shown = " ".join(liponflow("run", "--help").stdout.split())
    assert "ghost cannot be used: ghost (nowhere.campaign:CAMPAIGN)" in shown
    assert "Build amorphous models" in shown
    assert "No module named 'nowhere'" in refused("run", "ghost")
    assert "option of stability" in refused("run", "glass", "--entries", "entries.json")


def test_help_lists_the_registered_campaigns(liponflow: Command) -> None:
    for command in ("run", "inputs"):
        shown = liponflow(command, "--help").stdout
        for name in registry.names(registry.CAMPAIGNS):
            campaign = get_campaign(name)
            listed = command == "run" or campaign.inputs is not None
            assert (f" {name} " in shown) == listed
            assert (campaign.summary[:20] in shown) == listed
    assert " phonons " not in liponflow("analyze", "--help").stdout


# Output directories


def test_output_directory_that_is_a_file_is_refused(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "taken").touch()
    assert "taken exists and is not a directory" in refused("run", "lithiation", "--out", "taken")


def test_unwritable_output_directory_is_refused(refused: Callable[..., str]) -> None:
    message = refused("run", "lithiation", "--out", "/proc/liponflow")
    assert "cannot write to /proc/liponflow" in message
    assert "--out" in message
    assert "cannot write to /proc" in refused("inputs", "lithiation", "--out", "/proc/liponflow")


def test_inputs_refuse_a_directory_that_is_not_empty(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    assert "not empty" in refused("inputs", "lithiation", "--out", "full")


def test_inputs_writes_vasp_directories(liponflow: Command, tmp_path: Path) -> None:
    result = liponflow("inputs", "lithiation", "--out", "new", "--set", "x=[1]")
    assert result.exit_code == 0, result.output
    assert result.stdout == "1 candidate written to new; read new/README.md\n"
    assert (tmp_path / "new" / "x=1.000" / "vacancy-0-cubic" / "relax" / "INCAR").is_file()


# Stores


def test_locked_store_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    with writer_lock(tmp_path / "liponflow.db"):
        message = refused("run", "lithiation", code=1)
    assert f"process {os.getpid()}" in message
    assert "wait for it" in message


def test_store_of_a_newer_version_is_refused(refused: Callable[..., str], stored: Path) -> None:
    connection = sqlite3.connect(stored)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for command in (["run", "lithiation"], ["results", "list"]):
        message = refused(*command, "--store", stored, code=1)
        assert "newer liponflow (store version 99" in message
        assert "pip install -U" in message


def test_file_that_is_not_a_store_is_refused_and_kept(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("my notes\n" * 100)
    message = refused("run", "lithiation", "--store", "notes.txt", code=1)
    assert "notes.txt: file is not a database" in message
    assert (tmp_path / "notes.txt").read_text() == "my notes\n" * 100


def test_store_in_an_unwritable_directory_is_refused(refused: Callable[..., str]) -> None:
    message = refused("run", "lithiation", "--store", "/proc/store.db", code=1)
    assert "/proc/store.db" in message
    assert "elsewhere" in message


def test_read_only_store_can_be_listed_but_not_run_into(
    stored: Path, tmp_path: Path, warm_python: list[str]
) -> None:
    stored.chmod(0o444)
    tmp_path.chmod(0o555)
    # Permissions also bind root after it has dropped its capabilities.
    launcher = (
        "import ctypes; VERSION_3, THIS_PROCESS = 0x20080522, 0; words = ctypes.c_uint32; "
        "assert ctypes.CDLL(None).capset("
        "(words * 2)(VERSION_3, THIS_PROCESS), (words * 6)()) == 0; "
        "from liponflow.cli import app; app()"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*warm_python, "-c", launcher, *arguments, "--store", str(stored)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )

    listed = run("results", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert len(json.loads(listed.stdout)) == 2
    ran = run("run", "lithiation")
    assert ran.returncode == 1
    (line,) = without_progress(ran.stderr)
    assert line.startswith("error: ")
    assert str(stored) in line
    assert "write permission" in line


def test_missing_store_is_refused_with_the_remedy(refused: Callable[..., str]) -> None:
    message = refused("results", "list", code=1)
    assert "no results store" in message
    assert "liponflow run" in message


def test_resume_without_a_run_is_refused(refused: Callable[..., str]) -> None:
    assert "no unfinished run" in refused("resume")
    assert "nowhere" in refused("resume", "nowhere")


# Results


def uuids(result: CliResult) -> list[str]:
    assert result.exit_code == 0, result.output
    return [document["uuid"] for document in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["bbbb2222-0000", "aaaa1111-0000"]),
        (["--kind", "lithiation"], ["bbbb2222-0000", "aaaa1111-0000"]),
        (["--limit", "1"], ["bbbb2222-0000"]),
        (["--engine", "chgnet"], ["aaaa1111-0000"]),
        (["--engine", "vasp"], ["bbbb2222-0000"]),
        (["--formula", "Li2Mn3NiO8"], ["bbbb2222-0000", "aaaa1111-0000"]),
        (["--formula", "LiNi0.5Mn1.5O4"], ["bbbb2222-0000", "aaaa1111-0000"]),
        (["--formula", "LiCoO2"], []),
        (["--since", "2026-01-01"], ["bbbb2222-0000"]),
        (["--until", "2026-01-01"], ["aaaa1111-0000"]),
        (["--since", "2025-01-01", "--until", "2025-12-31"], ["aaaa1111-0000"]),
        (["--where", "provenance.preset=paper"], ["bbbb2222-0000"]),
        (["--where", "states.moments.Ni>1.6", "--where", "voltages.voltage<4.8"],
         ["bbbb2222-0000", "aaaa1111-0000"]),
        (["--where", "states.c_over_a>1.03"], []),
        (["--where", "converged=false"], []),
    ],
)  # fmt: skip
def test_filters_select_results(
    liponflow: Command, stored: Path, arguments: list[str], expected: list[str]
) -> None:
    assert uuids(liponflow("results", "list", "--store", stored, "--json", *arguments)) == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run lithiation --nonsense", "no such option: --nonsense (see {} run lithiation --help)"),
        ("results shw", "no such command 'shw'. Did you mean 'show'? (see {} results --help)"),
        ("results show", "missing argument 'result' (see {} results show --help)"),
        ("results list --kind", "option '--kind' requires an argument (see {} --help)"),
    ],
)
def test_errors_of_usage_are_one_line(liponflow: Command, words: str, said: str) -> None:
    answer = liponflow(*words.split())
    assert answer.exit_code == 2
    assert answer.stderr == f"error: {said.format('liponflow')}\n"


def test_a_group_without_a_command_prints_its_help(liponflow: Command) -> None:
    answer = liponflow("results")
    assert (answer.exit_code, answer.stderr) == (2, "")
    assert "Usage: liponflow results" in answer.stdout


def test_unknown_kind_is_named(liponflow: Command, stored: Path) -> None:
    answer = liponflow("results", "list", "--store", stored, "--kind", "lithation")
    assert answer.exit_code == 2
    said = answer.stderr.replace("\n", " ")
    assert "unknown kind of result 'lithation'; did you mean 'lithiation'? (known: " in said


def test_list_without_results_says_so(liponflow: Command, stored: Path) -> None:
    answer = liponflow("results", "list", "--store", stored, "--formula", "LiCoO2")
    assert (answer.stdout, answer.stderr.strip()) == ("", "no result matches")


def test_limit_says_that_there_are_more_results(liponflow: Command, stored: Path) -> None:
    command = ("results", "list", "--store", stored, "--json", "--limit")
    assert "there are more results than these 1: --limit 0" in liponflow(*command, 1).stderr
    for limit in (0, 2, 1000):
        answer = liponflow(*command, limit)
        assert (len(uuids(answer)), answer.stderr) == (2, "")
    assert liponflow(*command, -1).exit_code == 2
    assert liponflow(*command, "all").exit_code == 2


@pytest.mark.parametrize("arguments", [["list"], ["show", "aaaa", "--json"]])
def test_closed_pipe_ends_a_command_quietly(stored: Path, arguments: list[str]) -> None:
    """As it ends cat: nothing on standard error, and the status of SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    program = "import liponflow.cli; liponflow.cli.app()"
    done = subprocess.run(
        [sys.executable, "-c", program, "results", *arguments, "--store", stored],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_unknown_field_in_a_filter_suggests_the_nearest(
    refused: Callable[..., str], stored: Path
) -> None:
    message = refused("results", "list", "--store", stored, "--where", "states.c_over_b>1")
    assert "states.c_over_a" in message


def test_malformed_condition_is_quoted(refused: Callable[..., str], stored: Path) -> None:
    assert "'c_over_a'" in refused("results", "list", "--store", stored, "--where", "c_over_a")


def test_results_are_listed_as_table_and_csv(liponflow: Command, stored: Path) -> None:
    table = liponflow("results", "list", "--store", stored).stdout
    assert "aaaa1111" in table
    assert "bbbb2222" in table
    assert max(map(len, table.splitlines())) <= 80
    csv = liponflow("results", "list", "--store", stored, "--csv").stdout.splitlines()
    headers = csv[0].split(",")
    assert {"provenance.engine.name", "li_energy_per_atom (eV/atom)"} <= set(headers)
    assert len(csv) == 3


def test_result_is_shown_as_text_and_json(liponflow: Command, stored: Path) -> None:
    shown = liponflow("results", "show", "aa", "--store", stored).stdout
    assert "lithiation of LiNi0.5Mn1.5O4" in shown
    document = json.loads(liponflow("results", "show", "aaaa", "--store", stored, "--json").stdout)
    fields = {"x", "moments", "c_over_a", "volume_per_formula", "energy_per_atom", "converged"}
    assert [state["x"] for state in document["states"]] == [0, 1]
    assert all(fields <= state.keys() for state in document["states"])


def test_unknown_result_is_refused_with_the_latest_ones(
    refused: Callable[..., str], stored: Path
) -> None:
    message = refused("results", "show", "cccc", "--store", stored, code=1)
    assert "bbbb2222-0000" in message


@pytest.mark.parametrize("name", ["all.json", "states.csv", "x1.cif", "POSCAR_x1"])
def test_results_are_exported_as_json_csv_and_structures(
    liponflow: Command, stored: Path, tmp_path: Path, name: str
) -> None:
    options = ["--field", "states" if name.endswith("csv") else "states.1"]
    if name.endswith("json"):
        options = []
    result = liponflow("results", "export", "aaaa", "--store", stored, "--out", name, *options)
    assert result.exit_code == 0, result.output
    file = tmp_path / name
    if name.endswith("json"):
        assert json.loads(file.read_text())["kind"] == "lithiation"
    elif name.endswith("csv"):
        assert list(pd.read_csv(file)["x"]) == [0, 1]
    else:
        assert Structure.from_file(file).composition.formula == "Li8 Mn12 Ni4 O32"


def test_schema_states_units(liponflow: Command) -> None:
    schema = json.loads(liponflow("results", "schema", "md").stdout)
    assert schema["properties"]["time_step"]["unit"] == "fs"


def test_schema_of_an_unknown_kind_suggests_the_nearest(refused: Callable[..., str]) -> None:
    assert "lithiation" in refused("results", "schema", "lithation")


def test_export_refuses_an_unknown_file_extension(
    refused: Callable[..., str], stored: Path
) -> None:
    message = refused("results", "export", "aaaa", "--store", stored, "--out", "x.xlsx")
    assert ".json, .csv, .cif" in message


def test_figures_are_written_in_three_formats(
    liponflow: Command, stored: Path, tmp_path: Path
) -> None:
    result = liponflow("figures", "aaaa", "--store", stored, "--out", "figures")
    assert result.exit_code == 0, result.output
    files = [Path(line) for line in result.stdout.split()]
    assert {file.suffix for file in files} == {".png", ".svg", ".pdf", ".csv"}
    drawn = [file for file in files if file.suffix != ".csv"]
    assert all((tmp_path / file).stat().st_size > 1000 for file in drawn)
    assert {f"{file.stem}.data.csv" for file in drawn} >= {
        file.name for file in files if file.suffix == ".csv"
    }


# The command itself


def test_debug_raises_the_original_exception(liponflow: Command) -> None:
    result = liponflow("--debug", "results", "list")
    assert type(result.exception).__name__ == "MissingStoreError"


def test_command_line_imports_no_heavy_package() -> None:
    code = "import sys, liponflow.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"torch", "pymatgen", "atomate2", "jobflow", "ase", "numpy", "pandas", "matplotlib"}
    assert not heavy & {name.partition(".")[0] for name in loaded}


HEAVY = {
    "results": {
        "atomate2", "emmet", "jobflow", "maggma", "matplotlib", "pandas", "phonopy", "sympy",
        "torch",
        "pymatgen.analysis.phase_diagram", "pymatgen.entries.compatibility", "pymatgen.io.vasp",
    },
    "run": {"atomate2.forcefields", "atomate2.vasp.jobs", "emmet", "pandas", "torch"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["results", "list"], "results"),
        (
            ["run", "stability", "--entries", "ok.json", "--set", "electrode=null", "--dry-run"],
            "run",
        ),
    ],
)
def test_commands_import_no_package_that_they_do_not_use(
    arguments: list[str], command: str, stored: Path, tmp_path: Path
) -> None:
    names = ["Li", "O2", "P", "N2", "Li2O", "Li3N", "Li3P", "P2O5", "P3N5"]
    entries = [PDEntry(Composition(name), 0.0 if len(name) < 3 else -1.0) for name in names]
    (tmp_path / "ok.json").write_text(json.dumps([entry.as_dict() for entry in entries]))
    code = (
        "import sys; from liponflow.cli import app\n"
        "try: app()\n"
        "except SystemExit as end: print(end.code, *sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--store", stored],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    status, *loaded = ended.stderr.splitlines()[-1].split()
    assert status == "0", ended.stderr
    assert not HEAVY[command] & set(loaded)


def test_store_can_be_opened_again_after_listing(liponflow: Command, stored: Path) -> None:
    assert liponflow("results", "list", "--store", stored).exit_code == 0
    store = open_store(stored)
    assert store.count() == 2
    store.close()


def test_dry_run_prints_the_cost_and_runs_nothing(liponflow: Command, tmp_path: Path) -> None:
    """Planning does not need VASP on the machine."""
    result = liponflow("run", "lithiation", "--engine", "vasp", "--set", "x=[0, 1]", "--dry-run")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()]
    [relax] = [row for row in rows if row[:5] == ["relax", "1", "56", "14", "40"]]
    assert 50 < float(relax[5]) < 200
    assert any(row[:2] == ["all", "5"] for row in rows)
    assert "a rule from 23 public timings" in " ".join(result.stdout.split())
    assert list(tmp_path.glob("liponflow*")) == []


def test_inputs_diff_reports_changed_tags_with_their_source(
    liponflow: Command, tmp_path: Path
) -> None:
    written = liponflow("inputs", "lithiation", "--out", tmp_path / "in", "--set", "x=[1]")
    assert written.exit_code == 0, written.output
    relax = tmp_path / "in" / "x=1.000" / "vacancy-0-cubic" / "relax"
    metal = tmp_path / "in" / "lithium-metal" / "relax"
    for directory in (relax, metal):
        same = liponflow("inputs", "lithiation", "--diff", directory)
        assert (same.exit_code, same.stdout.strip()) == (0, "no difference")
    incar = (relax / "INCAR").read_text()
    (relax / "INCAR").write_text(incar + "NCORE = 4\n")
    parallel = liponflow("inputs", "lithiation", "--diff", relax)
    assert parallel.exit_code == 0, parallel.output
    assert "NCORE" in parallel.stdout
    assert "no difference in physics or numerics" in parallel.stdout
    (relax / "INCAR").write_text(incar.replace("ENCUT = 520.0", "ENCUT = 400"))
    different = liponflow("inputs", "lithiation", "--diff", relax)
    assert different.exit_code == 1
    assert "ENCUT" in different.stdout
    assert "published: section 5.2.6" in different.stdout
    warned = liponflow("inputs", "lithiation", "--diff", metal, relax)
    assert warned.exit_code == 0
    assert "ENCUT" in warned.stdout
    assert warned.stdout.splitlines()[-1] == "the energies compare"
    (metal / "POTCAR.spec").write_text("Li")
    other = liponflow("inputs", "lithiation", "--diff", metal, relax)
    assert other.exit_code == 1
    assert other.stdout.splitlines()[-1] == (
        "the energies do not compare: POTCAR of Li (Li and Li_sv)"
    )


def test_inputs_check_names_faults_and_ends_with_1(liponflow: Command, tmp_path: Path) -> None:
    sets = alkali_metal_set(load_parameters(LithiationParameters, "lithiation", "quick"))
    good, bad = tmp_path / "all" / "good", tmp_path / "all" / "bad"
    for directory in (good, bad):
        write_inputs(bcc_lithium(), sets, directory)
    fine = liponflow("inputs", "lithiation", "--check", good.parent)
    assert fine.exit_code == 0, fine.output
    assert fine.stdout == "directories checked: 2, faults: 0\n"
    incar = (bad / "INCAR").read_text()
    (bad / "INCAR").write_text(incar.replace("ENCUT = 520", "ENCUT = 400"))
    faulty = liponflow("inputs", "lithiation", "--check", good.parent)
    assert faulty.exit_code == 1
    fault, count = faulty.stdout.splitlines()
    assert fault.startswith(f"{bad}: ENCUT = 400 eV is below the 499 eV of Li_sv")
    assert count == "directories checked: 2, faults: 1"


def test_inputs_need_an_output_directory_or_files_to_compare(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    assert "give one of --out" in refused("inputs", "lithiation")
    assert "give one of --out" in refused("inputs", "lithiation", tmp_path)
    assert "has no POSCAR" in refused("inputs", "lithiation", "--diff", tmp_path)
    assert "no INCAR there or below" in refused("inputs", "lithiation", "--check", tmp_path)


# Analysis of structure files


@pytest.fixture
def phosphate(tmp_path: Path) -> Path:
    file = tmp_path / "po4.vasp"
    corners = [[0.55, 0.55, 0.55], [0.45, 0.45, 0.55], [0.55, 0.45, 0.45], [0.45, 0.55, 0.45]]
    Structure(Lattice.cubic(17), ["P", *"OOOO"], [[0.5] * 3, *corners]).to(
        filename=str(file), fmt="poscar"
    )
    return file


def test_analyze_measures_a_structure_file(
    liponflow: Command, phosphate: Path, tmp_path: Path
) -> None:
    result = liponflow("analyze", "glass", phosphate, "--json", "--out", tmp_path / "measured")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    shares = {unit["name"]: unit["share"] for unit in document["fingerprint"]["units"]}
    assert shares["Q0_0"] == 1
    assert (tmp_path / "measured" / "units.png").stat().st_size > 1000


def test_analyze_asks_for_the_elements_of_types(
    liponflow: Command, refused: Callable[..., str], phosphate: Path
) -> None:
    dump = phosphate.with_name("po4.lammpstrj")
    atoms = read(phosphate)
    rows = [
        f"{number} {1 if atom.symbol == 'P' else 2} {' '.join(map(str, atom.position))}"
        for number, atom in enumerate(atoms, start=1)
    ]
    box = ["0 17"] * 3
    head = ["ITEM: TIMESTEP", "0", "ITEM: NUMBER OF ATOMS", "5", "ITEM: BOX BOUNDS pp pp pp", *box]
    dump.write_text("\n".join([*head, "ITEM: ATOMS id type x y z", *rows]) + "\n")
    assert "--species-map 1=Li" in refused("analyze", "glass", dump)
    assert "write LABEL=ELEMENT" in refused("analyze", "glass", dump, "--species-map", "1")
    result = liponflow("analyze", "glass", dump, "--species-map", "1=P,2=O", "--json")
    document = json.loads(result.stdout)
    assert document["formula"] == "PO4"
    assert document["provenance"]["parameters"]["species_map"] == {"1": "P", "2": "O"}


def test_analyze_refuses_missing_files_and_invalid_options(
    refused: Callable[..., str], phosphate: Path
) -> None:
    assert "nowhere.cif: no such file" in refused("analyze", "glass", "nowhere.cif")
    message = refused("analyze", "glass", phosphate, "--set", "rmax=8")
    assert "did you mean 'r_max'" in message
    assert "skip" in refused("analyze", "glass", phosphate, "--skip", "5")
