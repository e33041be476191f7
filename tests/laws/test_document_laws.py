"""Laws of the language: any file declares something or has problems, and layout says nothing."""

import json
import random
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spaces_sync.document import CODES, DocumentError, load
from spaces_sync.fields import TABLES
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import KINDS, SECTIONS
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Secret
from spaces_sync.model.xml import unencodable

ROOT = Path(__file__).parents[2]
GOOD = [
    path.read_bytes()
    for folder in ("tests/documents/good", "examples")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
]
ENVIRONMENT = {"SECRET": "hunter2", "DOMAIN": "example", "STAFF_ROOM_PASSWORD": "hunter2"}

# Files are written and read here, on machines that have other work as well.
unhurried = settings(deadline=None)


def loaded(*contents: bytes) -> Declaration | DocumentError:
    """What a directory of such files gives; any other exception is a failure of the law."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            (Path(folder) / f"{number}.yaml").write_bytes(content)
        (Path(folder) / "staff.password").write_text("correct horse")
        try:
            return load([Path(folder)], ENVIRONMENT)
        except DocumentError as error:
            return error


def meaning(content: bytes) -> object:
    """A declaration without its places, or that there is none."""
    found = loaded(content)
    if isinstance(found, DocumentError):
        return None
    rooms = {
        jid: replace(room, password=room.password and Secret(room.password.value))
        for jid, room in found.state.rooms.items()
    }
    return found.state.nodes, rooms, found.policies, found.source


def check(content: bytes) -> None:
    found = loaded(content)
    if isinstance(found, Declaration):
        assert found.policies.keys() == {*found.state.nodes, *found.state.rooms}
        for address in found.policies:
            assert found.place(address)
            assert unencodable(str(address)) is None
        return
    assert found.problems
    last = (0, 0)
    for problem in found.problems:
        assert problem.code in CODES
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert str(problem).isprintable()
        assert len(problem.message) < 1000
        assert "hunter2" not in problem.message
        assert last <= (last := problem.place[1:])


@unhurried
@given(st.binary())
@example(b"\xff\xfe")
@example(b"!!python/object:os.system")
@example(b'"\\ud800"')
@example(b"? [a]\n: b")
@example(b"&a *a")
@example(b"%YAML 9.9\n---\na: b")
@example(b"%TAG ! tag:a,2000:\n---\n!a b")
@example(b"version: 1\nspaces: {? }")
@example(b"version: 1\n...\n---\n...")
@example(b"\xef\xbb\xbf")
def test_any_bytes_declare_something_or_have_problems(content: bytes) -> None:
    check(content)


@unhurried
@given(st.text(alphabet="version: 1\n{}[]&*!|>'\"#%@`-?,<~\t\\x0éspacrm.${}"))
def test_any_text_declares_something_or_has_problems(text: str) -> None:
    check(text.encode())
    check(b"version: 1\nservice: a.example\nspaces:\n  " + text.encode())


@unhurried
@given(st.sampled_from(GOOD), st.data())
def test_a_good_document_after_any_accident(content: bytes, data: st.DataObject) -> None:
    lines = content.split(b"\n")
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "repeat", "move", "bytes", "token"])):
            case "drop":
                del lines[first]
            case "repeat":
                lines.insert(data.draw(st.integers(0, len(lines))), lines[first])
            case "move":
                lines.insert(data.draw(st.integers(0, len(lines) - 1)), lines.pop(first))
            case "bytes":
                at = data.draw(st.integers(0, len(lines[first])))
                lines[first] = lines[first][:at] + data.draw(st.binary()) + lines[first][at:]
            case "token":
                words = lines[first].split(b" ")
                words[-1] = data.draw(
                    st.sampled_from([b"no", b"12", b"{}", b"[]", b"~", b"a: b", b"*x", b"''", b"|"])
                )
                lines[first] = b" ".join(words)
        lines = lines or [b""]
    check(b"\n".join(lines))


# Trees with the language's words in wrong and right places, beyond what mutations reach.
# A "~" stands for a space.
_LANGUAGE = """
    version source service defaults spaces rooms nodes public private open owner pubsub#type env
    file SECRET x-y a@b.example b.example dev xmpp:b.example?;node=dev https://a.example/ <a/>
    ${DOMAIN} urn:xmpp:spaces:0 urn:spaces-sync:lock:0:a urn:spaces-sync:managed:0
    muc#roomconfig_roomsecret yes x-y@b.example xmpp:%zz?;node=dev ${DOMAIN:-${DOMAIN}}
    <a~xmlns='urn:a'/> <conference~xmlns='urn:xmpp:bookmarks:1'><password/></conference>
"""
_KEYS = {key for table in TABLES.values() for key in table.schemas}
_PROPERTIES = {key for kind in KINDS for key in kind.properties}
_WORDS = st.sampled_from(
    sorted({word.replace("~", " ") for word in _LANGUAGE.split()} | _KEYS | _PROPERTIES)
)
_TREES = st.recursive(
    st.one_of(_WORDS, st.booleans(), st.integers(), st.none(), st.floats(), st.text(max_size=5)),
    lambda deeper: st.one_of(
        st.lists(deeper, max_size=3), st.dictionaries(_WORDS, deeper, max_size=5)
    ),
    max_leaves=30,
)


@unhurried
@given(st.dictionaries(_WORDS, _TREES))
def test_any_tree_of_the_language_s_words(tree: dict[str, Any]) -> None:
    tree |= {"version": 1, "service": "b.example"}
    check(yaml.safe_dump(tree).encode())


def _some(*keys: str, **certain: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An entry with `certain` keys and some of `keys`, which hold anything."""
    anything = dict.fromkeys(keys, st.one_of(_CHILDREN, _LISTS, _TREES))
    return st.dictionaries(_WORDS, st.fixed_dictionaries(certain, optional=anything), max_size=3)


_LISTS = st.lists(_WORDS, max_size=3)
_XML = st.just({"xml": "<a xmlns='urn:a'/>"})
_CHILDREN = st.dictionaries(_WORDS, st.one_of(_XML, _TREES), max_size=4)
_SHAPED = st.fixed_dictionaries(
    {
        "spaces": _some(
            *SECTIONS,
            *("config", "absent", "absent_items", "previously", "service"),
            exposure=st.sampled_from(["public", "private"]),
        )
    },
    optional={
        "rooms": _some(
            "password", "config", "parent", "previously", "absent", "affiliations", "max_users"
        ),
        "nodes": _some(
            "config", "parent", "previously", "absent", "service", "type", "publish_model"
        ),
        "defaults": _TREES,
        "source": _WORDS,
        "service": _WORDS,
    },
)


@unhurried
@given(_SHAPED)
def test_any_words_in_the_shape_of_the_language(tree: dict[str, Any]) -> None:
    check(yaml.safe_dump({"version": 1, **tree}).encode())


_NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
_CHILD_KEYS = {
    "rooms": _NAMES.map(lambda name: f"{name.lower()}@b.example"),
    "nodes": _NAMES,
    "links": _NAMES.map(lambda name: f"https://{name}/"),
}
_LISTED = {
    section: st.dictionaries(_CHILD_KEYS.get(section, st.sampled_from(kind.keys)), _TEXTS)
    for section, kind in SECTIONS.items()
    if kind.short
}
_SPACES = st.dictionaries(
    _NAMES,
    st.fixed_dictionaries(
        {"exposure": st.sampled_from(["public", "private"])},
        optional={
            "title": _TEXTS,
            **_LISTED,
            "affiliations": st.dictionaries(
                _NAMES.map(lambda name: f"{name.lower()}@b.example"),
                st.sampled_from(["owner", "member"]),
            ),
        },
    ),
    min_size=1,
)
_SHORT = {section: kind.short for section, kind in SECTIONS.items() if kind.short}


def written(spaces: Mapping[str, Any]) -> bytes:
    return json.dumps(
        {"version": 1, "service": "b.example", "spaces": spaces}, ensure_ascii=False
    ).encode()


@unhurried
@given(_SPACES)
def test_a_short_form_is_its_long_form(spaces: dict[str, dict[str, Any]]) -> None:
    long = {
        name: {
            key: {child: {_SHORT[key]: text} for child, text in value.items()}
            if key in _SHORT
            else value
            for key, value in space.items()
        }
        for name, space in spaces.items()
    }
    assert meaning(written(spaces)) == meaning(written(long)) is not None


def shuffled(tree: Any, order: random.Random) -> Any:
    if not isinstance(tree, dict):
        return tree
    pairs = [(key, shuffled(value, order)) for key, value in tree.items()]
    order.shuffle(pairs)
    return dict(pairs)


@unhurried
@given(_SPACES, st.randoms(use_true_random=False))
def test_the_order_of_keys_says_nothing(spaces: dict[str, Any], order: random.Random) -> None:
    assert meaning(written(spaces)) == meaning(written(shuffled(spaces, order))) is not None


@unhurried
@given(_SPACES)
def test_layout_says_nothing(spaces: dict[str, Any]) -> None:
    document = {"version": 1, "service": "b.example", "spaces": spaces}
    block = yaml.safe_dump(document, default_flow_style=False, allow_unicode=True)
    assert meaning(block.encode()) == meaning(written(spaces)) is not None


@unhurried
@given(st.sampled_from(GOOD), st.data())
def test_comments_and_ignored_keys_say_nothing(content: bytes, data: st.DataObject) -> None:
    lines = content.split(b"\n")
    # Between top-level keys only: a comment within a block of text would be text.
    tops = [n for n, line in enumerate(lines) if line[:1].isalpha() and not line.startswith(b"{")]
    for at in sorted(data.draw(st.sets(st.sampled_from(tops))) if tops else (), reverse=True):
        lines.insert(at, b"# no: [ { comment")
    ignored = data.draw(st.booleans()) and bool(tops)
    after = b"\n".join([*lines, b"x-ignored: {no: matter}"] if ignored else lines)
    if meaning(content) is not None:
        changed = after.replace(b"{no: matter}", b"{'no': matter}")
        assert meaning(changed) == meaning(content)


@unhurried
@given(_SPACES)
def test_several_files_say_what_one_says(spaces: dict[str, Any]) -> None:
    parts = [written({name: space}) for name, space in spaces.items()]
    found, whole = loaded(*parts), loaded(written(spaces))
    assert isinstance(found, Declaration)
    assert isinstance(whole, Declaration)
    assert found.state == whole.state
    assert {*found.state.nodes} == {NodeAddress(Jid("b.example"), name) for name in spaces}
