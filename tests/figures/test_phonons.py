"""Figures of phonons show the data of the result."""

import numpy as np
import pytest

from liponflow.analysis.phonons import PhononDensity, PhononResult, Phonons
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.figures.phonons import all_figures
from liponflow.structures.lithium import bcc_lithium

TEMPERATURES = [0.0, 250.0, 500.0]


def result(lowest: float = 0.0) -> PhononResult:
    phonons = Phonons(
        repeats=(2, 2, 2),
        supercell_atoms=16,
        n_displacements=1,
        distance=0.05,
        mesh=(8, 8, 8),
        residual_force=0.0,
        lowest_frequency=lowest,
        imaginary_share=0.25 if lowest else 0.0,
        zero_point_energy=0.04,
        temperatures=TEMPERATURES,
        free_energies=[0.04, 0.01, -0.10],
        entropies=[0.0, 3e-4, 5e-4],
        density=PhononDensity(frequencies=np.linspace(lowest, 10, 50).tolist(), states=[0.3] * 50),
    )
    return PhononResult(
        formula="Li",
        converged=True,
        criterion="largest force below 0.01 eV/Å, reached 0.000",
        provenance=Provenance(
            engine=EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True),
            packages={},
            preset="quick",
            parameters={},
            input_fingerprint="0" * 64,
            source_structure="Li_bcc",
            parent_uuids=[],
        ),
        energy_per_atom=-1.9,
        spacegroup="Im-3m",
        n_atoms=1,
        n_displacements=1,
        supercell_atoms=16,
        lowest_frequency=lowest,
        imaginary_share=phonons.imaginary_share,
        zero_point_energy=0.04,
        free_energy_300=0.0,
        entropy_300=30.0,
        structure=bcc_lithium(),
        phonons=phonons,
    )


@pytest.mark.parametrize("lowest", [0.0, -2.0])
def test_smoothed_density_ends_at_zero_and_keeps_the_modes(lowest: float) -> None:
    axes = all_figures(result(lowest))["density"].axes[0]
    frequencies, states = axes.lines[0].get_data()
    assert states[-1] == pytest.approx(0, abs=1e-3)
    assert axes.get_xlim() == pytest.approx(
        (min(frequencies[0], 0) if lowest else 0, frequencies[-1])
    )
    width = (10 - lowest) / 49
    assert states.sum() * width == pytest.approx(50 * 0.3 * width, rel=1e-3)


def test_free_energy_is_the_internal_energy_minus_ts() -> None:
    axes = all_figures(result())["free-energy"].axes[0]
    curves = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert curves["F = U − TS"] == pytest.approx(curves["U"] - curves["TS"])
    assert curves["TS"].tolist() == pytest.approx([0, 75, 250])


def test_mixed_insertion_compound_is_named_as_elsewhere() -> None:
    spinel = result().model_copy(update={"formula": "Li2Mn3NiO8"})
    for figure in all_figures(spinel).values():
        titles = [axes.get_title(loc="right") for axes in figure.axes]
        assert any(title.startswith("LiNi$_{0.5}$Mn$_{1.5}$O$_{4}$, ") for title in titles)


def test_imaginary_modes_are_marked() -> None:
    texts = [text.get_text() for text in all_figures(result(-3.0))["density"].axes[0].texts]
    assert texts == ["imaginary\n25.0 % of modes"]
    assert not all_figures(result())["density"].axes[0].texts


def test_every_figure_names_the_potential() -> None:
    for figure in all_figures(result()).values():
        [stamp] = [text for text in figure.texts if text.get_gid() == "stamp"]
        assert "not DFT" in stamp.get_text()
