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
from ase.data import chemical_symbols

from liponflow.arrays import IntArray
from liponflow.boundary import file_boundary
from liponflow.engines.engine import EngineError
from liponflow.engines.potential import checkpoints
from liponflow.engines.potential.checkpoints import changed_at, weights_file
from liponflow.engines.potential.graph import Evaluation, GraphCalculator
from liponflow.engines.potential.neighbours import Pairs
from liponflow.engines.sevennet.weights import MODELS
from liponflow.settings import CPU

KIND = "a checkpoint of SevenNet"
"""A file of weights, in messages."""


class FastSevenNet(GraphCalculator):
    """SevenNet on one CPU thread or a GPU.

    Parameters
    ----------
    model
        Name that sevenn gives weights in its wheel, such as ``7net-0``, or the path of a
        checkpoint.
    modal
        Channel of weights that were fitted to several functionals at once.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour, as sevenn does; see
        :class:`liponflow.engines.potential.graph.GraphCalculator`.
    device
        ``cpu`` or a device of CUDA, such as ``cuda``.

    Raises
    ------
    FileError
        If the weights are unknown, or the file is damaged or of another kind.
    EngineError
        If the channel is unknown, or the model has layers of another kind.
    """

    name = "sevennet"

    def __init__(
        self,
        model: str = "7net-0",
        modal: str | None = None,
        *,
        lone_atoms: bool = False,
        device: str = CPU,
    ) -> None:
        self._loaded = load(model, modal, changed_at(model), device)
        super().__init__(self._loaded.cutoff, lone_atoms=lone_atoms, device=device)

    def evaluate(self, pairs: Pairs, numbers: IntArray) -> Evaluation:
        """See GraphCalculator."""
        import torch

        from liponflow.engines.sevennet.convolution import slots

        unknown = sorted(set(numbers.tolist()) - self._loaded.numbers)
        if unknown:
            symbols = ", ".join(chemical_symbols[number] for number in unknown)
            raise EngineError(f"these weights of SevenNet have no parameters for {symbols}")
        vectors = torch.tensor(pairs.vectors, dtype=torch.float32).to(self.device).requires_grad_()
        energies = self._loaded.network(
            torch.from_numpy(numbers.astype(np.int64)).to(self.device),
            vectors,
            slots(pairs, len(numbers), self.device),
        )
        (slopes,) = torch.autograd.grad(energies.double().sum(), vectors, allow_unused=True)
        found = (
            np.zeros((len(pairs.first), 3))
            if slopes is None
            else slopes.cpu().numpy().astype(float)
        )
        return Evaluation(energies.detach().cpu().numpy().astype(float), found)


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
def load(model: str, modal: str | None, changed: int | None = None, device: str = CPU) -> Loaded:
    """Return a model, loaded once per process, change of its file and device."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # e3nn compiles with torch's older tools
        from liponflow.engines.sevennet.network import Network

    if device != CPU:
        import torch

        # torch would compile its kernels anew whenever the number of pairs changes.
        torch.jit.set_fusion_strategy([("DYNAMIC", 3)])
    # A network shares its layers and moves them along: those of another device are loaded anew.
    loaded = sevenn_layers if device == CPU else sevenn_layers.__wrapped__
    layers = loaded(model, changed)
    network = Network(layers, modal).eval().to(device)
    return Loaded(network, float(layers.cutoff), frozenset(layers.type_map))


@cache
def sevenn_layers(model: str, changed: int | None = None) -> Any:  # noqa: ARG001 - for the cache
    """Return sevenn's own model, an ``AtomGraphSequential``; see :func:`load`."""
    import torch

    # Two threads are no faster, and much slower next to another process.
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sevenn.util import load_checkpoint

        file = weights_file(model, MODELS, what="SevenNet")
        if file is None:
            layers: Any = load_checkpoint(model).build_model()
        else:
            checkpoints.load(file, ("config", "model_state_dict"), what=KIND)
            with file_boundary(file, what=KIND, remedy="write it with this version of sevenn"):
                layers = load_checkpoint(file).build_model()
    for parameter in layers.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
    return layers
