"""What is wrong with data, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager


class DataError(ValueError):
    """Not the data that was wanted; `path` is the place in it, such as `$.actions[3].node`."""

    def __init__(self, reason: str, path: str = "$") -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


def step(key: str) -> str:
    """`key` in a path: `.node`, or `["a b"]` where it could be taken for more than a key."""
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"


@contextmanager
def inside(step: str) -> Iterator[None]:
    """What is raised here as a `ValueError` is a `DataError` of the part that `step` leads to."""
    try:
        yield
    except DataError as error:
        raise DataError(error.reason, f"${step}{error.path.removeprefix('$')}") from None
    except ValueError as error:
        raise DataError(str(error), f"${step}") from None
