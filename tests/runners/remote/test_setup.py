"""Writing a project file."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from liponflow.runners.local import available_cores
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.projects import JOB_COMMAND, open_project
from liponflow.runners.remote.setup import Worker, code_variables, mongodb_store, write_project
from liponflow.store.results import open_store

pytestmark = pytest.mark.usefixtures("projects")

DOCUMENTS = {"database": "d", "collection_name": "jobs"}
QUEUE = {"type": "MongoStore", "database": "d", "collection_name": "jobs", "password": "hidden"}


def slurm(**fields: Any) -> Worker:
    return Worker(**({"name": "main", "scheduler": "slurm", "work_dir": Path("/jobs")} | fields))


def test_jobs_find_modules_environment_and_variables(tmp_path: Path) -> None:
    worker = slurm(
        modules=["vasp/6.5"], environment=Path("/opt/my env"), pre_run=["ulimit -s unlimited"],
        variables={"LIPONFLOW_VASP_CMD": "srun 'vasp std'"}, max_jobs=3,
    )  # fmt: skip
    project, file = write_project("test", worker, queue=QUEUE, results=tmp_path / "r.db")
    main = project.workers["main"]
    module, path, threads, *others = main.pre_run.splitlines()
    assert module == "module load vasp/6.5"
    assert path == "export PATH='/opt/my env/bin':$PATH"
    assert "OMP_NUM_THREADS=1" in threads
    assert others == [
        "export LIPONFLOW_VASP_CMD='srun '\"'\"'vasp std'\"'\"''",
        "ulimit -s unlimited",
    ]
    assert main.execution_cmd == JOB_COMMAND
    assert main.max_jobs == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_jobs_without_a_scheduler_do_not_all_start_together(tmp_path: Path) -> None:
    for fields, most in (({}, available_cores()), ({"max_jobs": 7}, 7)):
        shell = slurm(scheduler="shell", **fields)
        project, _ = write_project("test", shell, queue=QUEUE, results=tmp_path / "r.db")
        assert project.workers["main"].max_jobs == most


def test_results_of_a_project_are_the_store_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "results.db"
    project, _ = write_project("test", slurm(), queue=QUEUE, results=file)
    theirs, ours = project.get_jobstore(), open_store(file)
    theirs.connect()
    assert theirs.docs_store == ours.docs_store
    theirs.additional_stores["data"].update([{"blob_uuid": "b", "data": 1}], key="blob_uuid")
    theirs.docs_store.update([{"uuid": "u", "index": 1, "output": 5}], key=["uuid", "index"])
    theirs.close()
    assert ours.get_output("u") == 5
    assert ours.additional_stores["data"].query_one()["data"] == 1
    ours.close()


def test_worker_is_added_to_a_project_and_keeps_its_queue(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="has no queue: add --local-queue"):
        write_project("test", slurm(), queue=None, results=tmp_path / "r.db")
    write_project("test", slurm(), queue=QUEUE, results=tmp_path / "r.db")
    second = slurm(name="far", host="login", environment=Path("/env"), batch_jobs=2)
    # Jobs that are under way read the results of others from the store that they know.
    project, file = write_project("test", second, queue=None, results=tmp_path / "other.db")
    assert list(project.workers) == ["main", "far", "far-batch"]
    assert project.queue.store == QUEUE
    assert project.workers["far"].type == "remote"
    handle = project.workers["far-batch"].batch.jobs_handle_dir
    assert handle == Path("/jobs/batch/test/far/handle"), "no other project's, which empties it"
    assert yaml.safe_load(file.read_text())["jobstore"]["docs_store"]["path"] == str(
        tmp_path / "r.db"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"scheduler": "slrum"}, "did you mean 'slurm'"),
        ({"work_dir": Path("jobs")}, "absolute path"),
        ({"environment": Path("env")}, "--environment env: give the absolute path"),
        ({"name": "a b"}, "worker 'a b': use letters"),
        ({"name": "../x"}, "worker '../x': use letters"),
        ({"user": "me"}, "--user: give --host, too"),
        ({"key_file": Path("/no/key")}, "--key-file: give --host, too"),
        ({"port": 2222}, "--ssh-port: give --host, too"),
        ({"host": "login"}, "--environment"),
        (
            {"host": "login", "environment": Path("/env"), "scheduler": "shell"},
            "--max-jobs: say how many jobs login runs at once",
        ),
        (
            {"host": "login", "environment": Path("/env"), "key_file": Path("/no/key")},
            "/no/key: no such file",
        ),
        ({"resources": {"ntask": 2}}, "did you mean 'ntasks'"),
        ({"max_jobs": -1}, r"main\.\w+\.max_jobs"),
    ],
)
def test_what_jobflow_remote_would_not_take_is_refused_before_it_is_written(
    projects: Path, tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProjectError, match=message):
        write_project("test", slurm(**fields), queue=QUEUE, results=tmp_path / "r.db")
    assert not list(projects.glob("*.yaml"))


def test_project_beside_the_folder_of_projects_is_refused(projects: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"project '\.\./other': use letters"):
        write_project("../other", slurm(), queue=QUEUE, results=tmp_path / "r.db")
    assert not (projects.parent / "other.yaml").exists()


@pytest.mark.parametrize(
    ("queue", "results", "message"),
    [
        ({"type": "MemoryStore"}, "r.db", "is a MemoryStore, which other processes do not see"),
        (
            {"type": "MongoStore", "uri": "mongodb://me:hidden@localhost", **DOCUMENTS},
            {"docs_store": {"type": "MongoStore", **DOCUMENTS}},
            "same database, d on 127.0.0.1:27017",
        ),
    ],
)
def test_queue_that_would_lose_something_is_refused(
    projects: Path, tmp_path: Path, queue: dict[str, Any], results: Any, message: str
) -> None:
    if isinstance(results, str):
        results = tmp_path / results
    with pytest.raises(ProjectError, match=message) as error:
        write_project("test", slurm(), queue=queue, results=results)
    assert "hidden" not in str(error.value)
    assert not list(projects.glob("*.yaml"))


def test_second_file_of_a_project_is_refused(projects: Path, tmp_path: Path) -> None:
    _, file = write_project("test", slurm(), queue=QUEUE, results=tmp_path / "r.db")
    file.rename(projects / "mine.yaml")
    with pytest.raises(ProjectError, match=r"project test is in .*mine.yaml: rename that to"):
        write_project("test", slurm(), queue=None, results=tmp_path / "r.db")
    with pytest.raises(ProjectError, match=r"mine.yaml holds project 'test'"):
        write_project("mine", slurm(), queue=None, results=tmp_path / "r.db")


def test_variables_of_the_codes_are_those_that_jobs_accept() -> None:
    given = code_variables(vasp_cmd="srun vasp_std", potcars=Path("/potcars"), device="cuda")
    assert given == {
        "LIPONFLOW_VASP_CMD": "srun vasp_std",
        "PMG_VASP_PSP_DIR": "/potcars",
        "LIPONFLOW_DEVICE": "cuda",
    }
    for wrong, message in (
        ({"vasp_cmd": "srun 'vasp_std"}, "--vasp-cmd: .* cannot be split"),
        ({"feff_cmd": " "}, "--feff-cmd: .* names no program"),
        ({"potcars": Path("potcars")}, "--potcars potcars: give the absolute path"),
        ({"device": "gpu"}, "unknown device 'gpu'; did you mean 'cpu'"),
    ):
        with pytest.raises(ProjectError, match=message):
            code_variables(**wrong)


def test_address_of_a_server_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("mongodb://me:hidden@host/base\n")
    assert mongodb_store(file)["database"] == "base"
    for text, message in (
        ("mongodb://me:hidden@host", "names no database"),
        ("hidden", "holds no"),
    ):
        file.write_text(text)
        with pytest.raises(ProjectError, match=message) as error:
            mongodb_store(file)
        assert "hidden" not in str(error.value)
    with pytest.raises(ProjectError, match="nowhere"):
        mongodb_store(tmp_path / "nowhere")


def test_damaged_project_file_is_named(projects: Path, tmp_path: Path) -> None:
    projects.mkdir()
    (projects / "test.yaml").write_text("- 1\n")
    with pytest.raises(ProjectError, match=r"test.yaml is not a project"):
        write_project("test", slurm(), queue=QUEUE, results=tmp_path / "r.db")
    with pytest.raises(ProjectError):
        open_project("test")
