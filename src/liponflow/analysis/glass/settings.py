"""Settings of the fingerprint of a glass."""

from pydantic import ConfigDict, Field

from liponflow.analysis.glass.scattering import Experiment
from liponflow.document import Document

MOBILE_LIMIT = 3.4
"""Longest distance (Å) at which the first minimum around a mobile cation is searched."""


class FingerprintSettings(Document):
    """Settings of a fingerprint."""

    model_config = ConfigDict(frozen=True)

    r_max: float = Field(10.0, ge=3, le=100, description="Range of g(r) (Å).")
    bin_width: float = Field(0.02, ge=0.001, le=0.5, description="Bins of g(r) (Å).")
    formers: tuple[str, ...] | None = Field(
        None, description="Network formers; the usual ones that are present if None."
    )
    anions: tuple[str, ...] | None = Field(None, description="Anions, likewise.")
    cutoffs: dict[str, float] = Field(
        default_factory=dict, description="Longest bond of a former to an anion (Å), by former."
    )
    mobile_cutoff: float | None = Field(
        None,
        gt=0,
        le=MOBILE_LIMIT,
        description="Longest distance of Li to an anion of its environment (Å); the first minimum "
        "of g(r) in the first block of frames if None.",
    )
    experiment: Experiment = Field(
        default_factory=lambda: Experiment.model_validate({}),
        description="Effect of the instrument on G(r).",
    )
