import numpy as np
import pytest
from figure_texts import drawn, misplaced
from glass_frames import dimer
from matplotlib.figure import Figure
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.models import summarise_glass
from liponflow.analysis.glass.pdf_comparison import MeasuredPdf, compare_pdf
from liponflow.analysis.glass.result import (
    FingerprintResult,
    GlassModel,
    GlassResult,
    SeriesPoint,
    Share,
)
from liponflow.analysis.glass.transition import fit_glass_transition
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.figures.glass import gallery as fingerprint_figures
from liponflow.figures.glass.functions import pairs_figure, pdf_figure
from liponflow.figures.glass.gallery import all_figures
from liponflow.figures.glass.labels import average_words, formula_label
from liponflow.figures.glass.protocol import protocol_figure, transition_figure
from liponflow.figures.glass.units import SHOWN_SHARES, units_figure
from liponflow.structures.glass.build import build

NAMES = [
    "angles",
    "pairs",
    "pdf",
    "protocol",
    "structure_factor",
    "structures",
    "transition",
    "units",
]
PROVENANCE = Provenance(
    engine=EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True),
    packages={},
    preset="quick",
    parameters={},
    input_fingerprint="0" * 64,
    source_structure="built",
    parent_uuids=[],
)
STAGES = {"melt": 3000.0, "quench": 1500.0, "hold": 300.0}


def shaken(structure: Structure, number: int, seed: int) -> list[Structure]:
    chance = np.random.default_rng(seed)
    return [
        Structure(
            structure.lattice,
            structure.species,
            structure.cart_coords + 0.05 * chance.standard_normal((len(structure), 3)),
            coords_are_cartesian=True,
        )
        for _ in range(number)
    ]


def series(seed: int) -> list[SeriesPoint]:
    chance = np.random.default_rng(seed)
    return [
        SeriesPoint(
            time=0.1 * (20 * number + step),
            stage=name,
            temperature=temperature + 30 * chance.standard_normal(),
            volume_per_atom=11.3 + 4e-4 * temperature,
            energy_per_atom=-6 + 1e-4 * temperature,
        )
        for number, (name, temperature) in enumerate(STAGES.items())
        for step in range(20)
    ]


@pytest.fixture(scope="module")
def result() -> GlassResult:
    """Return a made-up result: two packed models with thermal motion, a protocol and a Tg."""
    models = []
    for seed in range(2):
        structure = build("Li23P8O27.5N2.5", n_atoms=61, seed=seed).structure
        models.append(
            GlassModel(
                seed=seed,
                start="unit-packed",
                structure=structure,
                density=float(structure.density),
                energy_per_atom=-6.0,
                max_force=0.04,
                converged=True,
                criterion="made up",
                fingerprint=fingerprint_structure(shaken(structure, 12, seed)),
                series=series(seed),
            )
        )
    x = np.linspace(300, 1500, 25)
    y = 11.5 + np.where(x < 800, 3e-4, 9e-4) * (x - 800)
    y += 0.005 * np.random.default_rng(0).standard_normal(25)
    tg = fit_glass_transition(x, y, quantity="volume", cooling_rate=100)
    return summarise_glass(models, protocol=["melt"], provenance=PROVENANCE, tg=tg)


@pytest.fixture(scope="module")
def read() -> FingerprintResult:
    """Return the fingerprint of one frame with a measured G(r)."""
    structure = dimer("N")
    structure.append("Li", [0.1, 0.1, 0.1])
    found = fingerprint_structure(structure)
    r, neutron = np.array(found.r), found.scattering[0]
    noise = 0.05 * np.random.default_rng(0).standard_normal(len(r))
    comparison = compare_pdf(
        MeasuredPdf(r, 2 * np.array(neutron.g) + noise, {}),
        r,
        np.array(neutron.g),
        file="lipon.gr",
        probe="neutron",
        treatment=neutron.treatment,
        density=found.number_density,
    )
    return FingerprintResult(
        formula=found.formula,
        converged=True,
        criterion="1 frame read",
        provenance=PROVENANCE,
        files=["POSCAR"],
        fingerprint=found,
        problems=[],
        comparison=comparison,
    )


@pytest.fixture(scope="module")
def figures(result: GlassResult) -> dict[str, Figure]:
    return all_figures(result)


def test_every_figure_is_drawn(figures: dict[str, Figure]) -> None:
    assert sorted(figures) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_potential_is_labelled_not_dft(
    figures: dict[str, Figure], name: str
) -> None:
    [stamp] = [text for text in figures[name].texts if text.get_gid() == "stamp"]
    assert "chgnet 0.3.0 (machine-learned potential, not DFT)" in stamp.get_text()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "structures"])
def test_texts_neither_overlap_nor_leave_the_figure(figures: dict[str, Figure], name: str) -> None:
    assert misplaced(figures[name]) == []


def test_pair_figure_shows_data_of_the_result(result: GlassResult) -> None:
    figure = pairs_figure(result)
    for pair in result.mean.pairs:
        [line] = drawn(figure, pair.pair)
        assert line.get_xydata()[:, 0].tolist() == result.mean.r
        assert line.get_xydata()[:, 1].max() <= max(pair.g)
    labels = [text.get_text() for axes in figure.axes for text in axes.texts]
    p_o = next(pair for pair in result.mean.pairs if pair.pair == "P-O")
    assert any(f"{p_o.coordination:.2f} within {p_o.first_minimum:.2f} Å" in t for t in labels)


def test_bars_show_shares(result: GlassResult) -> None:
    figure = units_figure(result)
    [axes] = [a for a in figure.axes if a.get_title() == "units of the network formers"]
    widths = [patch.get_width() for patch in axes.patches]
    assert widths == pytest.approx([share.share for share in result.mean.units])
    assert len(drawn(figure, "published")) == sum(
        share.published is not None for share in [*result.mean.units, *result.mean.nitrogen_sites]
    )


def test_rare_shares_are_summed(result: GlassResult) -> None:
    many = [Share(name=f"Q{n}_0", share=0.05) for n in range(20)]
    mean = result.mean.model_copy(update={"units": many})
    figure = units_figure(result.model_copy(update={"mean": mean}))
    [axes] = [a for a in figure.axes if a.get_title() == "units of the network formers"]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == SHOWN_SHARES + 1
    assert labels[-1] == "12 others"
    assert axes.patches[-1].get_width() == pytest.approx(0.6)
    assert misplaced(figure) == []


def test_transition_draws_both_lines_to_their_intersection(result: GlassResult) -> None:
    assert result.tg is not None
    figure = transition_figure(result)
    for name in ("glass", "liquid"):
        [line] = drawn(figure, name)
        assert line.get_xydata()[0] == pytest.approx(
            [result.tg.temperature, result.tg.value_at_tg]
        )
    [published] = drawn(figure, "published")
    assert published.get_xdata() == pytest.approx([480.15])  # 207 °C


def test_unresolved_transition_is_not_called_tg(result: GlassResult) -> None:
    assert result.tg is not None
    tg = result.tg.model_copy(update={"resolved": False})
    figure = transition_figure(result.model_copy(update={"tg": tg}))
    assert any("no T$_g$ resolved" in text.get_text() for text in figure.axes[0].texts)
    assert drawn(figure, "published") == []


def test_protocol_draws_every_model(result: GlassResult) -> None:
    figure = protocol_figure(result)
    assert [axes.get_ylabel() for axes in figure.axes] == ["T (K)", "V (Å³/atom)", "E (eV/atom)"]
    for name in ("temperature", "volume_per_atom", "energy_per_atom"):
        assert len(drawn(figure, name)) == 2
    names = [text.get_text() for text in figure.axes[0].texts]
    assert names == list(STAGES)


def test_measured_function_is_drawn_with_the_computed_one(read: FingerprintResult) -> None:
    figure = pdf_figure(read)
    assert read.comparison is not None
    [measured], [computed] = drawn(figure, "measured"), drawn(figure, "computed")
    assert measured.get_ydata().tolist() == read.comparison.measured
    assert computed.get_ydata().tolist() == read.comparison.computed
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert f"$R_w$ = {read.comparison.r_w:.3f}" in labels[2]
    assert misplaced(figure) == []


def test_fingerprint_of_one_frame_has_the_figures_without_time(read: FingerprintResult) -> None:
    found = fingerprint_figures.all_figures(read)
    assert sorted(found) == ["angles", "pairs", "pdf", "structure_factor", "units"]
    for figure in found.values():
        assert misplaced(figure) == []
    title = found["pairs"].get_suptitle()
    assert "1 frame" in title
    assert "drawn with a Gaussian of 0.04 Å" in title


def test_averages_are_described_in_words(result: GlassResult, read: FingerprintResult) -> None:
    assert average_words(result) == "mean and standard deviation of 2 models"
    assert average_words(read) == "1 frame"
    assert formula_label("LiO") == "LiO"


def test_missing_data_are_not_drawn(read: FingerprintResult, result: GlassResult) -> None:
    with pytest.raises(ValueError, match="no series in time"):
        protocol_figure(read)
    with pytest.raises(ValueError, match="no glass transition"):
        transition_figure(result.model_copy(update={"tg": None}))
