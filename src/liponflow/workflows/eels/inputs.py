"""Write the runs of an EELS campaign as directories for a cluster's FEFF."""

import re
from pathlib import Path

from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.inputs.difference import Difference
from liponflow.inputs.eels import EELSParameters
from liponflow.inputs.feff.cards import SpectrumCards
from liponflow.inputs.feff.compare import compare as compare_directory
from liponflow.inputs.feff.edges import Edge, parse_edge
from liponflow.inputs.feff.reading import NAME
from liponflow.inputs.feff.text import card_values, feff_input, titles
from liponflow.structures.eels.cluster import spectrum_cluster
from liponflow.workflows.eels.flow import edge_plans
from liponflow.workflows.eels.materials import edges_of, materials_of
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.request import InputsRequest


def write(request: InputsRequest[EELSParameters], root: Path) -> Contents:
    """Write a ``feff.inp`` for every absorbing site and edge.

    Raises
    ------
    MaterialError, ClusterError
        If a material, an edge or a cluster cannot be computed.
    """
    materials = materials_of(request, None)
    record: dict[str, dict[str, object]] = {}
    for plan in edge_plans(request.parameters, materials, edges_of(request, materials)):
        material = materials[plan.material]
        of_model = f" model{plan.model}" if len(material.models) > 1 else ""
        structure, edge = material.models[plan.model], parse_edge(plan.edge)
        for site, weight in zip(plan.choice.computed, plan.choice.weights, strict=True):
            for run in edge.runs:
                name = re.sub(r"[\s/()]+", "-", f"{material.name}{of_model} {run} site{site}")
                if name not in record:  # L3 may be asked for beside L23
                    cards = _write_run(root / name, structure, site, run, request.parameters.cards)
                    about = {"material": material.name, "site": site, "weight": round(weight, 6)}
                    record[name] = about | {"cards": cards}
    return Contents(
        about={
            "materials": {material.name: material.source for material in materials},
            "structure": request.source,
        },
        sets={"spectra": record},
        readme=_README.format(
            version=__version__,
            materials=", ".join(material.name for material in materials),
            count=len(record),
            first=next(iter(record)),
        ),
        count=len(record),
        noun="spectrum run",
    )


def compare(directory: Path, parameters: EELSParameters) -> list[Difference]:
    """Compare the cards of a ``feff.inp`` with those of the parameters, for its own edge.

    Raises
    ------
    ParameterError
        If there is none, or it cannot be read.
    """
    return compare_directory(directory, parameters.cards)


INPUTS = InputDirectories(write, compare)


def _write_run(
    directory: Path, structure: Structure, site: int, edge: Edge, cards: SpectrumCards
) -> dict[str, str]:
    """Write the input of an absorber into a new directory, and return its cards."""
    cluster = spectrum_cluster(
        structure,
        site,
        scf_radius=cards.scf_radius,
        fms_radius=cards.fms_radius,
        potentials=cards.potentials,
        min_distance=cards.min_distance,
    )
    text = feff_input(cluster, cards, edge, titles(structure, site, edge))
    directory.mkdir()
    (directory / NAME).write_text(text, encoding="ascii")
    return card_values(cards, edge)


_README = """\
# Spectra of {materials} by FEFF

Written by liponflow {version}. `provenance.yaml` says where each value comes from, and the weight
of every site in the average over its element.

## What to run

FEFF9 or FEFF10, all stages, in each of the {count} directories, such as `{first}`. They are
independent of each other. FEFF ends with status 0 whatever happens: a run has failed if it leaves
`.feff.error` behind, or writes no `eels.dat`. Look into `log1.dat` for `Convergence reached`.
Where the potentials have not converged, a smaller acceleration helps (0.05, the fourth number of
SCF).

An L23 edge is the sum of the spectra L2 and L3. `liponflow run eels` does all this by itself, with
the FEFF that the setting `feff_cmd` names.
"""
