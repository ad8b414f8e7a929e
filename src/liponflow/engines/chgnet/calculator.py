"""A faster ASE calculator for CHGNet, with chgnet's weights and the same results.

CHGNet (B. Deng et al., Nature Machine Intelligence 5, 1031 (2023)) is a graph network: atoms are
nodes, and pairs within a cut-off are bonds. Four changes save time:

- Neighbours are remembered between steps, and array operations make the graph from them.
- One backward pass gives forces and stress
  (:class:`liponflow.engines.potential.graph.GraphCalculator`). No graph is kept for second
  derivatives, which only training needs.
- The layers sum in a different order (:mod:`liponflow.engines.chgnet.model`).
- Moments come from the same pass.

Most of the single-precision error of a force comes from distances and angles. These are computed
in double precision, the layers in single precision.
"""

# torch's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any, NamedTuple

import numpy as np

from liponflow.arrays import FloatArray, IntArray
from liponflow.boundary import file_boundary
from liponflow.engines.chgnet.angles import angles
from liponflow.engines.chgnet.weights import VARIANTS, WEIGHTS
from liponflow.engines.potential import checkpoints
from liponflow.engines.potential.checkpoints import changed_at, weights_file
from liponflow.engines.potential.graph import Evaluation, GraphCalculator
from liponflow.engines.potential.neighbours import Pairs
from liponflow.settings import CPU

KIND = "a file of CHGNet's trainer"
"""A file of weights, in messages."""


class FastCHGNet(GraphCalculator):
    """CHGNet on one CPU thread or a GPU.

    Parameters
    ----------
    weights
        Version of the weights in chgnet's wheel, or the path of a file that its trainer wrote.
    magmoms
        Whether to compute magnetic moments.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour, as chgnet does; see
        :class:`liponflow.engines.potential.graph.GraphCalculator`.
    device
        ``cpu`` or a device of CUDA, such as ``cuda``.

    Raises
    ------
    FileError
        If the weights are unknown, or the file is damaged or of another kind.
    """

    name = "chgnet"
    implemented_properties = [*GraphCalculator.implemented_properties, "magmoms"]  # noqa: RUF012

    def __init__(
        self,
        weights: str = WEIGHTS,
        *,
        magmoms: bool = False,
        lone_atoms: bool = False,
        device: str = CPU,
    ) -> None:
        self._loaded = load(weights, changed_at(weights), device)
        self._magmoms = magmoms
        super().__init__(self._loaded.cutoff, lone_atoms=lone_atoms, device=device)

    def evaluate(self, pairs: Pairs, numbers: IntArray) -> Evaluation:
        """See GraphCalculator."""
        import torch

        from liponflow.engines.chgnet.model import Graph

        bonds = angles(pairs, self._loaded.bond_cutoff)
        n_pairs = len(pairs.first)
        place = self.device

        def tensor(array: IntArray) -> Any:
            return torch.from_numpy(array).to(place)

        vectors = torch.tensor(pairs.vectors, dtype=torch.float64).to(place).requires_grad_()
        lengths = torch.linalg.vector_norm(vectors, dim=1)
        directions = vectors / lengths[:, None]
        directed = torch.cat([-directions, directions])
        # Both directions of a pair share one feature, hence the remainders. Angles come in both
        # orders, so their second bonds are among the first, and the sorted `short` has them all.
        short, places = np.unique(bonds.first % n_pairs, return_inverse=True)
        graph = Graph(
            numbers=tensor(numbers.astype(np.int64)),
            first=tensor(pairs.first),
            second=tensor(pairs.second),
            lengths=lengths,
            short=tensor(short),
            centre=tensor(bonds.centre),
            one=tensor(places),
            other=tensor(np.searchsorted(short, bonds.second % n_pairs)),
            directions=(directed[tensor(bonds.first)], directed[tensor(bonds.second)]),
        )
        bound, moments = self._loaded.model.evaluate(graph)
        (slopes,) = torch.autograd.grad(bound.sum(), vectors)
        # The reference energies of the elements are the larger part: in double precision.
        energies = bound.detach().cpu().numpy() + self._loaded.references[numbers - 1]
        found = moments.detach().cpu().numpy().astype(float) if self._magmoms else None
        return Evaluation(energies, slopes.cpu().numpy().astype(float), found)


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
def load(weights: str = WEIGHTS, changed: int | None = None, device: str = CPU) -> Loaded:  # noqa: ARG001 - for the cache
    """Return chgnet's model, loaded once per process, change of its file and device."""
    import torch
    from chgnet.model import CHGNet

    from liponflow.engines.chgnet.model import FastModel

    # Two threads are no faster, and much slower next to another process.
    torch.set_num_threads(1)
    file = weights_file(weights, VARIANTS.values(), what="CHGNet")
    model: Any
    if file is None:
        model = CHGNet.load(model_name=weights, verbose=False, use_device="cpu")
    else:
        content = checkpoints.load(file, ("model",), what=KIND)
        remedy = "write it with this version of chgnet"
        with file_boundary(file, what=KIND, remedy=remedy), redirect_stdout(StringIO()):
            model = CHGNet.from_dict(content["model"])  # it prints how many parameters it has
    model = model.eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
    references = model.composition_model.fc.weight.numpy()[0].astype(float)
    return Loaded(
        model=FastModel(model.to(device)),
        references=references,
        cutoff=float(model.graph_converter.atom_graph_cutoff),
        bond_cutoff=float(model.graph_converter.bond_graph_cutoff),
    )
