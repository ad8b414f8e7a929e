"""A faster ASE calculator for SevenNet, with its weights and the same results.

SevenNet (Y. Park, J. Kim, S. Hwang and S. Han, J. Chem. Theory Comput. 20, 4857 (2024)) is an
equivariant graph network. Its own layers are used, except that

- neighbours are remembered between steps, and one backward pass gives forces and stress
  (:class:`liponflow.engines.potential.graph.GraphCalculator`);
- the convolutions, which take nearly all the time, write no message per pair
  (:mod:`liponflow.engines.sevennet.convolution`);
- energies of atoms are summed in double precision.
"""

# torch's and e3nn's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from liponflow.arrays import IntArray
from liponflow.engines.potential.graph import Evaluation, GraphCalculator
from liponflow.engines.potential.neighbours import Pairs


class FastSevenNet(GraphCalculator):
    """SevenNet on one CPU thread.

    Parameters
    ----------
    model
        Name that sevenn gives the weights, such as ``7net-0``, or the path of a checkpoint.
    modal
        Channel of weights that were fitted to several functionals at once.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour, as sevenn does; see
        :class:`liponflow.engines.potential.graph.GraphCalculator`.

    Raises
    ------
    ValueError
        If the weights or the channel are unknown, or the model has layers of another kind.
    """

    name = "sevennet"

    def __init__(
        self, model: str = "7net-0", modal: str | None = None, *, lone_atoms: bool = False
    ) -> None:
        self._loaded = load(model, modal)
        super().__init__(self._loaded.cutoff, lone_atoms=lone_atoms)

    def evaluate(self, pairs: Pairs, numbers: IntArray) -> Evaluation:
        """See GraphCalculator."""
        import torch

        from liponflow.engines.sevennet.convolution import slots

        unknown = sorted(set(numbers.tolist()) - self._loaded.numbers)
        if unknown:
            raise ValueError(f"SevenNet has no parameters of the atomic numbers {unknown}")
        vectors = torch.tensor(pairs.vectors, dtype=torch.float32, requires_grad=True)
        energies = self._loaded.network(
            torch.from_numpy(numbers.astype(np.int64)), vectors, slots(pairs, len(numbers))
        )
        energy = energies.double().sum()
        (slopes,) = torch.autograd.grad(energy, vectors, allow_unused=True)
        found = np.zeros((len(pairs.first), 3)) if slopes is None else slopes.numpy().astype(float)
        return Evaluation(float(energy.detach()), found)


class Loaded(NamedTuple):
    """A model with its cut-off.

    Attributes
    ----------
    network
        The layers, a Network.
    cutoff
        Cut-off of neighbours, Å.
    numbers
        Atomic numbers that the model knows.
    """

    network: Any
    cutoff: float
    numbers: frozenset[int]


@cache
def load(model: str, modal: str | None) -> Loaded:
    """Return a model for evaluation, loaded once per process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # e3nn compiles with torch's older tools
        from liponflow.engines.sevennet.network import Network

    layers = sevenn_layers(model)
    network = Network(layers, modal).eval()
    return Loaded(network, float(layers.cutoff), frozenset(layers.type_map))


@cache
def sevenn_layers(model: str) -> Any:
    """Return sevenn's own model, an ``AtomGraphSequential``, loaded once per process."""
    import torch

    # Two threads are no faster, and much slower next to another process.
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sevenn.util import load_checkpoint

        layers: Any = load_checkpoint(model).build_model()
    for parameter in layers.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
    return layers
