"""Another number of ionic steps for the jobs of a run that continues.

It is the only parameter that may change: the calculations that are kept converged within their
steps, and more would not change them. With another value of any other they would be wrong.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any

from jobflow import Job, Maker
from pydantic import TypeAdapter, ValidationError

from liponflow import safejson
from liponflow.analysis.provenance import changed_fingerprint
from liponflow.engines.step_limit import with_max_steps
from liponflow.inputs.parameter import IonicSteps
from liponflow.inputs.presets import ParameterError
from liponflow.runners.documents import dumps, loads

PARAMETER = "max_steps"
"""Name of the parameter in every campaign."""

_FINGERPRINTS = ("input_fingerprint", "fingerprint", "phase_fingerprint")
"""Arguments of jobs, and entries in them, that stand for all parameters."""


def new_limit(overrides: Mapping[str, Any]) -> int | None:
    """Return the number of steps that a run continues with; None for that of the run.

    Parameters
    ----------
    overrides
        Parameters of the user.

    Raises
    ------
    ParameterError
        If another parameter is among them, or the number is out of range.
    """
    for name in overrides:
        if name != PARAMETER:
            raise ParameterError(
                f"--continue cannot change {name}: the calculations that it keeps were made with "
                f"the {name} of the run. It takes {PARAMETER} alone; start a new run for {name}",
                name,
            )
    if PARAMETER not in overrides:
        return None
    try:
        return TypeAdapter(IonicSteps).validate_python(overrides[PARAMETER], strict=True)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ParameterError(
            f"parameter {PARAMETER}={overrides[PARAMETER]!r}: {reason}", PARAMETER
        ) from None


@dataclass(frozen=True)
class StepLimit:
    """Another number of steps, for the documents of jobs.

    Attributes
    ----------
    max_steps
        The number.
    trusted
        What the jobs may name; see :func:`liponflow.safejson.decode`.
    """

    max_steps: int
    trusted: tuple[str, ...]

    def flow(self, document: Any, jobs: Collection[tuple[str, int]]) -> Any:
        """Return the document of a flow or response, with other steps in some of its jobs.

        Parameters
        ----------
        document
            The document.
        jobs
            Uuid and index of these jobs.
        """
        if isinstance(document, list):
            return [self.flow(item, jobs) for item in document]
        if not isinstance(document, dict):
            return document
        if document.get("@class") == Job.__name__:
            here = (document["uuid"], document["index"]) in jobs
            return self._job_document(document) if here else document
        return {key: self.flow(value, jobs) for key, value in document.items()}

    def job(self, job: Job) -> Job:
        """Return a job with other steps."""
        document = self._job_document(loads(dumps(job.as_dict())))
        changed: Job = safejson.decode(document, self.trusted)
        return changed

    def _job_document(self, document: dict[str, Any]) -> dict[str, Any]:
        found = dict(safejson.checked(document, self.trusted))
        for name in ("function", "function_args", "function_kwargs"):
            found[name] = self._limited(found[name])
        found["function_kwargs"] = {
            name: self._stated(name, value) for name, value in found["function_kwargs"].items()
        }
        return found

    def _limited(self, document: Any) -> Any:
        """Return an argument with other steps in its Makers and parameters."""
        if isinstance(document, list):
            return [self._limited(item) for item in document]
        if not isinstance(document, dict) or "provenance" in document:  # a result stays as it is
            return document
        found = {
            key: self.max_steps
            if key == PARAMETER and isinstance(value, int)
            else self._limited(value)
            for key, value in document.items()
        }
        if not _is_maker(found):
            return found
        maker: Maker = safejson.decode(found, self.trusted)
        changed = with_max_steps(maker, self.max_steps)
        return found if changed is None else loads(dumps(changed.as_dict()))

    def _stated(self, name: str, value: Any) -> Any:
        """Return an argument whose fingerprints name the other number of steps."""
        if name in _FINGERPRINTS and isinstance(value, str):
            return changed_fingerprint(value, {PARAMETER: self.max_steps})
        if name == "fingerprints":
            return {key: self._stated(_FINGERPRINTS[0], one) for key, one in value.items()}
        if isinstance(value, dict) and "@class" not in value:
            return {key: self._stated(key, item) for key, item in value.items()}
        return value


def _is_maker(document: Mapping[str, Any]) -> bool:
    module, name = document.get("@module"), document.get("@class")
    if not isinstance(module, str) or not isinstance(name, str):
        return False
    found = attrgetter(name)(import_module(module))
    return isinstance(found, type) and issubclass(found, Maker)
