"""Result of the analysis of an interface."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, FileNames, Quantity
from liponflow.analysis.result import StructureField
from liponflow.analysis.spread import ComparedResult
from liponflow.analysis.transport.result import RegionTransport
from liponflow.document import Document


class InterfaceLayer(Document):
    """A layer of the model as it was built."""

    name: Annotated[str, Column(heading="layer", wraps=True)] = Field(
        description="Material and orientation."
    )
    formula: Annotated[str, Column(heading="atoms", wraps=True)] = Field(
        description="Atoms of the layer: its exact stoichiometry."
    )
    bottom: Annotated[float, Quantity("Å", heading="from", fmt=".2f")] = Field(
        description="Height of its lowest atom."
    )
    top: Annotated[float, Quantity("Å", heading="to", fmt=".2f")] = Field(
        description="Height of its topmost atom."
    )
    low_strain: Annotated[float, Quantity("", heading="strain\nleast", fmt="z.2%")] = Field(
        description="Smaller principal strain in the plane."
    )
    high_strain: Annotated[float, Quantity("", heading="strain\nmost", fmt="z.2%")] = Field(
        description="Larger principal strain in the plane."
    )
    notes: list[str] = Field(description="Notes on its making.")


class DepthProfile(Document):
    """Number density of an element against depth."""

    element: str = Field(description="Element.")
    begin: Annotated[list[float], Quantity("1/nm³", label="number density")] = Field(
        description="Mean over the first frames, by bin of depth."
    )
    end: Annotated[list[float], Quantity("1/nm³", label="number density")] = Field(
        description="Mean over the last frames."
    )


class BrokenBonds(Document):
    """Bonds of one kind that the first frame has."""

    bond: Annotated[str, Column(heading="bond")] = Field(
        description="Elements and role of the anion: P-N (bridging)."
    )
    initial: Annotated[int, Column(heading="at first")] = Field(
        description="Number in the first frame."
    )
    broken_share: Annotated[float, Quantity("", heading="broken at\nthe end", fmt=".1%")] = Field(
        description="Mean share over the last frames that is broken."
    )
    first_break: Annotated[float | None, Quantity("ps", heading="first after", fmt=".3g")] = Field(
        description="Time of the first frame with a broken one; None if none breaks, or the files "
        "have no times."
    )
    shares: Annotated[list[float], Quantity("", label="broken bonds")] = Field(
        description="Share that is broken at each of the `times`."
    )


class ShellNumber(Document):
    """A coordination number near the interface and in the bulk of the electrolyte.

    Only atoms that were in the electrolyte in the first frame count as centres.
    """

    pair: Annotated[str, Column(heading="pair")] = Field(description="Centre and neighbour.")
    begin: Annotated[float | None, Quantity("", heading="interface\nbegin", fmt=".2f")] = Field(
        description="Near the interface, over the first frames; None without such atoms."
    )
    end: Annotated[float | None, Quantity("", heading="interface\nend", fmt=".2f")] = Field(
        description="Near the interface, over the last frames."
    )
    bulk: Annotated[float | None, Quantity("", heading="bulk\nend", fmt=".2f")] = Field(
        description="Deeper in the electrolyte, over the last frames."
    )


class PhaseShare(Document):
    """Atoms that are named by one phase."""

    phase: Annotated[str, Column(heading="phase")] = Field(
        description="Reference crystal, LiPON for the glass, or none of these."
    )
    begin: Annotated[float, Quantity("", heading="at first", fmt=".1%")] = Field(
        description="Share of all atoms in the first named frame."
    )
    end: Annotated[float, Quantity("", heading="at the end", fmt=".1%")] = Field(
        description="Share in the last named frame."
    )
    shares: Annotated[list[float], Quantity("", label="share of atoms")] = Field(
        description="Share at each of the `phase_times`."
    )
    profile: Annotated[list[float], Quantity("", label="share of atoms")] = Field(
        description="Share of the atoms in each bin of depth, in the last named frames; 0 in an "
        "empty bin."
    )


class Front(Document):
    """How far an element of the electrolyte has gone into the other material."""

    element: Annotated[str, Column(heading="element")] = Field(description="Element.")
    begin: Annotated[float, Quantity("Å", heading="front\nbegin", fmt="z.2f")] = Field(
        description="Mean depth of the outermost twentieth of its atoms, over the first frames."
    )
    end: Annotated[float, Quantity("Å", heading="front\nend", fmt="z.2f")] = Field(
        description="The same over the last frames; negative in the other material."
    )
    advance: Annotated[float, Quantity("Å", heading="advance", fmt="z.2f")] = Field(
        description="How far the front moved into the other material."
    )


class InsertionPoint(Document):
    """Energy of the model with one Li at a depth."""

    depth: Annotated[float, Quantity("Å", heading="depth", fmt="z.2f", label="depth")] = Field(
        description="Depth of the Li below the outermost atom of the electrolyte."
    )
    room: Annotated[float, Quantity("Å", heading="room", fmt=".2f")] = Field(
        description="Distance to the nearest atom at the widest place of that depth."
    )
    energy: Annotated[float, Quantity("eV", heading="E", fmt="z.3f", label="energy")] = Field(
        description="Energy relative to the first point, at fixed atoms."
    )


class Snapshot(Document):
    """One frame of the movie."""

    time: Annotated[float, Quantity("ps")] = Field(description="Time.")
    along: Annotated[list[float], Quantity("Å", label="x")] = Field(
        description="Place of every atom along the first lattice vector."
    )
    height: Annotated[list[float], Quantity("Å", label="height")] = Field(
        description="Height of every atom along the normal, in the cell."
    )
    phases: list[int] = Field(
        description="Index of the phase of every atom in the list of phases; empty if unnamed."
    )


class InterfaceResult(ComparedResult):
    """What forms at an interface, against time and depth.

    Depth is counted from the outermost atoms of the electrolyte in the first frame, positive into
    the electrolyte; two interfaces of a periodic stack are folded into one.
    """

    kind: Literal["interface"] = "interface"
    layers: list[InterfaceLayer] = Field(
        description="Layers of the model as built; empty for files."
    )
    interfaces: Annotated[int, Column(heading="interfaces")] = Field(
        description="Faces of the electrolyte that meet another material."
    )
    n_atoms: Annotated[int, Column(heading="atoms")] = Field(description="Atoms of the model.")
    area: Annotated[float, Quantity("Å²", heading="area", fmt=".1f")] = Field(
        description="Mean area of the lateral cell."
    )
    electrolyte_height: Annotated[float, Quantity("Å", heading="electrolyte", fmt=".2f")] = Field(
        description="From outermost atom to outermost atom of its network, first frame."
    )
    other_thickness: Annotated[float, Quantity("Å", heading="other side", fmt=".2f")] = Field(
        description="Rest of the height of the cell, gaps and vacuum included."
    )
    n_frames: Annotated[int, Column(heading="frames")] = Field(description="Frames read.")
    duration: Annotated[float | None, Quantity("ps", heading="duration", fmt=".3g")] = Field(
        description="Time from the first frame to the last; None if the files have no times."
    )
    temperature: Annotated[float | None, Quantity("K", heading="T", fmt=".0f")] = Field(
        description="Mean temperature of the frames; None if unknown."
    )
    zone: Annotated[float, Quantity("Å", heading="zone", fmt="g")] = Field(
        description="Depth on either side that counts as the interface; beyond it is the bulk."
    )
    times: Annotated[list[float], Quantity("ps", label="time")] = Field(
        description="Times of the shares; the numbers of the frames if the files have no times."
    )
    bonds: list[BrokenBonds] = Field(description="Bonds of the first frame, by kind.")
    first_broken: str = Field(
        description="Kind of bond that the largest share is broken of at the end, or that none is."
    )
    tetrahedral: Annotated[list[float], Quantity("", label="P with four anions")] = Field(
        description="Share of the network formers with four anions at each of the `times`."
    )
    tetrahedral_end: Annotated[float, Quantity("", heading="in tetrahedra", fmt=".1%")] = Field(
        description="The same, mean over the last frames."
    )
    free: Annotated[dict[str, float], Quantity("", fmt=".1f")] = Field(
        description="Atoms without a bond of the network, mean over the last frames: anions "
        "without a former, and formers without an anion, by element."
    )
    loss_order: str = Field(description="Whether N or P leaves the network first.")
    shells: list[ShellNumber] = Field(description="Coordination numbers.")
    lithium_tetrahedra_interface: Annotated[
        float | None, Quantity("", heading="Li tetrahedra\ninterface", fmt=".1%")
    ] = Field(
        description="Share of the electrolyte's Li near the interface in Li[O4], Li[O3N] or "
        "Li[O2N2]."
    )
    lithium_tetrahedra_bulk: Annotated[
        float | None, Quantity("", heading="Li tetrahedra\nbulk", fmt=".1%")
    ] = Field(description="The same deeper in the electrolyte.")
    depth_edges: Annotated[list[float], Quantity("Å", label="depth")] = Field(
        description="Edges of the bins of depth."
    )
    profiles: list[DepthProfile] = Field(description="Elements against depth.")
    fronts: list[Front] = Field(description="Elements of the electrolyte.")
    reacted_from: Annotated[float, Quantity("Å", heading="reacted from", fmt="z.2f")] = Field(
        description="Depth of the outermost front that moved, at the end; 0 if none moved."
    )
    reacted_to: Annotated[float, Quantity("Å", heading="to", fmt="z.2f")] = Field(
        description="Initial depth of the deepest former with a broken bond in half of the last "
        "frames; 0 if there is none."
    )
    reacted_width: Annotated[float, Quantity("Å", heading="reacted width", fmt=".2f")] = Field(
        description="Width of the reacted zone: from one to the other."
    )
    phase_times: Annotated[list[float], Quantity("ps", label="time")] = Field(
        description="Times of the named frames."
    )
    phases: list[PhaseShare] = Field(description="Atoms by phase; empty if they were not named.")
    snapshots: list[Snapshot] = Field(
        default_factory=list, description="Frames of the movie, at most 16."
    )
    regions: list[RegionTransport] = Field(
        default_factory=list,
        description="Transport of Li near the interface and in the bulk; empty if the run is too "
        "short or has no times.",
    )
    conductivity_ratio: Annotated[
        float | None, Quantity("", heading="σ interface\nover bulk", fmt=".3g")
    ] = Field(
        None,
        description="Conductivity along the interface over that of the bulk; None unless both are "
        "above zero within their intervals. Published: 100 to 1000 (You 2021).",
    )
    insertion: list[InsertionPoint] = Field(
        default_factory=list, description="Energy of one Li against its depth; empty if not asked."
    )
    start: StructureField = Field(description="First frame.")
    structure: StructureField = Field(description="Last frame.")
    trajectory_files: Annotated[list[str], FileNames()] = Field(
        description="Files of the trajectory."
    )
