"""Read VASP runs that a user already has, recognise what they are, and store their results."""

from liponflow.workflows.ingest.files import IngestError
from liponflow.workflows.ingest.ingest import Report, Stored, ingest

__all__ = ["IngestError", "Report", "Stored", "ingest"]
