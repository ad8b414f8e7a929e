"""SevenNet's layers, with the faster convolution."""

# torch's and sevenn's modules carry no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

import sevenn._keys as keys
import torch
from sevenn.nn.convolution import IrrepsConvolution
from sevenn.nn.edge_embedding import EdgeEmbedding
from sevenn.nn.scale import ModalWiseRescale, Rescale, SpeciesWiseRescale
from torch import Tensor, nn

from liponflow.engines.engine import EngineError
from liponflow.engines.sevennet.convolution import Convolution, Slots
from liponflow.names import did_you_mean


class Network(nn.Module):
    """Energies of atoms from the vectors of the pairs.

    Parameters
    ----------
    layers
        SevenNet's ``AtomGraphSequential``.
    modal
        Channel of weights that were fitted to several functionals at once.

    Raises
    ------
    EngineError
        If the model has no such channel, or starts with other layers than expected.
    """

    _modal: Tensor | None
    _types: Tensor
    _odd: Tensor

    def __init__(self, layers: Any, modal: str | None) -> None:
        super().__init__()
        channels = layers.modal_map or {}
        if (modal is None) == bool(channels) or (channels and modal not in channels):
            raise EngineError(_channels_message(modal, channels))
        layers.set_is_batch_data(False)
        # Buffers, so that they follow the module from device to device.
        # One in a row: as a single number it would have to come back from a GPU to be an index.
        chosen = None if modal is None else torch.tensor([channels[modal]])
        self.register_buffer("_modal", chosen, persistent=False)
        self.register_buffer("_types", layers.z_to_onehot_tensor, persistent=False)
        first, *rest = layers
        if not isinstance(first, EdgeEmbedding):
            raise EngineError(
                f"the first layer is {type(first).__name__}, not EdgeEmbedding: this SevenNet "
                "has another architecture; use sevenn.calculator:SevenNetCalculator as engine"
            )
        self._embedding = first
        self._steps = nn.ModuleList()
        for layer in rest:
            self._steps.append(
                Convolution(layer) if isinstance(layer, IrrepsConvolution) else layer
            )
            if isinstance(layer, Rescale | SpeciesWiseRescale | ModalWiseRescale):
                break
        harmonics: Any = first.spherical
        parities = [(-1) ** part.ir.l for part in harmonics.irreps_out for _ in range(part.ir.dim)]
        odd = torch.tensor(parities, dtype=torch.float32) < 0
        self.register_buffer("_odd", odd, persistent=False)

    def forward(self, numbers: Tensor, vectors: Tensor, at: Slots) -> Tensor:
        """Return the energy of every atom, eV, shape (atoms,).

        Parameters
        ----------
        numbers
            Atomic numbers, shape (atoms,).
        vectors
            Shape (pairs, 3), Å.
        at
            The neighbours of every atom.
        """
        pairs = self._embedding({keys.EDGE_VEC: vectors})
        harmonics = torch.cat([pairs[keys.EDGE_ATTR], vectors.new_zeros(1, len(self._odd))])
        # Y of the opposite vector has the opposite sign where l is odd.
        sign = torch.where(self._odd, at.sign[:, None], at.sign[:, None].abs())
        harmonics = harmonics.index_select(0, at.pair) * sign
        data = {
            keys.NODE_FEATURE: self._types[numbers],
            keys.NUM_ATOMS: torch.tensor(len(numbers)).to(numbers.device),
        }
        if self._modal is not None:
            data[keys.MODAL_TYPE] = self._modal
        for step in self._steps:
            if isinstance(step, Convolution):
                data[keys.NODE_FEATURE] = step(
                    data[keys.NODE_FEATURE], pairs[keys.EDGE_EMBEDDING], harmonics, at
                )
            else:
                data = step(data)
        energies: Tensor = data[keys.ATOMIC_ENERGY]
        return energies.flatten()


def _channels_message(modal: str | None, channels: Any) -> str:
    if not channels:
        return f"modal={modal}: these weights of SevenNet have no channels; leave modal out"
    known = f"the channels of these weights of SevenNet are {', '.join(sorted(channels))}"
    if modal is None:
        return f"{known}: choose one by modal=..."
    return f"modal={modal}: {known}{did_you_mean(modal, channels)}"
