"""What files name, at a glance, for whoever types one of the names: neither checked nor merged.

It is asked while a key of a shell is pressed, so it imports nothing but the parser, and whatever
is wrong in a file costs names and no words.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import yaml

_MOST_FILES: Final = 100
_MOST_BYTES: Final = 1_000_000  # of one file, which takes a third of a second
_MOST_IN_ALL: Final = 3 * _MOST_BYTES
_SECONDS: Final = 1.0  # after which no file more is begun; a slow disk, say
_SUFFIXES: Final = (".yaml", ".yml")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Names:
    """In the order in which they are found, each once: the keys of a dict.

    A room that a space lists is none of the file's own, so that no option takes its name.
    """

    spaces: dict[str, None] = field(default_factory=dict)
    nodes: dict[str, None] = field(default_factory=dict)
    rooms: dict[str, None] = field(default_factory=dict)
    services: dict[str, None] = field(default_factory=dict)


def names_in(paths: Iterable[Path], clock: Callable[[], float] = time.monotonic) -> Names:
    """What files of spaces, saved plans and directories of files name; nothing raises.

    What takes too long is left out: a file that is long, and all behind those that take a second,
    as `clock` has it.
    """
    names = Names()
    left, ends = _MOST_IN_ALL, clock() + _SECONDS
    for path in itertools.islice(_files(paths), _MOST_FILES):
        if clock() > ends:
            break
        try:
            size = path.stat().st_size
            if path.is_file() and size <= min(_MOST_BYTES, left):
                left -= size
                _collect(path, names)
        except (OSError, ValueError, RecursionError, yaml.YAMLError, KeyError, TypeError):
            continue
    return names


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else None
        except OSError:
            continue
        if inside is None:
            yield path
        else:
            yield from (
                each
                for each in inside
                if each.suffix in _SUFFIXES and not each.name.startswith(".")
            )


def _collect(path: Path, names: Names) -> None:
    if path.suffix == ".json":
        _of_plan(json.loads(path.read_bytes()), names)
    else:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        _of_document(root, names)


def _of_plan(plan: Any, names: Names) -> None:
    """What the plan deletes: as of its file it is gone. Whether a node is a space, it hides."""
    for action in plan["actions"]:
        if action["do"] == "delete-node":
            node = unquote(action["node"].partition(";node=")[2])
            names.spaces[node] = names.nodes[node] = None
        elif action["do"] == "destroy-room":
            names.rooms[action["room"]] = None


def _of_document(root: Any, names: Names) -> None:
    sections = {"spaces": names.spaces, "nodes": names.nodes, "rooms": names.rooms}
    # An alias is its anchor's node: all of it once more for each alias would be quadratic.
    seen: set[tuple[str, int]] = set()

    def once(key: str, node: Any) -> Iterator[tuple[str, Any]]:
        if (key, id(node)) not in seen:
            seen.add((key, id(node)))
            yield from _entries(node)

    for key, value in _entries(root):
        if key == "service":
            _add(names.services, value.value)
        elif key in sections:
            for name, content in once(key, value):
                _add(sections[key], name)
                for each, at in once("", content):
                    if each == "service":
                        _add(names.services, at.value)


def _add(found: dict[str, None], name: Any) -> None:
    """What is to be filled in from the environment, and what breaks a line, nobody types."""
    if isinstance(name, str) and name.isprintable() and name and "${" not in name:
        found[name] = None


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    """The keys of a mapping that are texts, and their nodes."""
    if isinstance(node, yaml.MappingNode):
        yield from (
            (key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)
        )
