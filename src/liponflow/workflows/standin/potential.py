"""The potential behind the stand-in: CHGNet, asked only for what a step needs."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import warnings
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from ase.units import GPa
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from liponflow.workflows.chgnet import UNTRAINED, WEIGHTS
from liponflow.workflows.standin.errors import InputError

LABEL = f"chgnet {WEIGHTS}"


class Potential(Calculator):
    """CHGNet as an ASE calculator, on one thread.

    chgnet's own calculator always computes stress and moments; without stress, a step costs half.

    Parameters
    ----------
    stress, magmoms
        Whether to compute them.
    """

    implemented_properties = [  # noqa: RUF012 - so ASE declares it
        "energy",
        "free_energy",
        "forces",
        "stress",
        "magmoms",
    ]

    def __init__(self, *, stress: bool, magmoms: bool) -> None:
        super().__init__()
        import torch
        from chgnet.model import CHGNet

        # Two threads are no faster, and collapse when another process runs beside.
        torch.set_num_threads(1)
        self._model = CHGNet.load(model_name=WEIGHTS, verbose=False, use_device="cpu").eval()
        self._task = "ef" + ("s" if stress else "") + ("m" if magmoms else "")

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = ("energy",),
        system_changes: Any = all_changes,
    ) -> None:
        """Compute energy, eV, forces, eV/Å, and if asked for stress, eV/Å³, and moments, µB."""
        super().calculate(atoms, properties, system_changes)
        assert self.atoms is not None  # noqa: S101 - set by the base class
        structure = Structure(
            Lattice(self.atoms.cell.array),
            self.atoms.get_chemical_symbols(),
            self.atoms.get_scaled_positions(wrap=False),
        )
        prediction = self._predict(structure)
        energy = float(prediction["e"]) * len(structure)
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": prediction["f"].astype(np.float64),
        }
        if "s" in prediction:
            stress = prediction["s"].astype(np.float64) * GPa
            self.results["stress"] = full_3x3_to_voigt_6_stress(stress)
        if "m" in prediction:
            self.results["magmoms"] = prediction["m"].astype(np.float64)

    def _predict(self, structure: Structure) -> dict[str, NDArray[np.float32]]:
        graph = self._model.graph_converter(structure)
        with warnings.catch_warnings():
            # chgnet makes a tensor of the volumes, whose gradient nobody needs.
            warnings.filterwarnings("ignore", "Converting a tensor with requires_grad=True")
            output = self._model([graph], task=self._task)
        return {key: output[key][0].detach().numpy() for key in self._task}


def check_elements(symbols: tuple[str, ...]) -> None:
    """Refuse elements that the potential was not trained on.

    Raises
    ------
    InputError
        Naming the first of them.

    Examples
    --------
    >>> check_elements(("Li", "Po"))
    Traceback (most recent call last):
    ...
    liponflow.workflows.standin.errors.InputError: POSCAR: Po is outside chgnet 0.3.0 ...
    """
    for symbol in symbols:
        if symbol in UNTRAINED:
            raise InputError(f"POSCAR: {symbol} is outside {LABEL} and its training data")
