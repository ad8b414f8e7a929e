"""Flows of glass properties: elastic moduli of a model, and bond strengths in its units."""

from collections.abc import Sequence
from typing import Any

from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.glass.cleavage import BondCleavage, bond_cleavage
from liponflow.analysis.glass.elastic import ModelElasticity, model_elasticity, six_deformations
from liponflow.analysis.result import EngineInfo
from liponflow.engines.engine import Engine
from liponflow.engines.planned import announce
from liponflow.engines.planning import planned_by
from liponflow.engines.reading import read_calculation
from liponflow.inputs.glass import GlassParameters
from liponflow.structures.glass.phosphate_clusters import CUTS, Cut, dimer, in_box, neutral_cluster
from liponflow.structures.glass.phosphate_clusters import without as remove
from liponflow.structures.plain import without_properties
from liponflow.workflows.jobs import named


def elastic_flow(
    engine: Engine, parameters: GlassParameters, structure: Any, sized: Structure, seed: int
) -> tuple[list[Flow | Job], Any]:
    """Wire the elastic moduli of one model.

    Parameters
    ----------
    engine
        With the tight force limit.
    parameters
        Of the campaign: ``elastic_strain``.
    structure
        Reference to the model's final structure.
    sized
        A structure of the same size, for the estimate.
    seed
        Of the model.

    Returns
    -------
    list of Flow or Job, OutputReference
        Jobs, and the ModelElasticity.
    """
    unstrained: Flow | Job = named(
        engine.relax().make(structure), f"elastic seed {seed}: unstrained"
    )
    strained = named(
        strain(
            unstrained.output,
            engine.relax(cell=False),
            engine.describe(),
            force_limit=engine.force_limit,
            amount=parameters.elastic_strain,
            seed=seed,
        ),
        f"elastic seed {seed}",
    )
    announce(strained, [*planned_by(engine.relax(cell=False), sized)] * 12)
    return [unstrained, strained], strained.output


@job
def strain(
    unstrained: Any,
    relax_maker: Maker,
    engine: EngineInfo,
    *,
    force_limit: float,
    amount: float,
    seed: int,
) -> Response[ModelElasticity]:
    """Apply six strains of both signs to a relaxed model, and relax its ions.

    Parameters
    ----------
    unstrained
        Task document of the relaxed model.
    relax_maker
        Relaxation of the ions.
    engine
        Description of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    amount
        Strain.
    seed
        Of the model.

    Returns
    -------
    Response
        Replaced by the relaxations and the fit.

    Raises
    ------
    ValueError
        If the unstrained model did not converge.
    """
    reference = read_calculation(unstrained, engine, force_limit)
    if reason := unconverged_reason(reference):
        raise ValueError(f"the unstrained model: {reason}")
    relaxations: list[Flow | Job] = []
    for index, deformation in enumerate(six_deformations(amount)):
        strained: Flow | Job = named(
            relax_maker.make(deformation.apply_to_structure(reference.structure)),
            f"elastic seed {seed}: strain {index + 1} of 12",
        )
        relaxations.append(strained)
    fitted = named(
        fit_elastic(
            unstrained,
            [relaxation.output for relaxation in relaxations],
            engine,
            force_limit=force_limit,
            amount=amount,
            seed=seed,
        ),
        f"elastic seed {seed}: fit",
    )
    return Response(replace=Flow([*relaxations, fitted], output=fitted.output))


@job
def fit_elastic(
    unstrained: Any,
    strained: Sequence[Any],
    engine: EngineInfo,
    *,
    force_limit: float,
    amount: float,
    seed: int,
) -> ModelElasticity:
    """Fit the elastic moduli; see :func:`strain` for the arguments."""
    return model_elasticity(
        read_calculation(unstrained, engine, force_limit),
        [read_calculation(document, engine, force_limit) for document in strained],
        strain=amount,
        seed=seed,
    )


def cleavage_flow(
    engine: Engine, parameters: GlassParameters, cuts: Sequence[Cut] = CUTS
) -> tuple[list[Flow | Job], list[Any]]:
    """Wire the cleavage of bonds in isolated units, neutralised with Li.

    Parameters
    ----------
    engine
        Engine of the calculations.
    parameters
        Of the campaign: ``cluster_vacuum``.
    cuts
        Anions to remove, each from its unit.

    Returns
    -------
    list of Flow or Job, list of OutputReference
        Jobs, and a BondCleavage for every cut.
    """
    jobs: list[Flow | Job] = []
    relaxed: dict[str, Any] = {}
    vacuum = parameters.cluster_vacuum

    def relax(name: str, structure: Structure) -> Any:
        relaxation: Flow | Job = named(engine.relax(cell=False).make(structure), f"relax {name}")
        jobs.append(relaxation)
        return relaxation.output

    for name in dict.fromkeys(cut.unit for cut in cuts):
        relaxed[name] = relax(f"cluster {name}", in_box(neutral_cluster(name), vacuum))
    for symbol in sorted({cut.site.rpartition(" ")[2] for cut in cuts}):
        relaxed[symbol] = relax(f"{symbol}2", in_box(dimer(symbol), vacuum))
    found = []
    for cut in cuts:
        cleaved = named(
            cleave(
                relaxed[cut.unit],
                relaxed[cut.site.rpartition(" ")[2]],
                engine.relax(cell=False),
                engine.static(),
                engine.describe(),
                cut={"unit": cut.unit, "site": cut.site, "bonds": cut.bonds},
                force_limit=engine.force_limit,
            ),
            f"cleave {cut.site} of {cut.unit}",
        )
        sized = in_box(neutral_cluster(cut.unit), vacuum)
        makers = (engine.relax(cell=False), engine.static())
        announce(cleaved, [c for maker in makers for c in planned_by(maker, sized)])
        jobs.append(cleaved)
        found.append(cleaved.output)
    return jobs, found


@job
def cleave(
    cluster: Any,
    molecule: Any,
    relax_maker: Maker,
    static_maker: Maker,
    engine: EngineInfo,
    *,
    cut: dict[str, Any],
    force_limit: float,
) -> Response[BondCleavage]:
    """Remove an anion from a relaxed cluster, and compute the rest.

    Parameters
    ----------
    cluster, molecule
        Task documents of the relaxed cluster, and of O2 or N2.
    relax_maker, static_maker
        Makers for the rest.
    engine
        Description of the engine before it ran.
    cut
        Fields of a Cut.
    force_limit
        Largest force of a converged relaxation, eV/Å.

    Returns
    -------
    Response
        Replaced by the calculations and the energies.
    """
    whole = read_calculation(cluster, engine, force_limit)
    rest = remove(without_properties(whole.structure), Cut(**cut))
    name = f"{cut['unit']} without {cut['site']}"
    frozen: Flow | Job = named(static_maker.make(rest), f"static {name}")
    relaxed: Flow | Job = named(relax_maker.make(rest), f"relax {name}")
    energies = named(
        cleavage_energy(
            {
                "cluster": cluster,
                "frozen": frozen.output,
                "rest": relaxed.output,
                "molecule": molecule,
            },
            engine,
            cut=cut,
            force_limit=force_limit,
        ),
        f"energy of {cut['site']} in {cut['unit']}",
    )
    return Response(replace=Flow([frozen, relaxed, energies], output=energies.output))


@job
def cleavage_energy(
    documents: dict[str, Any], engine: EngineInfo, *, cut: dict[str, Any], force_limit: float
) -> BondCleavage:
    """Return the cleavage energy of a cut; see :func:`cleave` for the arguments."""
    found = {
        name: read_calculation(document, engine, force_limit)
        for name, document in documents.items()
    }
    return bond_cleavage(cut["site"], cut["bonds"], **found)
