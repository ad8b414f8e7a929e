"""Conversion of jobs, flows and responses to JSON documents and back.

The text is JSON with MongoDB's extended notation for dates, object ids and bytes, the only values
other than plain JSON that jobflow leaves in a document.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from types import MethodType, ModuleType
from typing import Any

from bson import json_util
from jobflow import Flow, Job, Response
from monty.json import MontyEncoder, jsanitize

FLAGS = ("stop_children", "stop_jobflow")
CONTINUATIONS = ("replace", "detour", "addition")


def dumps(document: Any) -> str:
    """Return a document as one line of text, with objects in it converted to documents."""
    return json.dumps(document, default=_default)


def _default(value: Any) -> Any:
    try:
        return json_util.default(value)
    except TypeError:  # enumerations and models among a Maker's settings
        return MontyEncoder().default(value)


def loads(text: str | bytes) -> Any:
    """Return the document that :func:`dumps` wrote, without decoding the classes that it names.

    Examples
    --------
    >>> loads(dumps({"x": [1.5, None], "weights": b"ab"}))
    {'x': [1.5, None], 'weights': b'ab'}
    """
    return json.loads(text, object_hook=json_util.object_hook)


def flow_document(flow: Flow | Job) -> dict[str, Any]:
    """Return a flow as a document with its jobs, uuids and order.

    Parameters
    ----------
    flow
        Flow or job. jobflow cannot read back flows made by its ``@flow`` decorator; they are
        written as the equivalent plain flows.

    Returns
    -------
    dict
        Document that :func:`liponflow.safejson.decode` turns into the same flow.

    Raises
    ------
    AttributeError, TypeError
        If an argument of a job cannot be written as JSON.
    """
    if isinstance(flow, Job):
        return dict(flow.as_dict())
    attributes = ("name", "order", "uuid", "hosts", "metadata", "metadata_updates", "output")
    plain = {name: getattr(flow, name) for name in attributes}
    return {
        "@module": Flow.__module__,
        "@class": Flow.__name__,
        "jobs": [flow_document(member) for member in flow],
        **jsanitize(plain, strict=True, enum_values=True, allow_bson=True),
    }


def response_document(response: Response[Any]) -> dict[str, Any]:
    """Return the response of a job as a document, without its output."""
    document: dict[str, Any] = {flag: getattr(response, flag) for flag in FLAGS}
    document["stored_data"] = jsanitize(response.stored_data, allow_bson=True)
    for name in CONTINUATIONS:
        flow = getattr(response, name)
        document[name] = None if flow is None else flow_document(flow)
    return document


def read_response(document: dict[str, Any], decode: Callable[[Any], Any]) -> Response[Any]:
    """Return the response in a document of :func:`response_document`, without the stored data.

    Parameters
    ----------
    document
        The document.
    decode
        Function that decodes the flows in it.
    """
    flows: dict[str, Any] = {
        name: None if document[name] is None else decode(document[name]) for name in CONTINUATIONS
    }
    return Response(**flows, **{flag: document[flag] for flag in FLAGS})


def check_arguments(job: Job) -> None:
    """Check that the function of a job accepts the arguments that the job holds for it.

    Raises
    ------
    TypeError
        If it does not.
    """
    # This is how jobflow finds the function that it calls.
    function = getattr(job.function, "original", job.function)
    bound = getattr(job.function, "__self__", None)
    if bound is not None and not isinstance(bound, ModuleType):
        function = MethodType(getattr(function, "__func__", function), bound)
    try:
        inspect.signature(function).bind(*job.function_args, **job.function_kwargs)
    except TypeError as error:
        raise TypeError(f"job {job.name!r} no longer accepts its arguments ({error})") from error


def referenced_uuids(document: Any) -> set[str]:
    """Return the uuids of the jobs whose output a document refers to, without decoding it.

    Examples
    --------
    >>> sorted(referenced_uuids([{"a": {"@class": "OutputReference", "uuid": "u1"}}, None]))
    ['u1']
    """
    uuids, stack = set(), [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if item.get("@class") == "OutputReference":
                uuids.add(item["uuid"])
            else:
                stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return uuids


def all_jobs(flow: Flow | Job) -> Iterator[Job]:
    """Yield the jobs of a flow and of the flows within it."""
    if isinstance(flow, Job):
        yield flow
    else:
        for member in flow:
            yield from all_jobs(member)
