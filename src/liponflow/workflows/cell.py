"""The model of a cell as a registered object: ``liponflow model cell``."""

from collections.abc import Iterator

from liponflow.analysis.cell.capacity import lithium_of_charge, plated_thickness
from liponflow.analysis.cell.result import (
    ArealCapacity,
    Balance,
    CellResult,
    ExtraLithium,
    Plated,
    Rate,
)
from liponflow.analysis.cell.summary import (
    balance,
    balance_warnings,
    capacities_by_basis,
    density_warnings,
    design_density,
    extra_lithium,
    film_line,
    full_slope,
    measured_film,
    rate,
    rate_warnings,
    substrate_curve,
)
from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.result import Provenance
from liponflow.inputs.cell import CellParameters
from liponflow.workflows.model import Model
from liponflow.workflows.topic import Option

MODEL = Model(
    "cell",
    summary="Compute energy densities, capacities and the lithium balance of thin-film cells.",
    parameters="liponflow.inputs.cell:CellParameters",
    function="liponflow.workflows.cell:compute",
    options=(Option("first_charge_excess"), Option("target")),
    result=ResultKind(
        "cell",
        model="liponflow.analysis.cell.result:CellResult",
        figures="liponflow.figures.cell:all_figures",
    ),
)


def compute(parameters: CellParameters, provenance: Provenance) -> CellResult:
    """Return the energy densities and balances of validated parameters."""
    densities = [
        design_density(
            design.name,
            **design.model_dump(exclude={"name"}),
            cathode_capacity=parameters.cathode_capacity,
            voltage=parameters.voltage,
            other_layers=parameters.other_layers,
            target=parameters.target,
        )
        for design in parameters.designs
    ]
    full = densities[0].capacity / parameters.designs[0].utilisation
    balances, rates = _tested(parameters)
    slope = full_slope(parameters.spinel_density, parameters.spinel_capacity)
    films = [measured_film(film.thickness, film.capacity, slope) for film in parameters.films]
    return CellResult(
        formula=parameters.cathode,
        converged=True,
        criterion="evaluated in closed form",
        provenance=provenance,
        warnings=[
            *density_warnings(densities[0]),
            *balance_warnings(balances),
            *rate_warnings(rates),
        ],
        voltage=parameters.voltage,
        other_layers=parameters.other_layers,
        target=parameters.target,
        densities=densities,
        curve=substrate_curve(densities[0], parameters.voltage, parameters.substrates),
        capacities=[
            ArealCapacity(utilisation=share, capacity=share * full)
            for share in parameters.utilisations
        ],
        plated=[
            Plated(capacity=capacity, thickness=plated_thickness(capacity))
            for capacity in parameters.plated
        ],
        balances=balances,
        rates=rates,
        films=films,
        film_line=film_line(films, slope),
        full_slope=slope,
        extra_lithium=list(_extra_lithium(parameters)),
    )


def _tested(parameters: CellParameters) -> tuple[list[Balance], list[Rate]]:
    balances, rates = [], []
    for cell in parameters.tested:
        capacities = capacities_by_basis(
            loading=cell.loading,
            thickness=cell.thickness,
            mass=cell.mass,
            area=cell.area,
            density=parameters.spinel_density,
            specific_capacity=parameters.spinel_capacity,
        )
        for basis, capacity in capacities.items():
            balances.append(
                balance(
                    cell.name,
                    basis,
                    capacity,
                    lithium=cell.lithium,
                    stated_excess=cell.stated_excess,
                )
            )
            rates += [
                rate(cell.name, basis, capacity, area=cell.area, current=current, stated=stated)
                for current, stated in zip(cell.currents, cell.stated_rates, strict=True)
            ]
    return balances, rates


def _extra_lithium(parameters: CellParameters) -> Iterator[ExtraLithium]:
    film, lattice = parameters.film, parameters.spinel_lattice
    found = {}
    if parameters.extra_lithium is not None:
        found["depth profile"] = parameters.extra_lithium
    if parameters.first_charge_excess is not None:
        found["first charge"] = lithium_of_charge(parameters.first_charge_excess, film)
    for evidence, concentration in found.items():
        yield extra_lithium(evidence, concentration, thickness=film, lattice=lattice)
