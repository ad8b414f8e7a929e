"""Model of an interface that the parameters of a campaign ask for."""

from pathlib import Path
from typing import cast

from pymatgen.core.structure import Structure

from liponflow.analysis.interface.result import InterfaceLayer
from liponflow.inputs.interface import GLASS, InterfaceParameters
from liponflow.inputs.structure_options import StructureOptions
from liponflow.structures.interface.build import (
    CrystalSide,
    GlassSide,
    alumina,
    build_interface,
)
from liponflow.structures.interface.lateral import Limits
from liponflow.structures.interface.slab import Miller
from liponflow.structures.interface.stack import Interface
from liponflow.structures.phases import phase
from liponflow.workflows.structure_files import read_ordered


def built_model(parameters: InterfaceParameters) -> Interface:
    """Build the model.

    Raises
    ------
    ValueError
        If a side is neither a reference crystal nor a file, or the sides do not fit.
    """
    buffer = None
    if parameters.buffer is not None:
        buffer = alumina(parameters.buffer_thickness, parameters.buffer_density)
    first = _side(
        parameters, parameters.first, parameters.first_miller, parameters.first_thickness
    )
    second = _side(
        parameters, parameters.second, parameters.second_miller, parameters.second_thickness
    )
    return build_interface(
        first,
        second,
        buffer=buffer,
        gap=parameters.gap,
        boundary=parameters.boundary,
        vacuum=parameters.vacuum,
        limits=Limits(
            strain=parameters.strain_limit,
            share=parameters.strain_share,
            length=parameters.min_length,
            area=parameters.max_area,
        ),
        cutoff=parameters.cutoff,
        seed=parameters.seed,
    )


def _side(
    parameters: InterfaceParameters, name: str, miller: list[int], thickness: float
) -> CrystalSide | GlassSide:
    if name == GLASS:
        return GlassSide(
            parameters.composition,
            thickness,
            parameters.density,
            neutral=parameters.neutral,
            time_limit=parameters.packing_time,
        )
    short, crystal = _crystal(name)
    return CrystalSide(short, crystal, cast("Miller", tuple(miller)), thickness)


def _crystal(name: str) -> tuple[str, Structure]:
    """Return a crystal of the library, or that of a file."""
    path = Path(name).expanduser()
    if path.is_file():
        found = read_ordered(path, StructureOptions())
        return path.stem, found.structure
    entry = phase(name)
    return entry.formula, entry.structure()


def layer_documents(model: Interface) -> list[InterfaceLayer]:
    """Return the layers of a model, as a result has them."""
    return [
        InterfaceLayer(
            name=layer.name,
            formula=layer.composition.formula.replace(" ", ""),
            bottom=layer.bottom,
            top=layer.top,
            low_strain=layer.strain[0],
            high_strain=layer.strain[1],
            notes=list(layer.notes),
        )
        for layer in model.layers
    ]


def describe_model(model: Interface) -> str:
    """Return a model on one line."""
    layers = " | ".join(
        f"{layer.name} ({layer.composition.formula.replace(' ', '')}, "
        f"{layer.top - layer.bottom:.1f} Å, strain {_strain(layer.strain)})"
        for layer in model.layers
    )
    cell = model.structure.lattice
    return (
        f"{layers}; {len(model.structure)} atoms, {cell.a:.2f} x {cell.b:.2f} x {cell.c:.2f} Å, "
        f"{model.boundary}"
    )


def _strain(strain: tuple[float, float]) -> str:
    low, high = strain
    return "none" if low == high == 0 else f"{low:+.1%} to {high:+.1%}"
