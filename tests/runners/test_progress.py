"""Progress display of a run."""

import io

from rich.console import Console

from liponflow.runners.progress import AT_ONCE, BarProgress, LineProgress

RUNNING = ["melt 1 (melt, 1.2 of 5 ps, 23 ps/day, 1 h left)", "relax [bcc]"]


def test_bar_has_one_line_per_running_job() -> None:
    text = io.StringIO()
    with BarProgress(Console(file=text, force_terminal=True, width=60)) as bar:
        bar.update(1, 4, RUNNING)
        bar._live.refresh()
    lines = [line.strip() for line in text.getvalue().splitlines()]
    assert any(line.endswith("23 ps/day, 1 h left)") for line in lines)
    assert any("relax [bcc]" in line for line in lines)
    assert "1/4" in text.getvalue()


def test_running_jobs_are_printed_at_intervals() -> None:
    text, now = io.StringIO(), [0.0]
    lines = LineProgress(Console(file=text, width=60), clock=lambda: now[0])
    for now[0] in (10.0, 59.0, 61.0, 62.0, 130.0):
        lines.update(1, 4, RUNNING)
    now[0] = 200.0
    lines.update(1, 4, ["melt 1 (melt, 2 of 5 ps)"])
    assert text.getvalue().splitlines() == [
        f"01:01 [1/4] at work: {', '.join(RUNNING)}",
        "03:20 [1/4] at work: melt 1 (melt, 2 of 5 ps)",
    ]


def test_time_left_stands_behind_the_running_jobs() -> None:
    text, now = io.StringIO(), [0.0]
    lines = LineProgress(Console(file=text, width=60), clock=lambda: now[0])
    now[0] = 61.0
    lines.update(1, 4, ["relax"], "about 4 min left")
    assert text.getvalue() == "01:01 [1/4] at work: relax; about 4 min left\n"
    with BarProgress(Console(file=text, force_terminal=True, width=80)) as bar:
        bar.update(1, 4, ["relax"], "about 4 min left")
        bar._live.refresh()
    assert text.getvalue().count("about 4 min left") > 1


def test_log_of_many_events_has_one_line_per_interval() -> None:
    text, now = io.StringIO(), [0.0]
    lines = LineProgress(Console(file=text), clock=lambda: now[0])
    for number in range(AT_ONCE + 150):
        now[0] += 0.1
        lines.event(f"finished job {number}")
    lines.event("failed job x", important=True)
    *_, late, last = text.getvalue().splitlines()
    assert len(text.getvalue().splitlines()) == AT_ONCE + 2
    assert late.endswith("(99 more since the last line)")
    assert last.endswith("failed job x (50 more since the last line)")
