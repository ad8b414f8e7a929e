"""Round trip of flows through JSON documents."""

from datetime import datetime

import pytest
import runner_jobs
from jobflow import Flow, flow
from runner_checks import TRUSTED

from liponflow import safejson
from liponflow.runners.documents import all_jobs, dumps, flow_document, loads


def read_back(written: Flow) -> Flow:
    return safejson.decode(loads(dumps(flow_document(written))), TRUSTED)


@pytest.mark.parametrize("name", runner_jobs.FLOWS)
def test_flow_survives_round_trip(name: str) -> None:
    written = runner_jobs.FLOWS[name]()
    read = read_back(written)
    assert flow_document(read) == flow_document(written)
    assert sorted(read.graph.edges) == sorted(written.graph.edges)


def test_decorated_flow_keeps_its_uuids_and_output() -> None:
    @flow
    def double_add(a: int) -> object:
        first = runner_jobs.add(a)
        return runner_jobs.add(first.output).output

    decorated = double_add(1)
    read = read_back(Flow([decorated, runner_jobs.add(decorated.output)]))
    assert type(read.jobs[0]) is Flow
    assert [job.uuid for job in all_jobs(read.jobs[0])] == list(decorated.job_uuids)
    assert read.jobs[0].output == decorated.output


def test_dates_and_bytes_in_arguments_survive_round_trip() -> None:
    when = datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001  jobflow's documents carry no time zone
    read = read_back(Flow([runner_jobs.add(when, b"raw")]))
    assert read.jobs[0].function_args == [when, b"raw"]
