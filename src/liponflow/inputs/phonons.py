"""Parameters of the phonon campaign; ``inputs.vasp.stability`` has its VASP input sets."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, Unit
from liponflow.inputs.presets import load_data
from liponflow.inputs.supercell import SupercellParameter

TOPIC = "phonons"


class PhononParameters(ComparedParameters):
    """Parameters of a phonon campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "volume",
        "lowest frequency",
        "zero-point energy",
        "free energy",
        "entropy",
    )

    phase: str = Field(description="Reference crystal, if no structure is given.")
    min_length: Annotated[float, Unit("Å")] = Field(
        ge=3, le=200, description="Least distance between opposite faces of the supercell."
    )
    supercell: SupercellParameter | None = Field(
        None,
        description="Repeats of the cell as it was given, or a 3 x 3 matrix whose rows are made "
        "of its vectors; null for as many primitive cells as min_length needs.",
        examples=["2,2,2"],
    )
    distance: Annotated[float | None, Unit("Å")] = Field(
        gt=0,
        le=0.1,
        description="Displacement of an atom; null for 0.05 with potentials and 0.01 with DFT.",
        examples=["0.03"],
    )
    mesh_length: Annotated[float, Unit("Å")] = Field(
        ge=10,
        le=1_000,
        description="Length that sets the mesh of wave vectors: over a cell axis.",
    )
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0,
        le=0.1,
        description="Largest force of the relaxation before atoms are displaced.",
    )
    max_steps: IonicSteps = Field(description="Largest number of ionic steps of the relaxation.")


def displacement(parameters: PhononParameters, *, dft: bool) -> float:
    """Return how far an atom is displaced (Å): as given, or as suits the noise of the forces."""
    if parameters.distance is not None:
        return parameters.distance
    known = load_data(TOPIC)["displacement"]
    return float(known["dft" if dft else "potential"]["value"])
