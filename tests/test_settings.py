"""Settings: priority, validation, and no reading on import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from liponflow.settings import JobKind, Settings, SettingsError, load_settings, override


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("workers: 3\n")
    monkeypatch.setenv("LIPONFLOW_CONFIG_FILE", str(path))
    return path


@pytest.mark.usefixtures("config")
def test_environment_overrides_the_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().workers == 3
    monkeypatch.setenv("LIPONFLOW_WORKERS", "5")
    assert load_settings().workers == 5


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("VASP_CMD", "", "the command '' names no program; give a program"),
        ("VASP_CMD", '""', "names no program"),
        ("VASP_CMD", 'mpirun "vasp_std', "cannot be split: No closing quotation; give a program"),
        ("RUNS_DIR", "", "'' is not a path: name one"),
        ("STORE", " ", "' ' is not a path: name one"),
    ],
)
def test_empty_or_unbalanced_value_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, cause: str
) -> None:
    monkeypatch.setenv(f"LIPONFLOW_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"setting {name.lower()!r} (file ")
    assert f"LIPONFLOW_{name}): " in message
    assert cause in message


@pytest.mark.parametrize("place", ["file", "variable"])
def test_vasp_has_a_command_for_each_program(
    config: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    programs = '{"std": "mpirun -np 64 vasp_std", "gam": "mpirun -np 64 vasp_gam"}'
    if place == "file":
        config.write_text(f"vasp_cmd: {programs}\n")
    else:
        monkeypatch.setenv("LIPONFLOW_VASP_CMD", programs)
    commands = load_settings().vasp_cmd
    assert commands is not None
    assert commands.gam == "mpirun -np 64 vasp_gam"
    assert commands.for_bands == commands.std == "mpirun -np 64 vasp_std"


def test_default_file_is_in_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LIPONFLOW_CONFIG_FILE", raising=False)
    (tmp_path / ".liponflow.yaml").write_text("engine: vasp\n")
    assert load_settings().engine == "vasp"


def test_paths_are_expanded(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("SCRATCH", "/scratch/me")
    config.write_text("store: ~/results.db\nruns_dir: $SCRATCH/runs\n")
    settings = load_settings()
    assert settings.store == Path("/somewhere/results.db")
    assert settings.runs_dir == Path("/scratch/me/runs")


def test_walltime_without_quotation_marks_is_no_number_of_seconds(config: Path) -> None:
    config.write_text("hpc_rules: {relax: {resources: {time: 24:00:00, nodes: 2}}}\n")
    rule = load_settings().hpc_rules[JobKind.RELAX]
    assert rule.resources == {"time": "24:00:00", "nodes": 2}


def test_store_may_be_a_jobstore_specification(config: Path) -> None:
    config.write_text("store: {docs_store: {type: MongoStore, password: secret}}\n")
    settings = load_settings()
    assert isinstance(settings.store, dict)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("worker: 3\n", ["unknown setting 'worker'", "did you mean 'workers'", "config.yaml"]),
        ("vasp_cmd: ' '\n", ["'vasp_cmd'", "' ' names no program", "mpirun -np 16"]),
        ("vasp_cmd: mpirun 'vasp\n", ["'vasp_cmd'", "mpirun 'vasp", "No closing quotation"]),
        ("vasp_cmd: {std: vasp, gma: vasp_gam}\n", ["unknown program 'gma' of vasp_cmd", "'gam'"]),
        ("vasp_cmd: {gam: vasp_gam}\n", ["'vasp_cmd'", "Field required"]),
        ("store: ''\n", ["'store'", "'' is not a path"]),
        ("workers: 0\n", ["'workers'", "greater than or equal to 1"]),
        ("trusted_packages: [mine]\n", ["is now trusted_classes", "module:name", "config.yaml"]),
        ("trusted_classes: [mine]\n", ["'trusted_classes'", "should match pattern"]),
        ("store: mongodb://me:hush@host/db\n", ["'store'", "address of a server", "docs_store"]),
        ("workers: [\n", ["config.yaml"]),
        ("just text\n", ["config.yaml"]),
        ("1\n", ["config.yaml", "a mapping of settings"]),
        ("1_000: hush\n", ["config.yaml", "the name of a setting is 1000"]),
        ("store: &a [*a]\n", ["config.yaml", "aliases"]),
        ("[" * 5000, ["config.yaml", "nested too deeply"]),
        ("\x00", ["config.yaml"]),
    ],
)
def test_invalid_files_are_refused_by_name(config: Path, text: str, parts: list[str]) -> None:
    config.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert all(part in str(error.value) for part in parts)
    assert "hush" not in str(error.value)


@pytest.mark.usefixtures("config")
def test_unknown_environment_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIPONFLOW_ENGNE", "vasp")
    with pytest.raises(SettingsError, match="LIPONFLOW_ENGNE; did you mean 'engine'"):
        load_settings()


@pytest.mark.usefixtures("config")
def test_variable_of_a_replaced_setting_names_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIPONFLOW_TRUSTED_PACKAGES", '["mine"]')
    with pytest.raises(SettingsError, match="LIPONFLOW_TRUSTED_PACKAGES is now trusted_classes"):
        load_settings()


@pytest.mark.usefixtures("config")
def test_fault_variable_of_the_stand_in_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIPONFLOW_VASP_FAULT", "zbrent")
    assert load_settings().workers == 3
    monkeypatch.setenv("LIPONFLOW_VASP_FAULTS", "zbrent")
    with pytest.raises(SettingsError, match="LIPONFLOW_VASP_FAULTS"):
        load_settings()


def test_named_file_must_exist(config: Path) -> None:
    config.unlink()
    with pytest.raises(SettingsError, match=r"config\.yaml, which is not a file"):
        load_settings()


def test_assignments_are_validated() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="greater than or equal"):
        settings.workers = -1


def test_import_reads_no_settings(tmp_path: Path) -> None:
    """A broken file must not break `import liponflow.settings`."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("[")
    code = "import liponflow.settings, sys; assert 'pymatgen' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", code], env={"LIPONFLOW_CONFIG_FILE": str(broken)}, check=True
    )


@pytest.mark.parametrize("place", ["", "store", "jobstore"])
def test_a_store_is_read_from_the_file_of_its_specification(
    config: Path, tmp_path: Path, place: str
) -> None:
    store = {"docs_store": {"type": "MemoryStore"}}
    file = tmp_path / "lab.yaml"
    file.write_text(json.dumps({place: store, "name": "lab"} if place else store))
    config.write_text(f"store: {file}\n")
    assert load_settings().store == store
    settings = load_settings()
    override(settings, store=tmp_path / "other.db")
    assert settings.store == tmp_path / "other.db"
    override(settings, store=None)
    assert settings.store == tmp_path / "other.db"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("password: hush\n", "lab.yaml: no store in it: it takes docs_store"),
        ("[hush]\n", "lab.yaml: no store in it"),
        ("{hush: [\n", "lab.yaml: .*name the YAML file of a store"),
        (None, "lab.yaml: no such file; name the YAML file of a store"),
    ],
)
@pytest.mark.usefixtures("config")
def test_a_file_without_a_specification_is_refused(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "lab.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match=f"^--store: .*{said}") as error:
        override(load_settings(), store=file)
    assert "hush" not in str(error.value)


@pytest.mark.usefixtures("config")
def test_an_incomplete_specification_is_not_taken_for_a_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIPONFLOW_STORE", '{"docs_store": {"password": "hush"')
    with pytest.raises(SettingsError, match="not complete JSON") as error:
        load_settings()
    assert "hush" not in str(error.value)
