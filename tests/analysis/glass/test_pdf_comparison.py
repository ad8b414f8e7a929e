from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.glass.pdf_comparison import (
    MeasuredPdf,
    as_reduced_pdf,
    compare_pdf,
    read_pdf,
)
from liponflow.analysis.glass.radial import reduced_pdf

R = np.linspace(0.01, 9.99, 500)
G = np.sin(4 * R) * np.exp(-R / 5)


def compared(measured: MeasuredPdf, **options: object):
    fields = {"file": "a.gr", "probe": "neutron", "treatment": "", "density": 0.1} | options
    return compare_pdf(measured, R, G, **fields)


def test_scale_and_residual_are_those_of_least_squares() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(R))
    found = compared(MeasuredPdf(R, 1.7 * G + noise, {}))
    inside = R >= 1.0
    target, model = (1.7 * G + noise)[inside], G[inside]
    scales = np.linspace(1.5, 1.9, 4001)
    sums = ((target - scales[:, None] * model) ** 2).sum(axis=1)
    assert found.scale == pytest.approx(scales[np.argmin(sums)], abs=1e-4)
    assert found.r_w == pytest.approx(np.sqrt(sums.min() / (target**2).sum()), rel=1e-6)


def test_scaled_copy_has_zero_residual_on_its_own_grid() -> None:
    grid = np.arange(0.5, 15, 0.05)
    found = compared(MeasuredPdf(grid, 0.8 * np.interp(grid, R, G), {}))
    assert (found.scale, found.r_w) == pytest.approx((0.8, 0), abs=1e-12)
    assert (found.r[0], found.r[-1]) == pytest.approx((1.0, 9.95))
    assert found.computed == pytest.approx(found.measured)


@pytest.mark.parametrize("quantity", ["G", "g", "T"])
def test_other_correlation_functions_are_converted(quantity: str) -> None:
    g = 1 + G
    values = {
        "G": reduced_pdf(R, g, 0.1),
        "g": g,
        "T": 4 * np.pi * R * 0.1 * g,
    }[quantity]
    converted = as_reduced_pdf(MeasuredPdf(R, values, {}), quantity, 0.1)
    assert converted == pytest.approx(reduced_pdf(R, g, 0.1))


def test_pdfgetx3_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lipon.gr"
    rows = "\n".join(f"{r:.3f} {g:.6f} 0.0 1.0" for r, g in zip(R, G, strict=True))
    path.write_text(
        "[DEFAULT]\nversion = pdfgetx3\nmode = neutron\nqmin = 0.5\nqmax = 24.0\n"
        f"#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{{-2}}$)\n{rows}\n"
    )
    found = read_pdf(path)
    assert found.options == {"q_min": 0.5, "q_max": 24.0}
    assert found.values == pytest.approx(G, abs=1e-6)


def test_commas_may_separate_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("r,G\n" + "\n".join(f"{r},{g}" for r, g in zip(R, G, strict=True)))
    assert read_pdf(path).r == pytest.approx(R)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no numbers\n", "0 points are too few"),
        ("1.0\n2.0\n", "line 1: one column; give r"),
        ("\n".join(f"{9 - i} 1" for i in range(30)), "r does not ascend at 8 Å"),
        ("\n".join(f"{i} nan" for i in range(30)), "not a finite number"),
    ],
)
def test_invalid_pdf_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.gr"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_pdf(path)


def test_missing_and_binary_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read as text"):
        read_pdf(tmp_path / "none.gr")
    (tmp_path / "b.gr").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="cannot be read as text"):
        read_pdf(tmp_path / "b.gr")


def test_distances_in_nanometres_are_refused() -> None:
    with pytest.raises(ValueError, match=r"within the 1 to 9.99 Å .* is r in Å\?"):
        compared(MeasuredPdf(R / 10, G, {}))


def test_function_that_runs_against_the_model_is_refused() -> None:
    """A negative factor would fit it exactly, with a residual of 0."""
    with pytest.raises(
        ValueError, match=r"best scale -1, which must be above 0\); is it the G\(r\)"
    ):
        compared(MeasuredPdf(R, -G, {}))


def test_zero_function_is_refused() -> None:
    with pytest.raises(ValueError, match="is zero everywhere"):
        compared(MeasuredPdf(R, 0 * G, {}))
