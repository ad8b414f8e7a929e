"""Settings of the analysis of an interface."""

from pydantic import ConfigDict, Field

from liponflow.document import Document


class InterfaceSettings(Document):
    """What counts as a bond, and how depth and time are divided."""

    model_config = ConfigDict(frozen=True)

    formers: tuple[str, ...] = Field(
        ("P",), min_length=1, description="Network formers of the electrolyte."
    )
    anions: tuple[str, ...] = Field(("O", "N"), min_length=1, description="Anions of its network.")
    bond: float = Field(
        2.1, gt=0, le=4, description="Longest bond of a former to an anion (Å); P-O is 1.5 to 1.7."
    )
    broken: float = Field(
        2.5,
        gt=0,
        le=6,
        description="Distance (Å) beyond which a bond of the first frame is broken.",
    )
    contact: float = Field(
        2.6, gt=0, le=4, description="Longest distance of Li to an anion of its shell (Å)."
    )
    zone: float = Field(
        3.0, gt=0, le=50, description="Depth (Å) on either side that counts as the interface."
    )
    bin_width: float = Field(1.0, gt=0, le=20, description="Bins of depth (Å).")
    window: float = Field(
        0.1, gt=0, le=0.5, description="Share of the frames that make the begin and the end."
    )
