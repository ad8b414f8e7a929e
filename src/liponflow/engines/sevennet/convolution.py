"""A faster convolution for SevenNet, with the layers and the results of its own.

A message is a sum over the neighbours j of an atom and over the components m of a feature,

    out[u, k] = sum_j sum_m w_j[u] x_j[u, m] B_j[m, k],  B_j[m, k] = sum_n C[m, n, k] Y_j[n],

for every path (l1, l2, l3) of the tensor product, with channels u, radial weights w,
Clebsch-Gordan coefficients C and spherical harmonics Y. With the neighbours of every atom in
slots, padded to the largest number of them, it is one batched product of matrices, whose inner
dimension is neighbours times components. No message per pair is ever written, and both
directions of a pair share the radial weights.
"""

# torch's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from liponflow.engines.potential.neighbours import Pairs
from liponflow.settings import CPU


class Slots(NamedTuple):
    """The neighbours of every atom, padded to the same number of slots.

    Attributes
    ----------
    atoms, neighbours
        Number of atoms, and of slots of each.
    neighbour
        Atom in each slot, shape (atoms * neighbours,); the first atom in an empty slot.
    pair
        Its pair, shape (atoms * neighbours,); the number of pairs in an empty slot.
    sign
        1 if the pair points from the atom to its neighbour, -1 if to the atom; 0 in an empty slot.
    """

    atoms: int
    neighbours: int
    neighbour: Tensor
    pair: Tensor
    sign: Tensor


def slots(pairs: Pairs, n_atoms: int, device: str = CPU) -> Slots:
    """Distribute both directions of every pair over the slots of its atoms, on a device."""
    n_pairs = len(pairs.first)
    atom = np.concatenate([pairs.first, pairs.second])
    degree = np.bincount(atom, minlength=n_atoms)
    width = max(int(degree.max(initial=0)), 1)
    order = np.argsort(atom, kind="stable")
    atom = atom[order]
    place = atom * width + np.arange(len(atom)) - (np.cumsum(degree) - degree)[atom]
    neighbour = np.zeros(n_atoms * width, dtype=np.int64)
    neighbour[place] = np.concatenate([pairs.second, pairs.first])[order]
    pair = np.full(n_atoms * width, n_pairs, dtype=np.int64)
    pair[place] = order % max(n_pairs, 1)
    sign = np.zeros(n_atoms * width, dtype=np.float32)
    sign[place] = np.where(order < n_pairs, 1, -1)
    return Slots(
        n_atoms, width, *(torch.from_numpy(array).to(device) for array in (neighbour, pair, sign))
    )


class Convolution(nn.Module):
    """The convolution of one layer.

    Parameters
    ----------
    layer
        SevenNet's ``IrrepsConvolution``, whose weights are used.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        product = layer.convolution
        inputs, filters, outputs = product.irreps_in1, product.irreps_in2, product.irreps_out
        self._radial = layer.weight_nn
        self._channels = [path.path_shape[0] for path in product.instructions]
        self._input_sizes = [part.dim for part in inputs]
        self._input_shapes = [(part.mul, part.ir.dim) for part in inputs]
        self._filter_sizes = [part.dim for part in filters]
        self._paths = [(path.i_in1, path.i_in2, path.i_out) for path in product.instructions]
        self._n_outputs = len(outputs)
        # Buffers, so that they follow the module from device to device.
        for number, (path, product_path) in enumerate(
            zip(self._paths, product.instructions, strict=True)
        ):
            first, second, third = path
            self.register_buffer(
                f"_coefficients_{number}",
                _coefficients(inputs[first].ir.l, filters[second].ir.l, outputs[third].ir.l)
                * (product_path.path_weight / float(layer.denominator)),
                persistent=False,
            )

    def forward(self, features: Tensor, embedding: Tensor, harmonics: Tensor, at: Slots) -> Tensor:
        """Return the sum of the messages to every atom.

        Parameters
        ----------
        features
            Shape (atoms, features).
        embedding
            Radial basis of every pair, shape (pairs, basis).
        harmonics
            Spherical harmonics in every slot, shape (slots, components), zero in empty ones.
        at
            The slots.
        """
        radial = self._radial(embedding)
        radial = torch.cat([radial, radial.new_zeros(1, radial.shape[1])])
        weights = radial.index_select(0, at.pair).split(self._channels, 1)
        filters = harmonics.split(self._filter_sizes, 1)
        gathered = [
            part.reshape(at.atoms, *shape)
            .transpose(1, 2)
            .contiguous()
            .index_select(0, at.neighbour)
            for part, shape in zip(
                features.split(self._input_sizes, 1), self._input_shapes, strict=True
            )
        ]
        found: list[Any] = [None] * self._n_outputs
        for number, ((first, second, third), weight) in enumerate(
            zip(self._paths, weights, strict=True)
        ):
            coefficients = self.get_buffer(f"_coefficients_{number}")
            channels, components = self._input_shapes[first]
            inner = at.neighbours * components
            left = (gathered[first] * weight[:, None]).reshape(at.atoms, inner, channels)
            right = (filters[second] @ coefficients).reshape(at.atoms, inner, -1)
            # In this order the gradient by `left`, by far the largest, is contiguous.
            message = torch.bmm(right.transpose(1, 2), left)
            found[third] = message.transpose(1, 2).reshape(at.atoms, -1)
        return torch.cat(found, 1)


def _coefficients(first: int, second: int, third: int) -> Tensor:
    """Return Wigner's 3j symbols, from components of the filter to those of input and output."""
    from e3nn.o3 import wigner_3j

    symbols: Tensor = wigner_3j(first, second, third)
    return symbols.permute(1, 0, 2).reshape(2 * second + 1, -1).contiguous()
