"""A faster ASE calculator for CHGNet, with chgnet's weights and the same results.

CHGNet (B. Deng et al., Nature Machine Intelligence 5, 1031 (2023)) is a graph network: atoms are
nodes, and pairs within a cut-off are bonds. Four changes save time:

- Neighbours are remembered between steps (:class:`liponflow.engines.chgnet.pairs.VerletList`),
  and array operations make the graph from them.
- One backward pass gives forces and stress: the energy depends on positions and cell only through
  the vectors r_ij between neighbours. With g_ij = dE/dr_ij, the force on atom i is
  sum_j g_ij - sum_j g_ji, and the stress is sum r_ij g_ij / V, made symmetric. No graph is kept
  for second derivatives, which only training needs.
- The layers sum in a different order (:mod:`liponflow.engines.chgnet.model`).
- Moments come from the same pass.

Most of the single-precision error of a force comes from distances and angles. These are computed
in double precision, the layers in single precision.
"""

# ASE's methods and torch's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from liponflow.arrays import FloatArray, IntArray
from liponflow.engines.chgnet.pairs import Angles, Pairs, VerletList, angles
from liponflow.engines.chgnet.weights import WEIGHTS


class FastCHGNet(Calculator):
    """CHGNet on one CPU thread.

    Energy, forces and stress cost no more than energy and forces.

    Parameters
    ----------
    weights
        Version of chgnet's weights.
    magmoms
        Whether to compute magnetic moments.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour, as chgnet does. Otherwise they
        are refused, since in dynamics they mean that the cell has come apart.
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
        self._loaded = load(weights)
        self._magmoms = magmoms
        self._lone_atoms = lone_atoms
        self._neighbours = VerletList(self._loaded.cutoff)

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
        bonds = angles(pairs, self._loaded.bond_cutoff)
        energy, slopes, moments = self._evaluate(pairs, bonds, self.atoms.numbers)
        # A strain takes every vector r between neighbours to (1 + strain) r, so the stress is the
        # sum of r dE/dr over the pairs, by volume: A. P. Thompson, S. J. Plimpton and W. Mattson,
        # J. Chem. Phys. 131, 154107 (2009). It is symmetric except for rounding.
        stress = pairs.vectors.T @ slopes / self.atoms.get_volume()
        self.results = {
            "energy": energy,
            "free_energy": energy,
            # Vectors point from the first atom to the second, whose force is minus the slope.
            "forces": _scatter(pairs.first, slopes, n_atoms)
            - _scatter(pairs.second, slopes, n_atoms),
            "stress": full_3x3_to_voigt_6_stress((stress + stress.T) / 2),
        }
        if moments is not None:
            self.results["magmoms"] = moments

    def _evaluate(
        self, pairs: Pairs, bonds: Angles, numbers: IntArray
    ) -> tuple[float, FloatArray, FloatArray | None]:
        """Return the energy, its derivatives by the vectors of the pairs, and moments."""
        import torch

        from liponflow.engines.chgnet.model import Graph

        n_pairs = len(pairs.first)
        vectors = torch.tensor(pairs.vectors, dtype=torch.float64, requires_grad=True)
        lengths = torch.linalg.vector_norm(vectors, dim=1)
        directions = vectors / lengths[:, None]
        directed = torch.cat([-directions, directions])
        # Both directions of a pair share one feature, hence the remainders. Angles come in both
        # orders, so their second bonds are among the first, and the sorted `short` has them all.
        short, places = np.unique(bonds.first % n_pairs, return_inverse=True)
        graph = Graph(
            numbers=torch.from_numpy(numbers.astype(np.int64)),
            first=torch.from_numpy(pairs.first),
            second=torch.from_numpy(pairs.second),
            lengths=lengths,
            short=torch.from_numpy(short),
            centre=torch.from_numpy(bonds.centre),
            one=torch.from_numpy(places),
            other=torch.from_numpy(np.searchsorted(short, bonds.second % n_pairs)),
            directions=(
                directed[torch.from_numpy(bonds.first)],
                directed[torch.from_numpy(bonds.second)],
            ),
        )
        bound, moments = self._loaded.model.evaluate(graph)
        (slopes,) = torch.autograd.grad(bound, vectors)
        # The reference energies of the elements are the larger part: in double precision.
        energy = float(bound.detach()) + float(self._loaded.references[numbers - 1].sum())
        found = moments.detach().numpy().astype(float) if self._magmoms else None
        return energy, slopes.numpy().astype(float), found


class Loaded(NamedTuple):
    """A model with its reference energies and cut-offs.

    Attributes
    ----------
    model
        The layers, a FastModel.
    references
        Reference energy per element, by atomic number less 1, eV.
    cutoff, bond_cutoff
        Cut-offs of neighbours, and of the bonds that form angles, Å.
    """

    model: Any
    references: FloatArray
    cutoff: float
    bond_cutoff: float


@cache
def load(weights: str = WEIGHTS) -> Loaded:
    """Return chgnet's model for evaluation, loaded once per process."""
    import torch
    from chgnet.model import CHGNet

    from liponflow.engines.chgnet.model import FastModel

    # Two threads are no faster, and much slower next to another process.
    torch.set_num_threads(1)
    model: Any = CHGNet.load(model_name=weights, verbose=False, use_device="cpu").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
    return Loaded(
        model=FastModel(model),
        references=model.composition_model.fc.weight.numpy()[0].astype(float),
        cutoff=float(model.graph_converter.atom_graph_cutoff),
        bond_cutoff=float(model.graph_converter.bond_graph_cutoff),
    )


def _scatter(owners: IntArray, rows: FloatArray, n_owners: int) -> FloatArray:
    # Adding by index (`forces[owners] += rows`) would count an atom with several bonds once.
    columns = [np.bincount(owners, rows[:, axis], n_owners) for axis in range(3)]
    return np.stack(columns, axis=1)


def _refuse_lone_atoms(pairs: Pairs, n_atoms: int, cutoff: float) -> None:
    bound = np.zeros(n_atoms, dtype=bool)
    bound[pairs.first] = bound[pairs.second] = True
    if not bound.all():
        lone = int(np.flatnonzero(~bound)[0])
        raise ValueError(
            f"atom {lone} has no neighbour within {cutoff:g} Å, which CHGNet cannot describe; "
            "the cell has come apart or is too large"
        )
