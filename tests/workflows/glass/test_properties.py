"""Flows of elastic moduli and bond strengths, with cheap potentials."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.units import GPa
from jobflow import Flow, JobStore, job, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure

from liponflow.analysis.glass.cleavage import DISSOCIATION, BondCleavage
from liponflow.analysis.glass.elastic import ModelElasticity
from liponflow.cost.estimate import estimate
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.engine import EngineOptions
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import load_parameters
from liponflow.structures.glass.phosphate_clusters import CUTS, in_box, neutral_cluster
from liponflow.workflows.glass.properties import cleavage_flow, elastic_flow

# atomate2 warns about a field that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:.task_document_kwargs. is now deprecated")


@dataclass(frozen=True)
class CheapEngine(PotentialEngine):
    """An engine with an ASE potential instead of a machine-learned one."""

    factory: type[Calculator] = EMT

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        return CalculatorSpec(self.factory, dict(self.options.arguments))


def parameters(**overrides: Any) -> GlassParameters:
    return load_parameters(GlassParameters, TOPIC, "quick", overrides)


def run(flow: Flow, folder: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    monkeypatch.chdir(folder)
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    run_locally(flow, store=store, ensure_success=True, log=True)
    return store


@job
def final_structure(structure: Structure) -> Structure:
    """Return the structure, in place of the job of a glass model."""
    return structure


def fcc_copper(a: float = 3.6) -> Structure:
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), ["Cu"], [[0, 0, 0]])


def bulk_modulus(symbol: str, a: float) -> float:
    """Return B = V d²E/dV² (GPa) at the minimum, from a fit to energies of the cubic cell."""

    def energy(volume: float) -> float:
        edge = volume ** (1 / 3)
        basis = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
        atoms = Atoms([symbol] * 4, scaled_positions=basis, cell=[edge] * 3, pbc=True)
        atoms.calc = EMT()
        return atoms.get_potential_energy()

    volumes = a**3 * np.linspace(0.99, 1.01, 9)
    curve = np.polynomial.Polynomial.fit(volumes, [energy(v) for v in volumes], 4)
    minimum = min(
        (root.real for root in curve.deriv().roots() if abs(root.imag) < 1e-9),
        key=lambda root: abs(root - a**3),
    )
    return minimum * curve.deriv(2)(minimum) / GPa


def test_bulk_modulus_of_copper_agrees_with_its_energies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = CheapEngine("chgnet", EngineOptions(0.01, 200))
    start = final_structure(fcc_copper())
    chosen = parameters(elastic_strain=0.005)
    jobs, output = elastic_flow(engine, chosen, start.output, fcc_copper(), seed=3)
    flow = Flow([start, *jobs], output=output)
    # The relaxation and the twelve jobs that are added during the run.
    assert sum(line.jobs for line in estimate(flow).lines) == 13
    store = run(flow, tmp_path, monkeypatch)
    found = ModelElasticity.model_validate(store.get_output(output.uuid, load=True))
    assert found.bulk_modulus == pytest.approx(bulk_modulus("Cu", 3.6), rel=0.02)
    assert found.converged
    assert found.seed == 3
    stiffness = np.array(found.stiffness)
    # Cubic symmetry: C11 = C22 = C33, C44 = C55 = C66, and no coupling to shear.
    assert np.ptp(np.diag(stiffness)[:3]) < 0.5
    assert np.ptp(np.diag(stiffness)[3:]) < 0.5
    assert np.abs(stiffness[:3, 3:]).max() < 0.5


def test_unconverged_reference_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = CheapEngine("chgnet", EngineOptions(1e-4, 2))
    start = final_structure(fcc_copper(3.4).perturb(0.05))
    jobs, output = elastic_flow(engine, parameters(), start.output, fcc_copper(), seed=0)
    monkeypatch.chdir(tmp_path)
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    run_locally(Flow([start, *jobs], output=output), store=store, log=False)
    assert store.query_one({"uuid": output.uuid}) is None


def test_cleavage_energy_is_the_energy_difference_of_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Spheres that bind at about 1.7 Å: no chemistry, but enough to check the sum.
    lj = {"sigma": 1.5, "epsilon": 0.5, "rc": 6.0}
    engine = CheapEngine("chgnet", EngineOptions(0.05, 400, arguments=lj), LennardJones)
    cuts = [cut for cut in CUTS if cut.unit == "PO3N" and cut.site == "apical N"]
    jobs, (output,) = cleavage_flow(engine, parameters(), cuts)
    store = run(Flow(jobs, output=output), tmp_path, monkeypatch)
    found = BondCleavage.model_validate(store.get_output(output.uuid, load=True))
    documents = {
        entry["name"]: entry["output"]
        for entry in store.query({"output.output.energy": {"$exists": True}}, load=True)
    }
    energy = {name: float(document["output"]["energy"]) for name, document in documents.items()}
    free = (energy["relax N2"] + DISSOCIATION["N"]) / 2
    relaxed = energy["relax PO3N without apical N"] + free - energy["relax cluster PO3N"]
    assert found.cleavage_energy == pytest.approx(relaxed)
    assert found.vertical_energy_per_bond >= found.energy_per_bond - 1e-6
    assert (found.cluster, found.bonds) == ("Li4PO3N", 1)
    # The frozen fragment is the relaxed cluster without its N.
    cluster = Structure.from_dict(documents["relax cluster PO3N"]["structure"])
    atoms = cluster.to_ase_atoms()
    atoms.calc = LennardJones(**lj)
    assert atoms.get_potential_energy() == pytest.approx(energy["relax cluster PO3N"], abs=1e-4)
    del atoms[1]
    frozen = energy["static PO3N without apical N"]
    assert atoms.get_potential_energy() == pytest.approx(frozen, abs=1e-4)


def test_cost_of_cleavage_is_estimated() -> None:
    engine = CheapEngine("chgnet", EngineOptions(0.05, 10))
    jobs, outputs = cleavage_flow(engine, parameters())
    assert len(outputs) == len(CUTS)
    lines = estimate(Flow(jobs)).lines
    # 4 clusters, O2, N2, and for each of 5 cuts a relaxation and a static calculation.
    assert sum(line.jobs for line in lines) == 6 + 2 * len(CUTS)
    largest = max(line.atoms for line in lines)
    assert largest == len(in_box(neutral_cluster("P2O6N"), 8))
