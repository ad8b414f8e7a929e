import numpy as np

from liponflow.analysis.glass.elastic import ModelElasticity, elastic_moduli, six_deformations
from liponflow.analysis.glass.result import with_elastic_definition


def test_moduli_of_version_1_are_read_as_stress_strain_coefficients() -> None:
    gradients = [np.array(item) for item in six_deformations(0.01)]
    stresses = [50 * (gradient - np.eye(3)) for gradient in gradients]
    model = elastic_moduli(gradients, stresses, np.zeros((3, 3)), seed=3).model_dump()
    older = {name: model[name] for name in model if name not in {"definition", "stress_strain"}}
    document = {"schema_version": 1, "elastic": {"models": [older], "means": [], "note": ""}}
    migrated = with_elastic_definition(document)
    [found] = [ModelElasticity.model_validate(item) for item in migrated["elastic"]["models"]]
    assert found.definition == "stress-strain coefficients"
    assert found.stress_strain is None
    assert found.stiffness == model["stiffness"]
    assert "definition" not in older  # the document itself is unchanged


def test_result_without_moduli_is_not_changed() -> None:
    for document in ({"elastic": None, "n_models": 1}, {"n_models": 1}):
        assert with_elastic_definition(document) == document
