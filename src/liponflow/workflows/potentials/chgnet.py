"""CHGNet as an ASE calculator that spends its time in the model.

Three things make it faster than chgnet's own, with the same weights and numbers:

- Neighbours are remembered (:class:`liponflow.workflows.potentials.pairs.VerletList`), and the
  graph comes out of them by array operations.
- Forces and stress are one derivative, by the vectors between neighbours, and not two, and
  nothing is kept for a second derivative, which only training needs.
- Moments are read off on the way, if asked for.
"""

# ASE's methods and torch's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from functools import cache
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

from liponflow.workflows.chgnet import WEIGHTS
from liponflow.workflows.potentials.pairs import Angles, Pairs, VerletList, angles


class FastCHGNet(Calculator):
    """CHGNet on one thread of the processor.

    Energy, forces and stress cost no more than energy and forces.

    Parameters
    ----------
    weights
        Version of chgnet's weights.
    magmoms
        Whether to compute magnetic moments.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour, as chgnet does; else they are
        refused, since in dynamics they mean that the cell has come apart.
    """

    name = "chgnet"
    implemented_properties = [  # noqa: RUF012 - so ASE declares it
        "energy",
        "free_energy",
        "forces",
        "stress",
        "magmoms",
    ]

    def __init__(
        self, weights: str = WEIGHTS, *, magmoms: bool = False, lone_atoms: bool = False
    ) -> None:
        super().__init__()
        self._model = load_model(weights)
        self._magmoms = magmoms
        self._lone_atoms = lone_atoms
        self._neighbours = VerletList(float(self._model.graph_converter.atom_graph_cutoff))

    def reset(self) -> None:
        """Forget results and neighbours."""
        super().reset()
        self._neighbours = VerletList(self._neighbours.cutoff)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = ("energy",),
        system_changes: Any = all_changes,
    ) -> None:
        """Compute energy, eV, forces, eV/Å, stress, eV/Å³, and if asked for moments, µB.

        Raises
        ------
        ValueError
            If an atom has no neighbour within the cut-off, unless lone atoms are allowed.
        """
        super().calculate(atoms, properties, system_changes)
        assert self.atoms is not None  # noqa: S101 - set by the base class
        cell, n_atoms = self.atoms.cell.array, len(self.atoms)
        pairs = self._neighbours.pairs(self.atoms.positions, cell)
        if not self._lone_atoms:
            _refuse_lone_atoms(pairs, n_atoms, self._neighbours.cutoff)
        bonds = angles(pairs, float(self._model.graph_converter.bond_graph_cutoff))
        energy, slopes, moments = self._evaluate(pairs, bonds, self.atoms.numbers)
        stress = pairs.vectors.T @ slopes / self.atoms.get_volume()
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": _scatter(pairs.first, slopes, n_atoms)
            - _scatter(pairs.second, slopes, n_atoms),
            "stress": full_3x3_to_voigt_6_stress((stress + stress.T) / 2),
        }
        if moments is not None:
            self.results["magmoms"] = moments

    def _evaluate(
        self, pairs: Pairs, bonds: Angles, numbers: NDArray[np.int64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64] | None]:
        """Energy, its slopes by the vectors of the pairs, and moments."""
        import torch
        from chgnet.model.model import BatchedGraph

        model, n_atoms, n_pairs = self._model, len(numbers), len(pairs.first)
        vectors = torch.tensor(pairs.vectors, dtype=torch.float32, requires_grad=True)
        lengths = torch.linalg.vector_norm(vectors, dim=1)
        directions = vectors / lengths[:, None]
        directed = torch.cat([-directions, directions])
        first, second = torch.from_numpy(pairs.first), torch.from_numpy(pairs.second)
        one, other = torch.from_numpy(bonds.first), torch.from_numpy(bonds.second)
        expansion = model.bond_basis_expansion
        graph = BatchedGraph(
            atomic_numbers=torch.from_numpy(numbers.astype(np.int64)),
            bond_bases_ag=expansion.rbf_expansion_ag(lengths),
            bond_bases_bg=expansion.rbf_expansion_bg(lengths),
            angle_bases=model.angle_basis_expansion(directed[one], directed[other]),
            batched_atom_graph=torch.stack(
                [torch.cat([first, second]), torch.cat([second, first])], dim=1
            ),
            batched_bond_graph=torch.stack(
                [torch.from_numpy(bonds.centre), one % n_pairs, other % n_pairs], dim=1
            ),
            atom_owners=torch.zeros(n_atoms, dtype=torch.int64),
            directed2undirected=torch.arange(n_pairs).repeat(2),
            atom_positions=[],
            strains=[],
            volumes=[],
        )
        # chgnet's own way from the graph to the energy, without its way to the derivatives.
        found = model._compute(graph, compute_magmom=self._magmoms)  # noqa: SLF001
        per_atom = found["e"][0]
        (slopes,) = torch.autograd.grad(per_atom, vectors)
        reference = _reference_energy(model, numbers)
        moments = found["m"][0].detach().numpy().astype(float) if self._magmoms else None
        energy = float(per_atom.detach()) * n_atoms + reference
        return energy, slopes.numpy().astype(float) * n_atoms, moments


@cache
def load_model(weights: str = WEIGHTS) -> Any:
    """Load chgnet's model once per process, ready to be evaluated and not to be trained."""
    import torch
    from chgnet.model import CHGNet

    # Two threads are no faster, and collapse when another process runs beside.
    torch.set_num_threads(1)
    model = CHGNet.load(model_name=weights, verbose=False, use_device="cpu").eval()
    if not model.is_intensive:
        raise ValueError(f"chgnet {weights} gives energies per cell; those per atom are expected")
    for parameter in model.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
    return model


def _reference_energy(model: Any, numbers: NDArray[np.int64]) -> float:
    """Sum of chgnet's reference energies of the elements, eV, in double precision."""
    weight = model.composition_model.fc.weight.detach().numpy()[0].astype(float)
    return float(weight[numbers - 1].sum())


def _scatter(
    owners: NDArray[np.int64], rows: NDArray[np.float64], n_owners: int
) -> NDArray[np.float64]:
    columns = [np.bincount(owners, rows[:, axis], n_owners) for axis in range(3)]
    return np.stack(columns, axis=1)


def _refuse_lone_atoms(pairs: Pairs, n_atoms: int, cutoff: float) -> None:
    bound = np.zeros(n_atoms, dtype=bool)
    bound[pairs.first] = bound[pairs.second] = True
    if not bound.all():
        lone = int(np.flatnonzero(~bound)[0])
        raise ValueError(
            f"atom {lone} has no neighbour within {cutoff:g} Å, of which CHGNet knows nothing; "
            "the cell has come apart or is too large"
        )
