"""A result of every kind that a campaign of version 0.2.0 stored."""

from pathlib import Path

import pytest

from liponflow.report.findings import Finding, stored_findings

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "0.2.0.db"


@pytest.fixture(scope="package")
def findings() -> list[Finding]:
    return stored_findings(GOLDEN)


@pytest.fixture(scope="package")
def by_kind(findings: list[Finding]) -> dict[str, Finding]:
    return {item.result.kind: item for item in findings}
