"""Arguments of the engines of one campaign."""

import pytest

from liponflow.engines.engine import EngineError
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.workflows.migration.flow import MigrationMaker

PARAMETERS = load_parameters(MigrationParameters, "migration", "quick", {"dopant": "N"})


def test_arguments_go_to_the_engine_that_they_name() -> None:
    given = {"device": "cpu", "chgnet.angles": 1, "gpaw.ecut": 300}
    maker = MigrationMaker(PARAMETERS, "chgnet", engine_arguments=given)
    assert maker.arguments_of("chgnet") == {"device": "cpu", "angles": 1}
    assert maker.arguments_of("gpaw") == {"ecut": 300}
    assert maker.arguments_of("vasp") == {}
    maker.check_arguments(["gpaw"])
    with pytest.raises(EngineError, match=r"gpaw\.ecut is an argument of no engine .*\(chgnet\)"):
        maker.check_arguments([])
