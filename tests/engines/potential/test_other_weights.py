"""Weights of the user in a known potential, and files that are none."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.energy_scale import UNCORRECTED
from liponflow.boundary import FileError
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.engines.potential.atomate2 import Atomate2Engine
from liponflow.engines.potential.checkpoints import load
from liponflow.engines.registry import check_installed, get_engine
from liponflow.engines.sevennet.calculator import FastSevenNet
from liponflow.settings import CONFIG_FILE_VARIABLE, load_settings

Configure = Callable[..., Engine]


def wheel_file(package: str, pattern: str) -> Path:
    """Return a file of weights in a wheel."""
    module: Any = pytest.importorskip(package)
    [file] = Path(module.__file__).parent.glob(pattern)
    return file


SEVENNET = ("sevenn", "pretrained_potentials/SevenNet_0__22May2024/checkpoint_sevennet_0.pth")
CURRENT = ("sevenn", "pretrained_potentials/SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth")
CHANNELS = ("sevenn", "pretrained_potentials/SevenNet_MF_0/checkpoint_sevennet_mf_0.pth")
CHGNET = ("chgnet", "pretrained/0.3.0/*.pth.tar")


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    def engine(calculator: str, arguments: str, further: str = "") -> Engine:
        settings = tmp_path / "settings.yaml"
        entry = f"calculator: '{calculator}', arguments: {{{arguments}}}{further}"
        settings.write_text(f"engines:\n  mine: {{{entry}}}")
        monkeypatch.setenv(CONFIG_FILE_VARIABLE, str(settings))
        monkeypatch.chdir(tmp_path)
        check_installed("mine", load_settings())
        return get_engine("mine", EngineOptions(0.05, 100))

    return engine


def lithium(symbol: str = "Li") -> Structure:
    return Structure(Lattice.cubic(3.43), [symbol, symbol], [[0, 0, 0], [0.5, 0.5, 0.5]])


def energy(calculator: Any) -> float:
    atoms = lithium().to_ase_atoms(msonable=False)
    atoms.calc = calculator
    return float(atoms.get_potential_energy())


def test_checkpoint_of_sevennet_is_an_engine(configure: Configure, tmp_path: Path) -> None:
    file = shutil.copy(wheel_file(*SEVENNET), tmp_path / "my weights.pth")
    further = f", functional: PBE/PBE+U, energy_scale: {UNCORRECTED}"
    engine: Any = configure("sevennet-0", "model: my weights.pth", further)
    engine.check(lithium())
    with pytest.raises(EngineError, match=r"cannot compute Po2: these weights.*for Po$"):
        engine.check(lithium("Po"))
    info = engine.describe()
    digest = sha256(file.read_bytes()).hexdigest()
    assert (info.weights, info.weights_hash) == (f"my weights.pth {digest[:8]}", digest)
    assert (info.functional, info.energy_scale) == ("PBE/PBE+U", UNCORRECTED)
    assert info.label == f"mine my weights.pth {digest[:8]} (machine-learned potential, not DFT)"
    assert energy(engine.calculator().make()) == energy(FastSevenNet(str(file)))
    assert energy(FastSevenNet(str(file))) != energy(FastSevenNet())


def test_changed_checkpoint_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "weights.pth.tar"
    shutil.copy(wheel_file(*CHGNET), file)
    before = energy(FastCHGNet(str(file)))
    shutil.copy(wheel_file("chgnet", "pretrained/r2scan/*.pth.tar"), file)
    assert energy(FastCHGNet(str(file))) != before == energy(FastCHGNet())


def test_file_of_chgnet_is_an_engine_with_moments(configure: Configure) -> None:
    engine: Any = configure("chgnet", f"weights: {wheel_file(*CHGNET)}")
    assert engine.describe().functional is None
    made = engine.calculator().make()
    assert energy(made) == energy(FastCHGNet())
    assert "magmoms" in made.results
    assert engine.computes_moments
    without = f"weights: {wheel_file(*CHGNET)}, magmoms: false"
    assert not configure("chgnet", without).computes_moments


@pytest.mark.parametrize(
    ("name", "arguments", "file"),
    [
        ("sevennet-0", "model: 7net-0", wheel_file(*CURRENT)),
        ("chgnet", "weights: 0.3.0", wheel_file(*CHGNET)),
    ],
)
def test_weights_of_a_wheel_have_a_name_and_a_hash(
    configure: Configure, name: str, arguments: str, file: Path
) -> None:
    info = configure(name, arguments).describe()
    assert info.weights == arguments.partition(": ")[2]
    assert info.weights_hash == sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("sevennet-0", "model: no.pth", "no.pth is neither a file nor the name of weights"),
        ("sevennet-0", "model: 7net-l3i6", "did you mean '7net-l3i5'"),
        ("sevennet-0", "model: folder", "folder is neither a file"),
        ("sevennet-0", "model: text.pth", "text.pth: cannot be read as a checkpoint of SevenNet"),
        ("sevennet-0", "model: cut.pth", "cut.pth: cannot be read as a checkpoint of SevenNet"),
        ("sevennet-0", "model: chgnet.tar", "not a checkpoint of SevenNet: it has no config"),
        ("sevennet-0", "model: mf.pth", "are PBE, R2SCAN: choose one by modal="),
        ("sevennet-0", "model: mf.pth, modal: PBEsol", "modal=PBEsol.*did you mean 'PBE'"),
        ("sevennet-0", "modal: PBE", "give the argument model=FILE"),
        ("sevennet-0", "model: mf.pth, modul: PBE", "unexpected keyword argument 'modul'"),
        ("chgnet", "weights: mf.pth", "not a file of CHGNet's trainer: it has no model"),
        ("chgnet", "weights: 0.4.0", "0.4.0 is neither a file.*known: 0.2.0, 0.3.0, r2scan"),
        ("sevennet-1", "model: mf.pth", "'sevennet-1' is neither.*did you mean 'sevennet-0'"),
        ("vasp", "model: mf.pth", "vasp is not a potential"),
    ],
)
def test_files_that_are_no_weights_are_refused_in_one_line(
    configure: Configure, tmp_path: Path, name: str, arguments: str, complaint: str
) -> None:
    (tmp_path / "chgnet.tar").symlink_to(wheel_file(*CHGNET))
    channels = wheel_file(*CHANNELS)  # a single path, so that the model is built once
    arguments = arguments.replace("mf.pth", str(channels))
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.pth").write_text("weights\n")
    (tmp_path / "cut.pth").write_bytes(channels.read_bytes()[:100_000])
    with pytest.raises(EngineError, match=complaint) as caught:
        configure(name, arguments).check(lithium())
    assert "mine" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_checkpoint_that_names_code_is_not_run(tmp_path: Path) -> None:
    import torch

    file = tmp_path / "code.pth"
    torch.save({"config": {}, "model_state_dict": tmp_path}, file)
    with pytest.raises(FileError, match=r"names code \(pathlib.PosixPath\)"):
        load(file, ["config"], what="a checkpoint of SevenNet")


def test_weights_of_atomate2_have_no_functional_once_they_are_the_users() -> None:
    default = Atomate2Engine("SevenNet", EngineOptions(0.05, 100)).describe()
    assert default.functional == "PBE/PBE+U (MPtrj)"
    own = Atomate2Engine("SevenNet", EngineOptions(0.05, 100, arguments={"model": "x"}))
    assert own.describe().functional is None
