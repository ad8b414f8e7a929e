"""How submitted campaigns are printed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from liponflow.cli.console import StandardOutput

if TYPE_CHECKING:
    from liponflow.runners.remote.campaigns import CampaignStatus

SHOWN = 10
"""Failed jobs and reasons that are shown of a campaign."""


def print_campaigns(found: "Sequence[CampaignStatus]", *, detailed: bool) -> None:
    """Print a line for each campaign, then what failed and what they wait for.

    Parameters
    ----------
    found
        The campaigns.
    detailed
        Whether each job is listed.
    """
    console = StandardOutput()
    if found:
        console.print(_table(found))

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    for campaign in found:
        for text in _lines(campaign, detailed=detailed):
            line(text)


def _lines(campaign: "CampaignStatus", *, detailed: bool) -> Iterator[str]:
    """Yield what failed, and what the campaign or each job waits for."""
    short = campaign.uuid[:8]
    failures = campaign.failures()
    if detailed:
        for job in campaign.jobs:
            words = f"{job.state.value:8} {job.name}"
            yield f"{words}: {job.reason}" if job.reason and job not in failures else words
    for job in failures[:SHOWN]:
        yield f"{short} failed: {job.name}: {job.reason}"
        if job.directory:
            yield f"  in {job.directory} on {job.worker}"
    if len(failures) > SHOWN:
        yield f"{short} failed: {len(failures) - SHOWN} more"
    if failures:
        yield f"  when the cause is gone: liponflow rerun {short}"
    if not detailed:
        for reason in campaign.waits_for()[:SHOWN]:
            yield f"{short} waits {reason}"


def _table(found: "Sequence[CampaignStatus]") -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("campaign", "kind", "preset", "structure", "submitted", "state"):
        table.add_column(heading, overflow="fold")
    table.add_column("jobs done", justify="right", no_wrap=True)
    for item in found:
        source = item.record.get("source")
        done = sum(job.state.value == "done" for job in item.jobs)
        cells = [
            item.uuid[:8],
            str(item.record.get("kind", "")),
            str(item.record.get("preset", "")),
            Path(str(source)).name if source else "built in",
            item.submitted.astimezone().strftime("%d %b %H:%M"),
            item.state.value,
            f"{done}/{len(item.jobs)}",
        ]
        table.add_row(*map(escape, cells))
    return table


def document(item: "CampaignStatus") -> dict[str, Any]:
    """Return a campaign as JSON data."""
    return {
        "uuid": item.uuid,
        **dict(item.record),
        "submitted": item.submitted.isoformat(),
        "state": item.state.value,
        "jobs": [
            {
                "name": job.name,
                "uuid": job.uuid,
                "index": job.index,
                "state": job.state.value,
                "worker": job.worker,
                "directory": job.directory,
                "reason": job.reason,
            }
            for job in item.jobs
        ],
    }
