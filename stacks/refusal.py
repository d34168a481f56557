"""Which construct refused its arguments, and whose environment they came from."""

import traceback
from collections.abc import Sequence

from constructs import Construct

from stacks.environment import Environment
from stacks.environment_files import RefusedError


def refused(error: ValueError, environments: Sequence[Environment]) -> RefusedError:
    """Return *error* with the path of the construct that raised it, and the environment that it belongs to."""
    path, text = refused_at(error), str(error)
    of = next((e.name for e in environments if path.startswith(f"{e.prefix}-")), environments[0].name)
    return RefusedError(of, text if not path or text.startswith(path) else f"{path}: {text}")


def refused_at(error: BaseException) -> str:
    """Return the path of the innermost construct that was being defined when *error* was raised."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        for name in ("self", "scope"):
            candidate = frame.f_locals.get(name)
            if isinstance(candidate, Construct) and (path := _path(candidate)):
                return path
    return ""


def _path(construct: Construct) -> str:
    try:
        return construct.node.path
    except Exception:  # noqa: BLE001 - a construct that is not made yet fails in jsii's own ways
        return ""
