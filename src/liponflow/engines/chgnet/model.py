"""CHGNet's layers, with the matrix products taken before the features are gathered.

A layer of CHGNet (B. Deng et al., Nature Machine Intelligence 5, 1031 (2023), Methods)
concatenates, for every bond or angle, the features of the atoms, bonds and angle that take part,
and multiplies the row by a weight matrix: W [v_i, e_ij, v_j]. The matrix falls into blocks, and
the product is their sum, W1 v_i + W2 e_ij + W3 v_j. So each block multiplies the features of atoms
or bonds once, and the rows for bonds or angles are then gathered and added. There are many more
bonds and angles than atoms, and gathering and adding a row costs less than multiplying it by a
matrix.

Bonds are undirected in the features but directed in the messages: both directions share W2 e_ij.
The last update of the angles, which nothing reads, is omitted.

The layers and their weights are those of chgnet 0.4; assumptions about them are checked on
loading.
"""

# torch's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Graph(NamedTuple):
    """Tensors of a cell, bonds once, angles in both orders.

    Attributes
    ----------
    numbers
        Atomic numbers, shape (atoms,).
    first, second
        Atoms of the bonds, shape (bonds,).
    lengths
        Lengths of the bonds, Å.
    short
        Bonds that take part in angles, shape (short bonds,).
    centre, one, other
        Atom, and both bonds by their places in `short`, of the angles, shape (angles,).
    directions
        Unit vectors along both bonds of the angles, each of shape (angles, 3).
    """

    numbers: Tensor
    first: Tensor
    second: Tensor
    lengths: Tensor
    short: Tensor
    centre: Tensor
    one: Tensor
    other: Tensor
    directions: tuple[Tensor, Tensor]


class _Gated:
    """A gated perceptron of chgnet, its first layer cut into a matrix per kind of features."""

    def __init__(self, module: Any, widths: list[int]) -> None:
        # The first layer is linear, so W [a, b, c] = W1 a + W2 b + W3 c without
        # approximation, and each product is taken once per atom or bond instead of once per row.
        # Core and gate read the same features: they are stacked to one matrix, split by columns.
        core, gate = _linear(module.mlp_core), _linear(module.mlp_gate)
        self.weights = torch.cat([core.weight, gate.weight]).split(widths, dim=1)
        self.bias = torch.cat([core.bias, gate.bias])
        self._module = module
        self._tails = [_after_linear(module.mlp_core), _after_linear(module.mlp_gate)]

    def __call__(self, first_layer: Tensor) -> Tensor:
        """Continue from the output of the first layer, core and gate side by side."""
        module = self._module
        core, gate = first_layer.chunk(2, dim=1)
        core, gate = self._tails[0](core), self._tails[1](gate)
        if module.norm is not None:
            core, gate = module.bn1(core), module.bn2(gate)
        gated: Tensor = module.activation(core) * module.sigmoid(gate)
        return gated


class FastModel:
    """Energies and moments of a model of chgnet.

    Parameters
    ----------
    model
        Model of chgnet, in evaluation mode.

    Raises
    ------
    ValueError
        If the model is not built like those in chgnet's wheel.
    """

    def __init__(self, model: Any) -> None:
        _check(model)
        self._model = model
        self._precision = model.bond_embedding.weight.dtype
        atom, bond, angle = (
            model.atom_embedding.embedding.embedding_dim,
            model.bond_embedding.out_features,
            model.angle_embedding.out_features,
        )
        self._atom_gates = [
            _Gated(layer.twoBody_atom, [atom, bond, atom]) for layer in model.atom_conv_layers
        ]
        widths = [bond, bond, angle, atom]
        self._bond_gates = [_Gated(layer.twoBody_bond, widths) for layer in model.bond_conv_layers]
        self._angle_gates = [_Gated(layer.twoBody_bond, widths) for layer in model.angle_layers]

    def evaluate(self, graph: Graph) -> tuple[Tensor, Tensor]:
        """Return energies of the atoms (eV) without reference energies, and moments (µB)."""
        model, expansion = self._model, self._model.bond_basis_expansion
        bases = expansion.rbf_expansion_ag(graph.lengths).to(self._precision)
        atoms = model.atom_embedding(graph.numbers - 1)
        bonds = model.bond_embedding(bases)
        weights = model.bond_weights_ag(bases).repeat(2, 1)
        short = graph.lengths[graph.short]
        near = model.bond_weights_bg(expansion.rbf_expansion_bg(short).to(self._precision))
        # An angle fades out where either of its bonds reaches the cut-off of the bond graph.
        pairs = near[graph.one] * near[graph.other]
        turns = model.angle_basis_expansion(*graph.directions).to(self._precision)
        angles = model.angle_embedding(turns)
        last = len(model.bond_conv_layers) - 1
        for index in range(last + 1):
            atoms = self._convolve_atoms(index, graph, atoms, bonds, weights)
            bonds = self._convolve_bonds(index, graph, atoms, bonds, angles=angles, weights=pairs)
            if index < last:
                features = self._bond_angle_layer(
                    self._angle_gates[index], graph, atoms, bonds[graph.short], angles
                )
                angles = features + angles
        # The moments are read off before the last convolution, as in CHGNet._compute.
        moments = model.site_wise(atoms).abs().view(-1)
        atoms = self._convolve_atoms(last + 1, graph, atoms, bonds, weights)
        if model.readout_norm is not None:
            atoms = model.readout_norm(atoms)
        return model.mlp(atoms).double().view(-1), moments

    def _convolve_atoms(
        self, index: int, graph: Graph, atoms: Tensor, bonds: Tensor, weights: Tensor
    ) -> Tensor:
        gate = self._atom_gates[index]
        centre, bond, neighbour = gate.weights
        from_centre = functional.linear(atoms, centre)
        from_neighbour = functional.linear(atoms, neighbour)
        # The same in both directions of a bond; only one of the three terms has the bias.
        from_bond = functional.linear(bonds, bond, gate.bias)
        there = from_centre[graph.first] + from_neighbour[graph.second] + from_bond
        back = from_centre[graph.second] + from_neighbour[graph.first] + from_bond
        messages = gate(torch.cat([there, back])) * weights
        owners = torch.cat([graph.first, graph.second])
        summed = torch.zeros_like(atoms).index_add(0, owners, messages)
        updated: Tensor = self._model.atom_conv_layers[index].mlp_out(summed) + atoms
        return updated

    def _convolve_bonds(
        self,
        index: int,
        graph: Graph,
        atoms: Tensor,
        bonds: Tensor,
        *,
        angles: Tensor,
        weights: Tensor,
    ) -> Tensor:
        messages = self._bond_angle_layer(
            self._bond_gates[index], graph, atoms, bonds[graph.short], angles
        )
        summed = torch.zeros_like(bonds).index_add(0, graph.short[graph.one], messages * weights)
        updated: Tensor = self._model.bond_conv_layers[index].mlp_out(summed) + bonds
        return updated

    def _bond_angle_layer(
        self, gate: _Gated, graph: Graph, atoms: Tensor, short: Tensor, angles: Tensor
    ) -> Tensor:
        one, other, angle, centre = gate.weights
        # Features of bonds and atoms are multiplied first and repeated for every angle afterwards.
        rows = functional.linear(angles, angle, gate.bias)
        rows = rows + functional.linear(short, one)[graph.one]
        rows = rows + functional.linear(short, other)[graph.other]
        return gate(rows + functional.linear(atoms, centre)[graph.centre])


def _linear(perceptron: Any) -> Any:
    return next(layer for layer in perceptron.layers if isinstance(layer, torch.nn.Linear))


def _after_linear(perceptron: Any) -> Any:
    layers = list(perceptron.layers)
    return torch.nn.Sequential(*layers[layers.index(_linear(perceptron)) + 1 :])


def _check(model: Any) -> None:
    convolutions = [*model.atom_conv_layers, *model.bond_conv_layers]
    sound = (
        model.is_intensive
        and model.mlp_first
        and len(model.atom_conv_layers) == len(model.bond_conv_layers) + 1
        and len(model.angle_layers) == len(model.bond_conv_layers)
        and all(layer is not None and layer.resnet for layer in convolutions)
        and all(layer is not None and layer.resnet for layer in model.angle_layers)
        and all(layer.use_mlp_out for layer in convolutions)
        and all(layer.atom_norm is None for layer in model.atom_conv_layers)
        and all(layer.bond_norm is None for layer in model.bond_conv_layers)
        and all(layer.angle_norm is None for layer in model.angle_layers)
    )
    if not sound:
        raise ValueError(
            f"chgnet's model {model.version} is not built as those of chgnet 0.4 are; its own "
            "calculator, chgnet.model.dynamics.CHGNetCalculator, evaluates it"
        )
