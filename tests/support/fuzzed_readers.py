"""Every reader of ours with a small file for it, and a run of it over damaged copies."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import resource
import signal
import sqlite3
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from eels_example import example_result
from jobflow import Flow, Job, JobStore
from maggma.stores import MemoryStore
from PIL import Image
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.entries.computed_entries import ComputedEntry
from pymatgen.io.cif import CifWriter
from pymatgen.io.vasp.inputs import Poscar
from recorded_spectra import RECORDED
from vasp_files import Densities, Run, bump, doscar

from liponflow.analysis.diffraction.image_files import read_image
from liponflow.analysis.diffraction.spacing_file import read_spacings
from liponflow.analysis.eels.comparison import Edge
from liponflow.analysis.eels.measured.read import read_measured
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.glass.pdf_comparison import read_pdf
from liponflow.analysis.impedance.read import read_impedance
from liponflow.analysis.measured.table import read_table
from liponflow.analysis.nmr.populations import read_shares
from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.trajectory.frames import read_frames
from liponflow.crystals.read import read_structure
from liponflow.engines.feff.reading import read_eels, read_scf, read_xmu
from liponflow.engines.standin.inputs import read_inputs
from liponflow.engines.vasp.reading.origin import origin
from liponflow.engines.vasp.reading.parts import Part, Record, read_record
from liponflow.ingest.ingest import ingest
from liponflow.inputs.config import read_config
from liponflow.inputs.explained import written
from liponflow.inputs.feff.reading import read_feff_input
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.presets import load_parameters, parse_settings
from liponflow.inputs.structure_options import StructureOptions
from liponflow.inputs.vasp.earlier import read_earlier
from liponflow.runners.documents import dumps, flow_document
from liponflow.runners.journal import Journal, latest_run
from liponflow.settings import CONFIG_FILE_VARIABLE, load_settings
from liponflow.store.check import check_store
from liponflow.store.results import find_results, open_store
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.eels.references import read_references
from liponflow.workflows.structure_files import read_ordered
from mutants import mutants

PATIENCE = 10
"""Longest time for one file (s)."""

MEMORY = 1 << 30
"""Memory that a reader may take beyond what the process has (bytes)."""

_OUT_OF_MEMORY = "more memory than there is"

CRYSTAL = Structure(
    Lattice.orthorhombic(5.0, 6.0, 7.0),
    ["Li", "Li", "P", "N", "O", "O"],
    [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.25, 0.25, 0.25], [0.7, 0.7, 0.7]],
)


EARLIER = b"runs: [../first, ../second]\ntake: mean cell\n"

SCF_LOG = b"""Initial Fermi level:              mu=    -6.105 eV
New Fermi level:    mu= -11.712 eV  Charge distance=  0.1607 (partial c.d.=  4.9156)
New Fermi level:    mu= -10.863 eV  Charge distance=  0.2748 (partial c.d.=  0.1729)
Convergence reached in    2 iterations.
"""


class Hang(BaseException):
    """A reader that takes too long; no reader may turn it into an error of the file."""


@dataclass(frozen=True)
class Reader:
    """A reader and a file that it accepts."""

    name: str
    file: str
    """Name of the file, in a folder of its own."""
    text: bytes
    read: Callable[[Path], Any]
    """Reads the file. A list that it returns holds messages that it did not raise."""
    share: float = 1.0
    """Number of mutants relative to the other readers: slow ones get less."""
    others: dict[str, bytes] = field(default_factory=dict)
    """Other files of the folder."""
    names: tuple[str, ...] = ()
    """What names the file in a message; its name by default."""


@dataclass
class Outcome:
    """What became of the mutants of one reader."""

    counts: Counter[str] = field(default_factory=Counter)
    """Accepted and refused ones."""
    faults: list[tuple[str, bytes]] = field(default_factory=list)
    """What is wrong about each that ended in any other way, and its file."""


def run(reader: Reader, number: int, seed: int, folder: Path) -> Outcome:
    """Give damaged copies of its file to a reader."""
    outcome = Outcome()
    path = folder / reader.file
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, content in reader.others.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with _limits(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(reader.text)
        assert _judged(reader, path, outcome) is None, f"{reader.name}: the file itself is refused"
        assert outcome.counts.pop("accepted", 0), f"{reader.name}: the file itself is refused"
        for text in mutants(reader.text, number, seed):
            path.write_bytes(text)
            fault = _judged(reader, path, outcome)
            if fault:
                outcome.faults.append((f"{reader.name}: {fault}", text))
    return outcome


def shares(everyone: Sequence[Reader], number: int) -> list[int]:
    """Return how many of a number of mutants each reader gets."""
    total = sum(reader.share for reader in everyone)
    return [round(number * reader.share / total) for reader in everyone]


def _judged(reader: Reader, path: Path, outcome: Outcome) -> str | None:
    """Read one file and return what is wrong about how that ended."""
    signal.alarm(PATIENCE)
    try:
        found = reader.read(path)
        messages = found if isinstance(found, list) else []
    except Hang:
        return f"longer than {PATIENCE} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is judged
        if not type(error).__module__.startswith("liponflow.") and type(error) is not ValueError:
            return f"{type(error).__module__}.{type(error).__name__}: {str(error)[:200]}"
        messages = [str(error)]
    finally:
        signal.alarm(0)
    outcome.counts["refused" if messages else "accepted"] += 1
    for message in messages:
        if not any(name in message for name in reader.names or (path.name,)):
            return f"without the name of the file: {message[:200]}"
        if _OUT_OF_MEMORY in message:
            return f"asked for more than {MEMORY >> 20} MB: {message[:200]}"
    return None


@contextmanager
def _limits() -> Iterator[None]:
    """Let the process take 1 GB more at most, and an alarm end what takes too long."""

    def hang(*_: object) -> None:
        raise Hang

    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    taken = pages * os.sysconf("SC_PAGE_SIZE")
    old = signal.signal(signal.SIGALRM, hang)
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        signal.signal(signal.SIGALRM, old)


def _frames(path: Path) -> None:
    for _ in read_frames(path):
        pass


def _ordered(path: Path) -> None:
    read_ordered(path, StructureOptions(order_atoms=40))


def _settings(path: Path) -> None:
    before = os.environ.get(CONFIG_FILE_VARIABLE)
    os.environ[CONFIG_FILE_VARIABLE] = str(path)
    try:
        load_settings()
    finally:
        os.environ.pop(CONFIG_FILE_VARIABLE)
        if before is not None:
            os.environ[CONFIG_FILE_VARIABLE] = before


def _set(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    load_parameters(GlassParameters, "glass", "quick", parse_settings([f"protocol={text}"]))


def _ingest(path: Path) -> list[str]:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    origin(path)
    top = path.parent.parent if path.parent.name.isdigit() else path.parent
    report = ingest([top], store)
    return report.broken


def _difference(path: Path) -> None:
    get_campaign("lithiation").compare(path.parent, preset="paper")


def _flow(path: Path) -> None:
    Journal.open(path.parent).flow(())


def _record(path: Path) -> None:
    latest_run(path.parent.parent)
    with Journal.open(path.parent).start():
        pass


def _row(path: Path) -> list[str]:
    """Put the text and its hash into a row of a results store, and list and check the results."""
    text = path.read_bytes()
    with sqlite3.connect(path.parent / "results.db") as database:
        digest = hashlib.sha256(text).hexdigest()
        database.execute("UPDATE docs SET doc = CAST(? AS TEXT), sha256 = ?", [text, digest])
    database.close()
    store = open_store(path.parent / "results.db", read_only=True)
    try:
        skipped: list[Any] = []
        find_results(store, skipped=skipped)
        return [str(error) for error in skipped] + list(check_store(store).problems)
    finally:
        store.close()


def _eels_result() -> bytes:
    energies = np.arange(52.0, 100.0)
    spectrum = Spectrum.from_arrays(energies, np.exp(-((energies - 60) ** 2) / 4))
    result = example_result([Edge("LiPON", "Li3PO3N", "Li K", spectrum)])
    return json.dumps(result.with_units()).encode()


def _spacings() -> bytes:
    rows = [f"{1.5 + n / 10},0.01" for n in range(40)]
    return "\n".join(["d (Å),error", *rows]).encode()


def _image(form: str, kind: type) -> bytes:
    values = np.random.default_rng(0).integers(0, 250, (36, 36)).astype(kind)
    content = io.BytesIO()
    Image.fromarray(values).save(content, form)
    return content.getvalue()


def _read_image(path: Path) -> Any:
    return read_image(path, 0.05)


def _columns() -> bytes:
    rows = [f"{600 + n},{4000 - 9 * n}" for n in range(40)]
    return "\n".join(["energy (eV),counts", *rows]).encode()


def _table(path: Path) -> object:
    return read_table(path, columns=2, what="a table", remedy="give numbers")


def _impedance(separator: str) -> bytes:
    frequency = np.geomspace(1e5, 1, 15)
    z = 10 + 100 / (1 + 1e-3j * 2 * np.pi * frequency)
    rows = zip(frequency, z.real, -z.imag, strict=True)
    lines = [separator.join(f"{value:.6g}" for value in row) for row in rows]
    return "\n".join([separator.join(["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"]), *lines]).encode()


def _gamry() -> bytes:
    _, *rows = _impedance("\t").decode().splitlines()
    names = "\tPt\tTime\tFreq\tZreal\tZimag\n\t#\ts\tHz\tohm\tohm\n"
    lines = [f"\t{n}\t{n}\t{row}" for n, row in enumerate(rows)]
    return f"EXPLAIN\nTAG\tEISPOT\nZCURVE\tTABLE\n{names}{chr(10).join(lines)}\n".encode()


def _biologic() -> bytes:
    text = _impedance("\t").decode()
    return f"EC-Lab ASCII FILE\nNb header lines : 4\n\n{text}\n".encode()


def _feff(name: str) -> bytes:
    """Return a recorded file of FEFF, its beginning and its end."""
    lines = (RECORDED / "Li2O_Li1_K" / name).read_bytes().splitlines(keepends=True)
    return b"".join([*lines[:60], *lines[-5:]])


def _emsa() -> bytes:
    head = {
        "FORMAT": "EMSA/MAS Spectral Data File",
        "VERSION": "1.0",
        "NPOINTS": "40",
        "NCOLUMNS": "1",
        "XUNITS": "eV",
        "DATATYPE": "Y",
        "XPERCHAN": "0.5",
        "OFFSET": "600",
        "SIGNALTYPE": "ELS",
        "SPECTRUM": "",
    }
    lines = [f"#{name:<12}: {value}" for name, value in head.items()]
    return "\n".join([*lines, *(f"{4000 - 9 * n}," for n in range(40)), "#ENDOFDATA"]).encode()


def _hyperspy() -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made.attrs["file_format"], made.attrs["file_format_version"] = "HyperSpy", "3.3"
        group = made.create_group("Experiments/spectrum")
        group.create_dataset("data", data=np.arange(4000.0, 3960.0, -1), chunks=(40,))
        axis = group.create_group("axis-0")
        axis.attrs.update({"name": "E", "size": 40, "offset": 600.0, "scale": 0.5, "units": "eV"})
        axis.attrs["navigate"] = False
        group.create_group("metadata/Signal").attrs["signal_type"] = "EELS"
        group.create_group("original_metadata")
    return file.getvalue()


def readers() -> list[Reader]:
    """Return every reader with its file."""
    poscar = str(Poscar(CRYSTAL)).encode()
    incar = (
        b"SYSTEM = x\nENCUT = 520\nIBRION = 0\nNSW = 5\nPOTIM = 1.0\nTEBEG = 300\nMDALGO = 2\n"
        b"SMASS = 0\nISIF = 2\nISPIN = 2\nMAGMOM = 6*0.6; LDAU = .TRUE.\nLDAUU = 0 0 0 0\n"
        b"LDAUL = -1 -1 -1 -1\nLDAUJ = 0 0 0 0\nEDIFFG = -0.02 ! comment\nRANDOM_SEED = 1 0 0\n"
    )
    static_incar = incar.replace(b"IBRION = 0\nNSW = 5\n", b"")
    directory = {
        "INCAR": incar,
        "POSCAR": poscar,
        "KPOINTS": b"mesh\n0\nGamma\n2 2 2\n0 0 0\n",
        "POTCAR.spec": b"Li_sv\nP\nN\nO\n",
    }
    static, moving = _static(), _dynamics()
    image, relaxation = _relaxation(IMAGES=1), _relaxation()
    band = {
        f"{number:02d}/{name}": content
        for number in range(3)
        for name, content in (
            ("POSCAR", poscar),
            ("OUTCAR", image.outcar().encode()),
            *([("vasprun.xml", image.vasprun().encode())] if number == 1 else []),
        )
    } | {"INCAR": b"IMAGES = 1\nNSW = 9\nIBRION = 2\n"}
    alone = {
        "OUTCAR": relaxation.outcar().encode(),
        "CONTCAR": poscar,
        "INCAR": b"NSW = 9\nIBRION = 2\nEDIFFG = -0.02\nISPIN = 2\n",
    }
    dos = {
        "INCAR": b"ISPIN = 1\n",
        "CONTCAR": poscar,
        "DOSCAR": doscar(np.array([bump(0.0)]), [np.array([bump(0.0)] * 3)] * 6).encode(),
    }
    dos_others = {f"x/{name}": text for name, text in dos.items() if name != "DOSCAR"}
    cif, relaxed = str(CifWriter(CRYSTAL)).encode(), relaxation.vasprun().encode()
    run_files = _run_directory()
    return [
        Reader("POSCAR", "POSCAR", poscar, read_structure),
        Reader("POSCAR.from", "POSCAR.from", EARLIER, lambda path: read_earlier(path.parent), 0.5),
        Reader("CIF", "x.cif", cif, read_structure, 0.5),
        Reader("list of spacings", "d.csv", _spacings(), read_spacings, 0.5),
        Reader("PNG image", "x.png", _image("PNG", np.uint8), _read_image, 0.3),
        Reader("TIFF image", "x.tif", _image("TIFF", np.uint16), _read_image, 0.3),
        Reader("spectrum in columns", "x.csv", _columns(), read_measured, 0.5),
        Reader("table", "x.csv", _columns(), _table, 0.3),
        Reader("shares of units", "x.csv", b"unit, share\nQ0_0, 0.6, 0.02\nQ1_1, 0.4, 0.01\n",
               read_shares, 0.3),
        Reader("impedance in columns", "x.csv", _impedance(","), read_impedance, 0.3),
        Reader("impedance of Gamry", "x.DTA", _gamry(), read_impedance, 0.3),
        Reader("impedance of BioLogic", "x.mpt", _biologic(), read_impedance, 0.3),
        Reader("FEFF input", "feff.inp", _feff("feff.inp"), read_feff_input, 0.3),
        Reader("FEFF eels.dat", "eels.dat", _feff("eels.dat"), read_eels, 0.3),
        Reader(
            "result of run eels", "eels.json", _eels_result(),
            lambda path: read_references([f"{path}:LiPON:Li K"]), 0.5,
        ),
        Reader("FEFF xmu.dat", "xmu10.dat", _feff("xmu10.dat"), read_xmu, 0.3),
        Reader("FEFF log", "log1.dat", SCF_LOG, read_scf, 0.2),
        Reader("EMSA spectrum", "x.msa", _emsa(), read_measured, 0.5),
        Reader("HyperSpy spectrum", "x.hspy", _hyperspy(), read_measured, 0.05),
        Reader("disordered CIF", "x.cif", DISORDERED, _ordered, 0.5),
        Reader("structure in JSON", "x.json", CRYSTAL.to_json().encode(), read_structure),
        *[
            Reader(
                f"stand-in {name}",
                name,
                directory[name],
                lambda path: read_inputs(path.parent),
                others={key: text for key, text in directory.items() if key != name},
                names=(*directory, "POTCAR"),
            )
            for name in directory
        ],
        Reader("XDATCAR", "XDATCAR", _xdatcar(), _frames),
        Reader("extended XYZ", "x.extxyz", _extxyz(), _frames),
        Reader("LAMMPS dump", "x.lammpstrj", _lammps(), _frames),
        Reader("vasprun.xml as trajectory", "vasprun.xml", moving.vasprun().encode(), _frames),
        Reader(
            "vasprun.xml as structure", "vasprun.xml", static.vasprun().encode(), read_structure
        ),
        Reader("ingest static vasprun.xml", "x/vasprun.xml", static.vasprun().encode(), _ingest),
        Reader("ingest MD vasprun.xml", "x/vasprun.xml", moving.vasprun().encode(), _ingest),
        Reader(
            "ingest OUTCAR",
            "x/OUTCAR",
            relaxation.outcar().encode(),
            _ingest,
            others={"x/vasprun.xml": relaxed},
            names=("/x",),
        ),
        *[
            Reader(
                f"ingest {name} without vasprun.xml",
                f"x/{name}",
                alone[name],
                _ingest,
                0.5,
                others={f"x/{key}": text for key, text in alone.items() if key != name},
                names=("/x",),
            )
            for name in alone
        ],
        Reader(
            "ingest OSZICAR",
            "x/OSZICAR",
            b"   1 F= -.18867E+02 E0= -.18867E+02  d E =-.188E+02\n",
            _ingest,
            0.2,
            others={"x/vasprun.xml": relaxed},
        ),
        Reader("ingest DOSCAR", "x/DOSCAR", dos["DOSCAR"], _ingest, others=dos_others),
        Reader("ingest INCAR", "x/INCAR", static_incar, _ingest, names=("/x",),
               others={f"x/{name}": text for name, text in dos.items() if name != "INCAR"}),
        *[
            Reader(
                f"ingest band {name}",
                f"band/{name}",
                band[name],
                _ingest,
                0.5,
                others={f"band/{key}": text for key, text in band.items() if key != name},
                names=("/band",),
            )
            for name in ("00/POSCAR", "00/OUTCAR", "01/vasprun.xml", "01/OUTCAR")
        ],
        Reader("entries of pymatgen", "entries.json", _entries(), read_entries),
        Reader("entry set", "set.json", _entry_set(), read_entries),
        Reader("measured PDF", "x.gr", _pdf(), read_pdf, 0.5),
        Reader("settings", "settings.yaml", SETTINGS, _settings),
        Reader(
            "parameters",
            "run.yaml",
            written(GlassParameters, "glass", "quick").encode(),
            partial(read_config, topic="glass", model=GlassParameters),
        ),
        Reader("value of --set", "set", STAGES, _set, names=("protocol",)),
        Reader("flow.json", "run/flow.json", run_files["flow.json"], _flow,
               others={"run/run.json": run_files["run.json"]}, names=("/run",)),
        Reader("restarts.json", "run/restarts.json", _restarts(), _read_restarts),
        Reader("run.json", "run/run.json", run_files["run.json"], _record,
               others={"run/flow.json": run_files["flow.json"]}),
        *[
            Reader(
                f"--diff {name}", name, text, _difference, 0.1,
                {key: other for key, other in directory.items() if key != name},
                (*directory, "POTCAR"),
            )
            for name, text in directory.items()
        ],
        *[
            Reader(f"compressed {name}", f"{name}{ending}", pack(text), read, 0.3, others, names)
            for name, ending, pack, text, read, others, names in (
                ("POSCAR", ".gz", gzip.compress, poscar, read_structure, {}, ()),
                ("CIF", ".cif.bz2", bz2.compress, cif, read_structure, {}, ()),
                ("x.extxyz", ".xz", lzma.compress, _extxyz(), _frames, {}, ()),
                ("entries.json", ".gz", gzip.compress, _entries(), read_entries, {}, ()),
                ("x/vasprun.xml", ".gz", gzip.compress, relaxed, _ingest, {}, ()),
                ("x/DOSCAR", ".bz2", bz2.compress, dos["DOSCAR"], _ingest, dos_others, ("/x",)),
                ("x/OUTCAR", ".xz", lzma.compress, relaxation.outcar().encode(), _ingest,
                 {"x/vasprun.xml": relaxed}, ("/x",)),
            )
        ],
        *_rows_of_stores(),
    ]  # fmt: skip


DISORDERED = b"""data_x
_symmetry_space_group_name_H-M 'R -3 m :H'
_cell_length_a 2.82
_cell_length_b 2.82
_cell_length_c 14.3
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 Li+ 0 0 0.5 0.5
Ni1 Ni2+ 0 0 0 0.5
Mn1 Mn4+ 0 0 0 0.5
O1 O2- 0 0 0.2605 1
"""

SETTINGS = b"""store: a.db
runs_dir: ~/runs
engine: chgnet
vasp_cmd: mpirun vasp
workers: 2
trusted_classes: [mypkg.jobs:Maker]
engines: {mine: {calculator: "ase.calculators.emt:EMT", arguments: {x: 1.5}}}
"""

STAGES = (
    b"[{name: melt, ensemble: nvt, temperature: 3000, duration: 5.0, time_step: 2},"
    b" {name: hold, ensemble: npt, temperature: 300, duration: 1, time_step: 1, pressure: 0.1}]"
)


ROWS = {"calculation": 1.0, "pdos": 0.3, "phonons": 0.3, "lithiation": 0.1, "neb": 0.1}
"""Kinds of stored results, with their shares."""


def _static() -> Run:
    site = np.array([[bump(0.0)] * 9])
    densities = Densities(np.array([bump(0.0)]), [site] * len(CRYSTAL))
    return Run([CRYSTAL], [-30.0], {"ENCUT": 520}, densities=densities)


def _relaxation(**more: int) -> Run:
    tags = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02, "ISPIN": 2} | more
    forces = [np.full((len(CRYSTAL), 3), 0.005)] * 2
    return Run([CRYSTAL] * 2, [-30.0, -31.0], tags, forces, moments=[0.5] * len(CRYSTAL))


def _dynamics() -> Run:
    tags = {"NSW": 3, "IBRION": 0, "POTIM": 1.0, "SMASS": 0.0, "MDALGO": 2, "TEBEG": 300.0}
    return Run([CRYSTAL] * 3, [-30.0, -30.1, -30.2], tags, kinetic=[0.1, 0.2, 0.3])


def _rows(scale: float = 1.0) -> str:
    positions = CRYSTAL.frac_coords if scale == 1 else CRYSTAL.cart_coords
    return "\n".join(" ".join(f"{x:.6f}" for x in row) for row in positions)


def _xdatcar() -> bytes:
    head = "t\n1.0\n5 0 0\n0 6 0\n0 0 7\nLi P N O\n2 1 1 2\n"
    frames = "".join(f"Direct configuration= {n:5d}\n{_rows()}\n" for n in (1, 2))
    return (head + frames).encode()


def _extxyz() -> bytes:
    comment = (
        'Lattice="5 0 0 0 6 0 0 0 7" Properties=species:S:1:pos:R:3 pbc="T T T" time=0.1 energy=-3'
    )
    rows = "\n".join(
        f"{site.specie} {' '.join(f'{x:.6f}' for x in site.coords)}" for site in CRYSTAL
    )
    return f"6\n{comment}\n{rows}\n6\n{comment}\n{rows}\n".encode()


def _lammps() -> bytes:
    rows = "\n".join(
        f"{n} {site.specie} {' '.join(f'{x:.6f}' for x in site.coords)}"
        for n, site in enumerate(CRYSTAL, start=1)
    )
    frame = (
        "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n6\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 6\n0 7\n"
        f"ITEM: ATOMS id element x y z\n{rows}\n"
    )
    return (frame * 2).encode()


def _entries() -> bytes:
    energies = {"Li": -1.9, "O2": -9.0, "Li2O": -14.3, "N2": -16.6, "Li3N": -15.8}
    items = [ComputedEntry(formula, energy).as_dict() for formula, energy in energies.items()]
    return json.dumps(items, indent=1).encode()


def _entry_set() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "set.json")
        path.write_bytes(_entries())
        return read_entries(path).model_dump_json(indent=1).encode()


def _pdf() -> bytes:
    r = np.linspace(1, 10, 30)
    rows = "\n".join(f"{x:.3f} {np.sin(x):.4f}" for x in r)
    return f"qmax = 20.0\nqmin = 0.5\n#### start data\n{rows}\n".encode()


def _run_directory() -> dict[str, bytes]:
    flow = Flow([Job(sum, function_args=([1, 2],), name="sum")], name="sums")
    with tempfile.TemporaryDirectory() as folder:
        config = {"command": ["liponflow", "run"], "store": "a.db", "result": "u"}
        journal = Journal.create(Path(folder), json.loads(dumps(flow_document(flow))), config)
        return {
            name: json.dumps(json.loads((journal.path / name).read_bytes()), indent=1).encode()
            for name in ("flow.json", "run.json")
        }


def _rows_of_stores() -> Iterator[Reader]:
    """Yield a reader of a row for each of several kinds, as an old version stored them."""
    golden = Path(__file__).parents[1] / "data" / "golden" / "0.1.0.db"
    with sqlite3.connect(f"{golden.as_uri()}?mode=ro", uri=True) as database:
        stored = [json.loads(text) for (text,) in database.execute("SELECT doc FROM docs")]
    database.close()
    for document in stored:
        kind = document["output"]["kind"]
        if kind not in ROWS:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "results.db")
            store = open_store(path)
            store.update([document])
            store.close()
            with sqlite3.connect(path) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.close()
            content = path.read_bytes()
        yield Reader(
            f"stored {kind}", "row.json", json.dumps(document, indent=1).encode(), _row,
            ROWS[kind], {"results.db": content}, (document["uuid"], "results.db", "result "),
        )  # fmt: skip


def _restarts() -> bytes:
    part = Part(directory="relax.attempt1", steps=4, reason="it was killed")
    return Record(job="0" * 64, earlier=[part]).model_dump_json(indent=1).encode()


def _read_restarts(path: Path) -> object:
    return read_record(path.parent)
