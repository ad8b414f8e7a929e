"""Find the files of VASP runs, and identify runs by their contents."""

import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from liponflow.boundary import FileError, file_boundary
from liponflow.decompression import COMPRESSED, open_bytes
from liponflow.freeformat.incar import read_incar

INPUTS = ("INCAR", "POSCAR", "KPOINTS", "POTCAR", "POTCAR.spec")
_OUTCAR = re.compile(r"OUTCAR.*", re.IGNORECASE)
_PACKED = re.compile(
    r"(?:error\.\d+|.*(?:outcar|vasprun).*)\.(?:tar(?:\.\w+)?|tgz|zip)", re.IGNORECASE
)
"""Archives of outputs, such as custodian's error.1.tar.gz."""
OUTPUTS = ("OUTCAR", "CONTCAR", "OSZICAR", "DOSCAR")
_VASPRUN = re.compile(r"vasprun.*\.xml.*", re.IGNORECASE)
_IMAGE = re.compile(r"\d\d")
_RELAXATION, _STATIC, _FIRST = ".relax", ".static", ".precondition"
_ENDING = re.compile(r"\.(?:precondition|standard|relax\d+|static\d*)$")
"""Suffixes that custodian gives to the calculations that follow each other in one directory."""
_IMAGES = re.compile(
    rb'(?:^\s*IMAGES\s*=|name="IMAGES">)\s*[1-9]|^ each image running on', re.MULTILINE
)
"""IMAGES in a vasprun.xml or OUTCAR. The OUTCAR of VASP 5.4.4 does not repeat the INCAR, but tells
how many cores each image has, as that of VASP 6."""
_CHUNK = 1 << 20
_PERMISSION = "give yourself permission to read it, or leave it out"


class IngestError(FileError):
    """A run that cannot be read, with the file, the reason and the remedy."""

    page = "docs/vasp.md"


@dataclass(frozen=True)
class RunFiles:
    """Files of one run."""

    directory: Path
    vasprun: Path | None
    others: Sequence[Path]
    """Inputs and other outputs of the same run."""
    passed_over: Sequence[Path] = ()
    """Other outputs in the directory: earlier parts, copies, renamed and packed ones."""

    @property
    def place(self) -> Path:
        """Path that names the run: its vasprun.xml, or its directory."""
        return self.vasprun or self.directory

    def find(self, name: str) -> Path | None:
        """Return the file with a name of VASP's, compressed or not; None if there is none."""
        return next((path for path in self.others if _plain(path) == name), None)

    def fingerprint(self) -> str:
        """Return the SHA-256 of the contents of all files, unchanged by moving or compressing.

        Raises
        ------
        IngestError
            If a file cannot be read.
        """
        digest = hashlib.sha256()
        files = [*self.others, self.vasprun] if self.vasprun else self.others
        for path in sorted(files, key=_plain):
            digest.update(_plain(path).encode())
            digest.update(_digest(path))
        return digest.hexdigest()


@dataclass(frozen=True)
class Band:
    """A folder with the inputs of a nudged elastic band and one run per image."""

    directory: Path
    images: Sequence[RunFiles]
    """Images from 00 on; those of the end points may have only a structure."""
    inputs: RunFiles | None = None
    """Inputs beside the folders, and the vasprun.xml that VASP 5.4.4 writes there."""

    @property
    def place(self) -> Path:
        """Path that names the band."""
        return self.directory


def find_runs(
    paths: Iterable[Path], unreadable: list[str] | None = None
) -> Iterator[RunFiles | Band]:
    """Find the runs in directories.

    Parameters
    ----------
    paths
        Directories, searched to any depth, or single vasprun.xml files.
    unreadable
        List to which a message is added for each directory that cannot be read.

    Yields
    ------
    RunFiles or Band
        In the order of the names, each once. A run that has not begun, with inputs only, is
        included.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or directory")
        top, messages = path.resolve(), [] if unreadable is None else unreadable
        found = _walk(top, messages) if path.is_dir() else iter([_single(top)])
        for run in found:
            if run.place not in seen:
                seen.add(run.place)
                yield run


def _walk(top: Path, unreadable: list[str]) -> Iterator[RunFiles | Band]:
    def refuse(error: OSError) -> None:
        unreadable.append(f"{error.filename}: cannot be read ({error.strerror}): {_PERMISSION}")

    for folder, subfolders, _ in os.walk(top, onerror=refuse):
        directory = Path(folder)
        subfolders.sort()
        found: Sequence[RunFiles | Band] = []
        images = [name for name in subfolders if _IMAGE.fullmatch(name)]
        try:
            with file_boundary(directory, IngestError, what="a folder", remedy=_PERMISSION):
                if images and _is_band(directory, images):
                    found = [_band(directory, images)]
                    subfolders[:] = [name for name in subfolders if name not in images]
                else:
                    found = _runs_in(directory)
        except FileError as error:
            unreadable.append(str(error))
        yield from found


def _band(directory: Path, images: Sequence[str]) -> Band:
    beside = _runs_in(directory)
    return Band(
        directory,
        [_image(directory / name) for name in images],
        beside[-1] if beside else None,
    )


def _is_band(directory: Path, images: Sequence[str]) -> bool:
    """Return whether numbered folders are images; segments may be numbered, too."""
    runs = _runs_in(directory)
    for image in images:
        runs += _runs_in(directory / image)
    return any(_asks_for_images(run) for run in runs)


def _asks_for_images(run: RunFiles) -> bool:
    incar = run.find("INCAR")
    if incar is not None:
        with suppress(OSError, EOFError, ValueError):  # named when the run is read
            images = read_incar(incar).tags.get("IMAGES")
            return isinstance(images, int | float) and images > 0
    # VASP 5.4.4 writes IMAGES = 0 to the vasprun.xml of a band.
    for path in filter(None, (run.vasprun, run.find("OUTCAR"))):
        with suppress(OSError, EOFError, FileError), open_bytes(path) as file:
            if _IMAGES.search(file.read(_CHUNK)):
                return True
    return False


def _image(directory: Path) -> RunFiles:
    runs = _runs_in(directory)
    return runs[-1] if runs else RunFiles(directory, None, [])


def _runs_in(directory: Path) -> list[RunFiles]:
    """List the runs in one directory, the one that relaxes last.

    Of the parts of a relaxation (relax1, relax2, ...) the last counts. A static calculation beside
    them is a run of its own. Files that are renamed otherwise are runs if no others are there.
    """
    paths = sorted(path for path in directory.iterdir() if path.is_file())
    vaspruns = [path for path in paths if _VASPRUN.fullmatch(path.name)]
    vaspruns = [path for path in vaspruns if not _PACKED.fullmatch(path.name)]
    parts: dict[str, Path] = {}
    if not vaspruns:  # then the OUTCARs are what was kept
        for path in paths:
            if _plain(path) == "OUTCAR":
                parts.setdefault(_ending(path), path)
    for path in vaspruns:
        if _ending(path) or _plain(path) == "vasprun.xml":
            parts.setdefault(_ending(path), path)  # rather than a compressed copy
    if vaspruns and not parts:
        return [RunFiles(directory, path, []) for path in vaspruns]
    static = [ending for ending in parts if _is_static(ending, parts)]
    relaxations = sorted(set(parts) - set(static), key=_order)
    endings = [*static, *relaxations[-1:]] or [""]
    chosen = [parts.get(ending) for ending in endings]
    runs = []
    for ending, part in zip(endings, chosen, strict=True):
        vasprun = part if part in vaspruns else None
        others = [
            path
            for path in paths
            if _plain(path) in (*INPUTS, *OUTPUTS) and _ending(path) == ending
        ]
        if vasprun or others:
            runs.append(RunFiles(directory, vasprun, others))
    known = {(_plain(path), _ending(path)) for run in runs for path in run.others}
    known |= {("OUTCAR", _ending(path)) for path in vaspruns}
    over = [path for path in vaspruns if path not in chosen]
    over += [
        path
        for path in paths
        if _PACKED.fullmatch(path.name)
        or (_OUTCAR.fullmatch(path.name) and (_plain(path), _ending(path)) not in known)
    ]
    if not runs and over:
        return [RunFiles(directory, None, [], over)]
    return [*runs[:-1], replace(runs[-1], passed_over=over)] if runs else []


def _is_static(ending: str, parts: Mapping[str, Path]) -> bool:
    """Return whether a part is a static calculation and not the last part of a relaxation."""
    if ending.startswith(_STATIC):
        return True
    relaxed = any(other.startswith(_RELAXATION) for other in parts)
    return not ending and relaxed and _at_rest(parts[ending])


def _at_rest(vasprun: Path) -> bool:
    with suppress(OSError, EOFError, FileError), open_bytes(vasprun) as file:
        steps = re.search(rb'(?:name="NSW">|NSW\s+=)\s*(-?\d+)', file.read(_CHUNK))
        return steps is None or int(steps[1]) <= 0
    return False  # named when the run is read


def _order(ending: str) -> float:
    """Return the place of a part among the parts of a relaxation: the plain name is the last."""
    number = re.search(r"\d+$", ending)
    if number:
        return float(number[0])
    return -math.inf if ending == _FIRST else math.inf


def is_packed(path: Path) -> bool:
    """Return whether a file is an archive of outputs.

    Examples
    --------
    >>> is_packed(Path("error.1.tar.gz")), is_packed(Path("vasprun.xml.gz"))
    (True, False)
    """
    return _PACKED.fullmatch(path.name) is not None


def _single(path: Path) -> RunFiles | Band:
    folders = sorted(item.name for item in path.parent.iterdir() if item.is_dir())
    images = [name for name in folders if _IMAGE.fullmatch(name)]
    if images and _is_band(path.parent, images):
        return _band(path.parent, images)
    for run in _runs_in(path.parent):
        if path in {run.vasprun, run.find("OUTCAR")}:
            return run
    if _OUTCAR.fullmatch(path.name):
        beside = path.parent.iterdir()
        same = [item for item in beside if item == path or _belongs(item, _ending(path))]
        return RunFiles(path.parent, None, sorted(same))
    return RunFiles(path.parent, path, [])


def _belongs(path: Path, ending: str) -> bool:
    """Return whether a file is an input or an output, but the OUTCAR, of the part of a run."""
    names = (*INPUTS, *OUTPUTS[1:])
    return path.is_file() and _plain(path) in names and _ending(path) == ending


def _uncompressed(path: Path) -> str:
    return path.stem if path.suffix in COMPRESSED else path.name


def _ending(path: Path) -> str:
    found = _ENDING.search(_uncompressed(path))
    return found[0] if found else ""


def _plain(path: Path) -> str:
    """Return VASP's name of a file."""
    return _ENDING.sub("", _uncompressed(path))


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with (
        file_boundary(path, IngestError, what="a file of VASP", remedy="copy it again"),
        open_bytes(path) as file,
    ):
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
