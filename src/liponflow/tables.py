"""Results as tables on the terminal, readable at 80 columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from liponflow.analysis.result import EngineInfo, Result
from liponflow.store import StoredResult
from liponflow.store.frames import states_frame, table_items, tables

if TYPE_CHECKING:
    from liponflow.inputs.compare import Difference
    from liponflow.workflows.estimate import Estimate


class Heading(NamedTuple):
    """How a field of a result is shown."""

    text: str
    format: str = ""
    wraps: bool = False


HEADINGS = {
    "name": Heading("name", wraps=True),
    "pair": Heading("pair"),
    "seed": Heading("seed", "d"),
    "start": Heading("start", wraps=True),
    "share": Heading("share", ".3f"),
    "length": Heading("length\nÅ", ".3f"),
    "angle": Heading("angle\ndegrees", ".1f"),
    "first_peak": Heading("peak\nÅ", ".2f"),
    "first_minimum": Heading("cut-off\nÅ", ".2f"),
    "coordination": Heading("neigh-\nbours", ".2f"),
    "coordination_reverse": Heading("the other\nway", ".2f"),
    "value": Heading("value", ".4g"),
    "unit": Heading("unit"),
    "spread": Heading("spread", ".2g"),
    "error": Heading("±", ".2g"),
    "width": Heading("width", ".3f"),
    "number": Heading("number", ".3g"),
    "mean": Heading("mean", ".3g"),
    "worst": Heading("most", "d"),
    "last": Heading("in the\nlast", "d"),
    "cutoff": Heading("cut-off\nÅ", ".2f"),
    "origin": Heading("origin", wraps=True),
    "density": Heading("density\ng/cm³", ".3f"),
    "pressure": Heading("pressure\nGPa", "z.2f"),
    "youngs_modulus": Heading("E\nGPa", ".1f"),
    "bulk_modulus": Heading("B\nGPa", ".1f"),
    "shear_modulus": Heading("G\nGPa", ".1f"),
    "poisson_ratio": Heading("ν", ".3f"),
    "deviation": Heading("off the\ntensor", ".3f"),
    "cluster": Heading("cluster"),
    "bonds": Heading("bonds", "d"),
    "cleavage_energy": Heading("energy\neV", ".2f"),
    "energy_per_bond": Heading("per bond\neV", ".2f"),
    "vertical_energy_per_bond": Heading("vertical\neV", ".2f"),
    "dopant": Heading("atom"),
    "site": Heading("site"),
    "lowest_site": Heading("lowest site"),
    "percolating_barrier": Heading("barrier\neV", ".3f"),
    "network_dimension": Heading("dimen-\nsions", "d"),
    "attempt_frequency": Heading("prefactor\nTHz", ".2f"),
    "diffusivity_300": Heading("D 300 K\nm²/s", ".1e"),
    "time_to_published_width": Heading("time to\nwidth, s", ".1e"),
    "hop": Heading("hop", wraps=True),
    "model": Heading("model"),
    "site_energy": Heading("E\neV", "z.3f"),
    "ends_at": Heading("ends at"),
    "displacement": Heading("host moves\nÅ", ".2f"),
    "barrier_mean": Heading("mean\neV", ".3f"),
    "barrier_low": Heading("lowest\neV", ".3f"),
    "barrier_high": Heading("highest\neV", ".3f"),
    "n_atoms_small": Heading("atoms", "d"),
    "barrier_small": Heading("barrier\neV", ".3f"),
    "n_atoms_large": Heading("atoms", "d"),
    "barrier_large": Heading("barrier\neV", ".3f"),
    "barrier_extrapolated": Heading("infinite\neV", ".3f"),
    "steps_from_interpolation": Heading("steps from\ninterpolation", ".0f"),
    "steps_from_path": Heading("steps from\nthe path", ".0f"),
    "barrier": Heading("barrier, eV", ".3f"),
    "published_barrier": Heading("published\neV", ".2f"),
    "reverse_barrier": Heading("reverse barrier, eV", ".3f"),
    "hop_distance": Heading("length\nÅ", ".2f"),
    "imaginary_modes": Heading("imag.\nmodes", ".0f"),
    "host_atoms": Heading("host atoms"),
    "image": Heading("image"),
    "first_step": Heading("from\nstep"),
    "n_steps": Heading("steps"),
    "start_temperature": Heading("from\nK", ".0f"),
    "end_temperature": Heading("to\nK", ".0f"),
    "complete": Heading("complete"),
    "x": Heading("x", ".4g"),
    "x_low": Heading("from x", ".4g"),
    "x_high": Heading("to x", ".4g"),
    "moments.": Heading("{}\nµB", ".2f"),
    "c_over_a": Heading("c/a", ".3f"),
    "volume_per_formula": Heading("V\nÅ³/f.u.", ".2f"),
    "energy_per_atom": Heading("E\neV/atom", ".4f"),
    "formation_energy": Heading("E form\neV/f.u.", "z.3f"),
    "energy_above_hull": Heading("E hull\neV/f.u.", "z.3f"),
    "voltage": Heading("V vs Li", ".2f"),
    "family": Heading("family"),
    "start_cell": Heading("start cell"),
    "distance": Heading("path\nÅ", ".3f"),
    "energy": Heading("E\neV", "z.3f"),
    "max_force": Heading("F max\neV/Å", ".3f"),
    "converged": Heading("conv."),
    "efermi": Heading("E Fermi\neV", ".3f"),
    "formula": Heading("formula", wraps=True),
    "directory": Heading("directory", wraps=True),
    "published": Heading("published", wraps=True),
    "reason": Heading("why refused", wraps=True),
    "spacegroup": Heading("space group"),
    "n_atoms": Heading("atoms in the cell"),
    "supercell_atoms": Heading("atoms in the supercell"),
    "n_displacements": Heading("displacements"),
    "lowest_frequency": Heading("lowest frequency, THz", "z.2f"),
    "imaginary_share": Heading("imaginary modes", ".1%"),
    "zero_point_energy": Heading("zero point, eV/atom", ".4f"),
    "free_energy_300": Heading("free energy at 300 K, eV/atom", ".4f"),
    "entropy_300": Heading("entropy at 300 K, J/K per mole of atoms", ".1f"),
    "li_energy_per_atom": Heading("Li metal, eV/atom", ".4f"),
    "formula_units": Heading("formula units (f.u.)"),
    "volume_change_x0_to_x2_percent": Heading("volume, x = 0 to 2, %", "+.1f"),
    "two_phase": Heading("x = 1 to 2"),
    "n_models": Heading("models"),
    "protocol": Heading("protocol"),
    "problems": Heading("problems"),
    "files": Heading("files"),
    "density_spread": Heading("spread of density, g/cm³", ".3f"),
    "tg.temperature": Heading("glass transition, K", ".0f"),
    "tg.error": Heading("its error, K", ".0f"),
    "tg.cooling_rate": Heading("cooling rate, K/ps", ".3g"),
    "tg.resolved": Heading("transition resolved"),
    "tg.note": Heading("note on it"),
    "elastic.note": Heading("note on elasticity"),
    "cleavage.ratio_bridging": Heading("P-O over P-N, bridging", ".2f"),
    "cleavage.ratio_apical": Heading("P-O over P-N, apical", ".2f"),
    "cleavage.published": Heading("published"),
    "cleavage.note": Heading("note on bonds"),
    "fingerprint.n_frames": Heading("frames"),
    "fingerprint.density": Heading("density, g/cm³", ".3f"),
    "fingerprint.density_error": Heading("its error, g/cm³", ".2g"),
    "comparison.file": Heading("measured G(r)"),
    "comparison.r_w": Heading("R_w", ".3f"),
    "comparison.scale": Heading("scale", ".3g"),
    "comparison.treatment": Heading("treatment"),
    "time_step": Heading("time step, fs", "g"),
    "duration": Heading("duration, ps", ".3g"),
    "mean_temperature": Heading("mean temperature, K", ".0f"),
    "ensemble": Heading("ensemble", wraps=True),
    "target_temperature": Heading("from\nK", ".0f"),
    "end_target_temperature": Heading("to\nK", ".0f"),
    "mean_volume": Heading("mean volume, Å³", ".1f"),
    "mean_pressure": Heading("mean pressure, GPa", "z.3f"),
    "stop_reason": Heading("why it ended"),
    "stride": Heading("steps per block"),
    "frame_interval": Heading("steps per frame"),
    "series_file": Heading("series", wraps=True),
    "checkpoint": Heading("checkpoint", wraps=True),
    "scale": Heading("scale of energies"),
    "temperature": Heading("T, K", ".0f"),
    "n_phases": Heading("phases"),
    "above_hull": Heading("above hull\neV/atom", "z.3f"),
    "energy_source": Heading("source of energy"),
    "window_low": Heading("stable from, V", ".3f"),
    "window_high": Heading("stable to, V", ".3f"),
    "window.statement": Heading("window"),
    "metastable_window.statement": Heading("metastable window"),
    "uncertainty.low_mean": Heading("lower limit with errors, V", ".3f"),
    "uncertainty.low_std": Heading("its standard deviation, V", ".3f"),
    "uncertainty.high_mean": Heading("upper limit with errors, V", ".3f"),
    "uncertainty.high_std": Heading("its standard deviation, V", ".3f"),
    "formation_energy_per_atom": Heading("E form\neV/atom", "z.3f"),
    "published_formation_energy": Heading("published\neV/atom", "z.3f"),
    "order": Heading("layer", "d"),
    "rank": Heading("rank", "d"),
    "voltage_low": Heading("from V", ".3f"),
    "voltage_high": Heading("to V", ".3f"),
    "low": Heading("from V", ".3f"),
    "high": Heading("to V", ".3f"),
    "low_shift": Heading("shift\nV", "+z.3f"),
    "high_shift": Heading("shift\nV", "+z.3f"),
    "li_exchanged": Heading("Li", "+z.2f"),
    "energy_low": Heading("E low\neV/atom", "z.3f"),
    "energy_high": Heading("E high\neV/atom", "z.3f"),
    "min_energy": Heading("E min\neV/atom", "z.3f"),
    "min_mixing": Heading("share of\nsecond", ".3f"),
    "above_best": Heading("above first\neV/f.u.", "z.3f"),
    "where": Heading("where"),
    "phase": Heading("phase"),
    "predicted": Heading("predicted"),
    "certain": Heading("certain"),
    "electrolyte": Heading("electrolyte"),
    "electrode": Heading("electrode"),
    "electrode_energies": Heading("energies of the electrode", wraps=True),
    "materials": Heading("materials", wraps=True),
    "equation": Heading("reaction", wraps=True),
    "text": Heading("phases", wraps=True),
    "decomposes_to": Heading("decomposes to", wraps=True),
    "products_at_zero": Heading("at 0 V", wraps=True),
    "products_oxidation": Heading("first oxidation", wraps=True),
}
"""Fields in the order of their columns. A narrow terminal loses columns from the right. The key
that ends in a dot stands for one column per element."""

UNLIMITED = 10_000
"""Width (characters) at which a table is measured."""

SURROGATE_NOTE = "* machine-learned potential, not DFT"


def print_list(found: Sequence[StoredResult], console: Console | None = None) -> None:
    """Print one line per result."""
    console = console or Console()
    table = _empty("uuid", "kind", "formula", "engine", "preset", "conv.", "completed")
    for item in found:
        made = item.result.provenance
        table.add_row(
            item.uuid[:8],
            item.result.kind,
            item.result.formula,
            _short(made.engine),
            made.preset,
            _text(item.result.converged),
            f"{item.completed_at:%Y-%m-%d %H:%M}",
        )
    console.print(table)
    if any(item.result.provenance.engine.surrogate for item in found):
        console.print(SURROGATE_NOTE, markup=False)


def print_result(stored: StoredResult, console: Console | None = None) -> None:
    """Print a result of the store under its uuid."""
    print_document(stored.result, stored.uuid, console)


def print_document(result: Result, uuid: str = "", console: Console | None = None) -> None:
    """Print a result: its scalar fields, its tables and what made it."""
    console = console or Console()
    title = f"{result.kind} of {result.formula}  {uuid}".rstrip()
    console.print(title, style="bold", markup=False)
    console.print(_fields(result))
    for name in tables(result):
        _print_table(result, name, console)
    for warning in result.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)


def _fields(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    made = result.provenance
    grid.add_row("engine", made.engine.label)
    grid.add_row("functional", made.engine.functional or "unknown")
    grid.add_row("preset", made.preset)
    grid.add_row("structure", made.source_structure)
    for name in type(result).model_fields:
        value = getattr(result, name)
        if name not in {"kind", "formula"} and isinstance(value, str | int | float):
            _add_field(grid, HEADINGS.get(name, Heading(name)), value)
        elif isinstance(value, list) and name in HEADINGS and all(_is_text(v) for v in value):
            grid.add_row(HEADINGS[name].text, "\n".join(value) or "none")
        elif isinstance(value, BaseModel):
            for key in type(value).model_fields:
                inner = HEADINGS.get(f"{name}.{key}")
                if inner is not None and getattr(value, key) is not None:
                    _add_field(grid, inner, getattr(value, key))
    return grid


def _add_field(grid: Table, heading: Heading, value: str | float) -> None:
    grid.add_row(heading.text.replace("\n", ", "), _text(value, heading.format))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _print_table(result: Result, name: str, console: Console) -> None:
    frame = states_frame(result, name)
    model = type(table_items(result, name)[0])
    known = {_key(column) for column in frame.columns}
    wanted = {*getattr(model, "summary_columns", known), "moments."}
    columns = sorted(
        (column for column in frame.columns if _key(column) in wanted & HEADINGS.keys()),
        key=lambda column: list(HEADINGS).index(_key(column)),
    )
    if not columns:  # curves, which no terminal shows
        return
    rows = frame[columns].to_dict("records")
    any_width = console.options.update(width=UNLIMITED)
    for shown in range(len(columns), 0, -1):
        table = _table(rows, columns[:shown])
        if Measurement.get(console, any_width, table).minimum <= console.width:
            break
    console.print()
    console.print(name, style="bold")
    console.print(table)
    if hidden := columns[shown:]:
        console.print(f"not shown in {console.width} columns: {', '.join(hidden)}", style="dim")


def _table(rows: Sequence[dict[Any, Any]], columns: Sequence[str]) -> Table:
    table = _empty()
    cells = []
    for column in columns:
        heading = HEADINGS[_key(column)]
        title = heading.text.format(column.removeprefix(_key(column)))
        texts = [_text(row[column], heading.format) for row in rows]
        cells.append(texts)
        table.add_column(
            title,
            justify="right" if heading.format else "left",
            min_width=None if heading.wraps else max(map(len, [*title.splitlines(), *texts])),
        )
    for row in zip(*cells, strict=True):
        table.add_row(*row)
    return table


def _empty(*headings: str) -> Table:
    return Table(*headings, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)


def _key(column: str) -> str:
    """Key of a column in ``HEADINGS``: that of its family if it has one."""
    family = column[: column.find(".") + 1]
    return family if family in HEADINGS else column


def _short(engine: EngineInfo) -> str:
    return engine.short + ("*" if engine.surrogate else "")


def _text(value: Any, format_: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if value is None or value != value:  # noqa: PLR0124 - NaN, pandas' word for None
        return "-"
    return f"{value:{format_}}"


def print_estimate(estimate: "Estimate", console: Console | None = None) -> None:
    """Print what a flow will compute and what that may cost."""
    console = console or Console()
    table = _empty("calculation", "jobs", "atoms", "k-points", "ionic steps", "core-hours")
    for line in estimate.lines:
        numbers = (line.jobs, line.atoms, line.kpoints, line.ionic_steps)
        table.add_row(line.name, *map(str, numbers), _hours(line.core_hours))
    jobs = sum(line.jobs for line in estimate.lines)
    table.add_row("all", str(jobs), "", "", "", _hours(estimate.core_hours), style="bold")
    console.print(table)
    console.print(f"basis: {estimate.basis}", markup=False, highlight=False)


def _hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.2g}"  # noqa: PLR2004 - an estimate


def print_differences(found: Sequence["Difference"], console: Console | None = None) -> None:
    """Print where a VASP directory and an input set differ."""
    console = console or Console()
    if not found:
        console.print("no difference")
        return
    table = Table(box=SIMPLE_HEAD)
    for heading in ("file", "key", "there", "ours", "source of ours"):
        table.add_column(heading, overflow="fold")
    for item in found:
        texts = (escape(str(value)) for value in (item.theirs, item.ours, item.source))
        table.add_row(item.file, item.key, *texts)
    console.print(table)
