"""Files of parameters: what is wrong is named with file and line."""

from pathlib import Path

import pytest

from liponflow.inputs.config import Config, read_config
from liponflow.inputs.phonons import PhononParameters
from liponflow.inputs.presets import ParameterError, load_parameters

FILE = """\
# A comment
campaign: phonons
preset: paper

distance: 0.03   # half
supercell: 2,2,2
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "run.yaml"
    path.write_text(text)
    return read_config(path, "phonons", PhononParameters)


def test_values_preset_and_lines_are_read(tmp_path: Path) -> None:
    config = read(tmp_path, FILE)
    assert config.preset == "paper"
    assert config.values == {"distance": 0.03, "supercell": "2,2,2"}
    assert config.place("supercell") == f"{tmp_path / 'run.yaml'}, line 6"


def test_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n").values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FILE.replace("distance", "distanc"),
            r"line 5: unknown parameter 'distanc'; did you mean",
        ),
        (FILE + "distance: 0.02\n", r"line 7: 'distance' stands in line 5, too"),
        (
            FILE.replace("phonons", "glass"),
            r"line 2: it is for the campaign glass, not for phonons",
        ),
        (FILE.replace("paper", "[paper]"), r"line 3: preset is not a name"),
        ("- 1\n- 2\n", r"holds no `parameter: value` lines"),
        ("distance: [0.1\n", r"not valid YAML: .* \(line 2\)"),
        ("distance: !!python/name:os.system\n", r"not valid YAML"),
        ("? [1]\n: 2\n", r"not valid YAML"),
        ("1: 2\n", r"line 1: unknown parameter '1'"),
    ],
)
def test_wrong_files_are_refused_with_file_and_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ParameterError, match=rf"run\.yaml.*{message}"):
        read(tmp_path, text)


def test_missing_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"run\.yaml.*liponflow presets write phonons"):
        read_config(tmp_path / "run.yaml", "phonons", PhononParameters)


def test_wrong_value_is_named_with_file_and_line(tmp_path: Path) -> None:
    config = read(tmp_path, FILE.replace("0.03", "far"))
    with (
        pytest.raises(ParameterError, match=r"run\.yaml, line 5: parameter distance='far'.*0\.03"),
        config.named([]),
    ):
        load_parameters(PhononParameters, "phonons", "quick", config.values)


def test_wrong_value_of_an_option_is_not_that_of_the_file(tmp_path: Path) -> None:
    config = read(tmp_path, FILE)
    overrides = {**config.values, "distance": "far"}
    with (
        pytest.raises(ParameterError, match=r"^parameter distance='far'"),
        config.named(["distance"]),
    ):
        load_parameters(PhononParameters, "phonons", "quick", overrides)
