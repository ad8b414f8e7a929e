import numpy as np
import pytest
import torch
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from pymatgen.io.ase import AseAtomsAdaptor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from liponflow.analysis.result import EngineInfo
from liponflow.engines import device
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.potential.evaluation import evaluate_at_once, evaluate_with
from liponflow.engines.potential.graph import Evaluation, GraphCalculator
from liponflow.engines.potential.vibrations import vibrations
from liponflow.engines.registry import check_installed, get_engine
from liponflow.engines.sevennet.calculator import FastSevenNet
from liponflow.settings import Settings

CUDA = torch.cuda.is_available()
POTENTIALS = {
    "chgnet": (FastCHGNet, {}),
    "sevennet-0": (FastSevenNet, {"model": "7net-0"}),
    "sevennet-mf-pbe": (FastSevenNet, {"model": "7net-mf-0", "modal": "PBE"}),
}


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(device, "cuda_is_there", lambda: False)


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.setattr(device, "cuda_is_there", lambda: True)


def oxide() -> Atoms:
    made = bulk("LiO", "rocksalt", a=4.2, cubic=True)
    made.rattle(0.08, seed=3)
    return made


@pytest.mark.parametrize(
    ("argument", "setting", "expected"),
    [
        (None, "auto", "cuda"),
        (None, "cpu", "cpu"),
        ("auto", "cpu", "cuda"),
        ("cpu", "cuda", "cpu"),
        ("cuda", "cpu", "cuda"),
    ],
)
@pytest.mark.usefixtures("gpu")
def test_an_argument_of_the_engine_replaces_the_setting(monkeypatch, argument, setting, expected):
    monkeypatch.setenv("LIPONFLOW_DEVICE", setting)

    assert device.resolve(argument) == expected


@pytest.mark.usefixtures("no_gpu")
def test_auto_is_the_processor_without_a_gpu():
    assert device.resolve() == "cpu"


@pytest.mark.parametrize("name", ["chgnet", "ase.calculators.emt:EMT"])
@pytest.mark.usefixtures("no_gpu")
def test_cuda_without_a_gpu_is_refused_before_a_run_but_not_when_it_is_planned(name):
    """A campaign is submitted from a machine that needs no GPU."""
    given = {"device": "cuda"}
    if name == "chgnet":
        get_engine(name, EngineOptions(force_limit=0.1, max_steps=5, arguments=given))
    with pytest.raises(EngineError, match="torch sees no GPU on this machine; set device to") as e:
        check_installed(name, device.requested(Settings(), given))
    assert "\n" not in str(e.value)
    check_installed(name, device.requested(Settings(), {"device": "cuda:1"}))


@pytest.mark.parametrize("name", ["chgnet", "sevennet-0", "ase.calculators.emt:EMT"])
@pytest.mark.usefixtures("no_gpu")
def test_the_setting_cuda_without_a_gpu_is_refused_before_a_run(name):
    with pytest.raises(EngineError, match=f"^{name} cannot run here: device = cuda, but torch"):
        check_installed(name, Settings(device="cuda"))


def test_an_unknown_device_is_refused():
    options = EngineOptions(force_limit=0.1, max_steps=5, arguments={"device": "gpu"})

    with pytest.raises(EngineError, match="'gpu' is unknown; give auto, cpu or cuda"):
        get_engine("sevennet-0", options)


def test_the_device_does_not_enter_what_identifies_an_engine():
    known = EngineInfo(name="chgnet", version="1", surrogate=True)
    here = known.model_copy(update={"device": "cuda (NVIDIA H200)"})

    assert here.identity == known.identity


def test_a_given_device_reaches_the_calculator_and_the_record():
    options = EngineOptions(force_limit=0.1, max_steps=5, arguments={"device": "cpu"})
    engine = get_engine("chgnet", options)

    made = engine.dynamics_calculator()

    assert made.arguments["device"] == "cpu"
    assert made.make().device == "cpu"
    assert made.on_device(engine.describe()).device == "cpu"
    assert engine.describe() == get_engine("chgnet", EngineOptions(0.1, 5)).describe()


class Placed(EMT):
    def __init__(self, use_device=None):
        super().__init__()
        self.place = use_device


@pytest.mark.usefixtures("no_gpu")
def test_other_calculators_get_the_device_if_they_take_one():
    assert CalculatorSpec(Placed).make().place == "cpu"
    assert CalculatorSpec(Placed, {"use_device": "cuda:1"}).make().place == "cuda:1"
    info = EngineInfo(name="emt", version="1", surrogate=True)
    assert CalculatorSpec(EMT).on_device(info).device is None


class OneDevice(TorchDispatchMode):
    """Refuse every operation on tensors of two devices, except copies and single numbers."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        tensors = [part for part in tree_leaves((args, kwargs)) if isinstance(part, torch.Tensor)]
        devices = {tensor.device.type for tensor in tensors if tensor.dim()}
        if len(devices) > 1 and function.overloadpacket is not torch.ops.aten.copy_:
            raise RuntimeError(f"{function} on {devices}")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", POTENTIALS)
def test_every_tensor_is_on_the_device_of_the_model(name, monkeypatch):
    # The device "meta" has shapes but no data, and every machine has it.
    factory, arguments = POTENTIALS[name]
    atoms = oxide()
    calculator = factory(**arguments, device="meta")
    pairs = calculator._lists[0].pairs(atoms.positions, atoms.cell.array)
    returned = []

    def bring_back(tensor):
        returned.append(tensor.device.type)
        return torch.zeros(tensor.shape, device="cpu")

    monkeypatch.setattr(torch.Tensor, "cpu", bring_back)
    monkeypatch.setattr(torch.Tensor, "__float__", lambda tensor: bring_back(tensor).item())

    with OneDevice():
        calculator.evaluate(pairs, atoms.numbers)

    assert returned == ["meta", "meta"], "energy and slopes"


@pytest.mark.parametrize("name", POTENTIALS)
def test_images_at_once_have_the_results_of_each(name):
    factory, arguments = POTENTIALS[name]
    images = [oxide(), oxide(), bulk("Li", "bcc", a=3.4, cubic=True)]
    images[1].rattle(0.1, seed=5)
    images[1].set_cell(images[1].cell * 1.02, scale_atoms=True)
    calculator = factory(**arguments)

    at_once = evaluate_at_once(calculator)(images)
    again = calculator.compute(images)

    for image, whole, results in zip(images, at_once, again, strict=True):
        image.calc = factory(**arguments)
        assert whole.energy == pytest.approx(image.get_potential_energy(), abs=1e-5)
        assert np.abs(whole.forces - image.get_forces()).max() < 1e-5
        assert np.abs(results["stress"] - image.get_stress()).max() < 1e-6


def test_a_band_is_computed_at_once_on_a_gpu_alone():
    calculator = FastCHGNet()
    seen = []
    calculator.compute = lambda images: (
        seen.append(len(images)) or GraphCalculator.compute(calculator, images)
    )
    images = [oxide(), oxide()]

    evaluate_with(calculator)(images)
    calculator.device = "cuda:0"
    calculator.evaluate = lambda pairs, numbers: Evaluation(
        np.zeros(len(numbers)), np.zeros((len(pairs.first), 3))
    )
    evaluate_with(calculator)(images)

    assert seen[-1] == len(images)
    assert set(seen[:-1]) == {1}


def test_displacements_are_computed_in_few_evaluations_on_a_gpu(monkeypatch):
    structure = AseAtomsAdaptor.get_structure(oxide())
    calculator = FastCHGNet()
    alone = vibrations(structure, calculator)
    seen = []
    compute = calculator.compute
    monkeypatch.setattr(calculator, "compute", lambda one: seen.append(len(one)) or compute(one))
    monkeypatch.setattr(calculator, "device", "cuda:0")
    monkeypatch.setattr(calculator, "evaluate", FastCHGNet().evaluate)  # there is no GPU
    monkeypatch.setattr("liponflow.engines.potential.vibrations.ATOMS_AT_ONCE", 160)

    together = vibrations(structure, calculator)

    assert seen == [20, 20, 9], "at rest and 48 displacements, of 8 atoms each"
    assert together.frequencies == pytest.approx(alone.frequencies, abs=1e-3)


@pytest.mark.skipif(not CUDA, reason="torch sees no GPU on this machine")
@pytest.mark.parametrize("name", POTENTIALS)
def test_a_gpu_gives_the_numbers_of_the_processor(name):
    factory, arguments = POTENTIALS[name]
    found = []
    for place in ("cpu", "cuda"):
        atoms = oxide()
        atoms.calc = factory(**arguments, device=place)
        found.append((atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()))
    for one, other, tolerance in zip(*found, (1e-4, 1e-4, 1e-5), strict=True):
        assert np.abs(one - other).max() < tolerance
