"""What a file says, as the declaration that it becomes; several files as one document."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from spaces_sync.document import DocumentError, examine, load, schema
from spaces_sync.document.secrets import secret
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Child, Field, Key, Secret

SERVICE = Jid("pubsub.example")
DEV = NodeAddress(SERVICE, "dev")
ROOM = Jid("erp@rooms.example")
Declared = Callable[..., Declaration]
HEAD = "version: 1\nservice: pubsub.example\n"


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    """Loads a file of a version, a default service and the text that is given."""

    def loaded(text: str, **environment: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        path.write_text(HEAD + text)
        return load([path], environment)

    return loaded


def values(config: Mapping[str, Field]) -> dict[str, tuple[str, ...]]:
    return {var: field.values for var, field in config.items()}


def test_a_public_space_has_its_defaults_and_nothing_of_table_1_besides(declared: Declared) -> None:
    node = declared("spaces: {dev: {exposure: public}}").state.nodes[DEV]
    assert values(node.config) == {
        "pubsub#access_model": ("open",),
        "pubsub#publish_model": ("publishers",),
        "pubsub#max_items": ("max",),
    }
    assert node.children == {}
    assert node.affiliations is None
    assert node.subscriptions is None


def test_a_private_space_leaves_the_access_model_to_the_planner(declared: Declared) -> None:
    found = declared("spaces: {dev: {exposure: private}}")
    assert "pubsub#access_model" not in found.state.nodes[DEV].config
    assert found.policies[DEV].exposure == "private"
    said = declared("spaces: {dev: {exposure: private, access_model: whitelist}}")
    assert said.state.nodes[DEV].config["pubsub#access_model"] == Field(("whitelist",))


def test_defaults_count_only_where_a_space_says_nothing(declared: Declared) -> None:
    found = declared(
        "defaults: {exposure: private, max_items: 10, prune: none, protect: true}\n"
        "spaces:\n  dev: {}\n  sales: {exposure: public, max_items: max, protect: false}\n"
    )
    sales = NodeAddress(SERVICE, "sales")
    assert found.state.nodes[DEV].config["pubsub#max_items"] == Field(("10",))
    assert found.state.nodes[sales].config["pubsub#max_items"] == Field(("max",))
    assert (found.policies[DEV].exposure, found.policies[sales].exposure) == ("private", "public")
    assert (found.policies[DEV].protect, found.policies[sales].protect) == (True, False)
    assert found.policies[sales].prune == "none"


def test_children_are_named_by_what_they_point_at(declared: Declared) -> None:
    node = declared(
        "spaces:\n  dev:\n    exposure: public\n"
        "    rooms: {ERP@Rooms.example: ERP 3000}\n"
        "    nodes: {news: News, 'xmpp:other.example?;node=a%2Fb': {}}\n"
        "    links: {'https://example.org/': Home}\n"
        "    items: {rules: {xml: \"<a xmlns='urn:a'/>\"}}\n"
        "    avatar: {url: 'https://a', type: image/png, bytes: 1, sha1: " + "A" * 40 + "}\n"
    ).state.nodes[DEV]
    assert node.children[Key("room", ROOM)] == Child(Key("room", ROOM), {"name": "ERP 3000"})
    assert {key.target: child.fields.get("title") for key, child in node.children.items()} == {
        "erp@rooms.example": None,
        "xmpp:pubsub.example?;node=news": "News",
        "xmpp:other.example?;node=a%2Fb": None,
        "https://example.org/": None,
        "rules": None,
        "avatar": None,
    }
    payload = BY_NAME["image"].overlay(None, "avatar", node.children[Key("image", "avatar")].fields)
    assert next(payload.elements).get("id") == "a" * 40


def test_a_section_that_is_there_but_empty_is_spoken_of(declared: Declared) -> None:
    found = declared("spaces: {dev: {exposure: public, rooms: {}, links: {}}}")
    assert found.policies[DEV].sections == {"room", "link"}


def test_a_child_node_without_a_service_is_on_the_one_of_its_space(declared: Declared) -> None:
    found = declared("spaces: {dev: {exposure: public, service: b.example, nodes: {news: {}}}}")
    assert [*found.state.nodes[NodeAddress(Jid("b.example"), "dev")].children] == [
        Key("node", "xmpp:b.example?;node=news")
    ]


def test_a_room_that_the_file_runs_lends_its_name_and_gets_its_parent(declared: Declared) -> None:
    found = declared(
        "spaces: {dev: {exposure: public, rooms: {erp@rooms.example: {}}}}\n"
        "rooms: {erp@rooms.example: {name: ERP 3000}}\n"
    )
    assert found.state.nodes[DEV].children[Key("room", ROOM)].fields == {"name": "ERP 3000"}
    assert values(found.state.rooms[ROOM].config) == {
        "muc#roomconfig_roomname": ("ERP 3000",),
        "muc#roomconfig_persistentroom": ("true",),
        "muc#roomconfig_pubsub": ("xmpp:pubsub.example?;node=dev",),
    }


@pytest.mark.parametrize(
    ("parent", "uri"),
    [
        ("", None),
        ("parent: ''", None),
        ("parent: none", ""),
        ("parent: dev", "xmpp:pubsub.example?;node=dev"),
        ("parent: 'xmpp:other.example?;node=x'", "xmpp:other.example?;node=x"),
        ("parent: 'xmpp:pubsub.example?;node=none'", "xmpp:pubsub.example?;node=none"),
    ],
)
def test_a_room_of_two_spaces_has_the_parent_that_it_names(
    declared: Declared, parent: str, uri: str | None
) -> None:
    listing = "{exposure: public, rooms: {erp@rooms.example: {}}}"
    found = declared(
        f"spaces: {{dev: {listing}, sales: {listing}}}\nrooms: {{erp@rooms.example: {{{parent}}}}}"
    )
    field = found.state.rooms[ROOM].config.get("muc#roomconfig_pubsub")
    assert (field and "".join(field.values)) == uri


def test_members_of_a_space_are_invited_to_its_rooms(
    declared: Declared,
) -> None:
    found = declared(
        "spaces:\n  dev:\n    exposure: public\n    members_to_rooms: true\n"
        "    rooms: {erp@rooms.example: {}, elsewhere@rooms.example: {}}\n"
        "    affiliations: {ada@example: owner, grace@example: publisher, joan@example: member,"
        " eve@example: outcast, bob@example: publish-only, kim@example: none}\n"
        "rooms: {erp@rooms.example: {affiliations: {ada@example: admin, eve@example: owner}}}\n"
    )
    assert found.state.rooms[ROOM].affiliations == {"ada@example": "admin", "eve@example": "owner"}
    invited = {"ada@example", "grace@example", "joan@example", "bob@example"}
    assert found.policies[ROOM].invited == invited
    assert [*found.state.rooms] == [ROOM]
    assert found.place(ROOM, "affiliations", Jid("joan@example")) == found.place(
        DEV, "affiliations", Jid("joan@example")
    )


def test_a_plain_node_has_only_what_is_said(declared: Declared) -> None:
    found = declared("nodes: {dev: {type: 'urn:x', config: {'pubsub#persist_items': false}}}")
    assert values(found.state.nodes[DEV].config) == {
        "pubsub#type": ("urn:x",),
        "pubsub#persist_items": ("false",),
    }
    assert not found.policies[DEV].is_space


def test_renames(declared: Declared) -> None:
    found = declared(
        "spaces:\n  dev:\n    exposure: public\n    previously: [old, 'xmpp:b.example?;node=old']\n"
        "    rooms: {erp@rooms.example: {previously: [Old@rooms.example]}}\n"
        "rooms: {erp@rooms.example: {previously: [old@rooms.example]}}\n"
    )
    assert found.policies[DEV].previously == (
        NodeAddress(SERVICE, "old"),
        NodeAddress(Jid("b.example"), "old"),
    )
    assert found.policies[DEV].former_keys == {
        Key("room", ROOM): (Key("room", "old@rooms.example"),),
    }
    assert found.policies[ROOM].previously == ("old@rooms.example",)


def test_places_are_those_of_the_keys(declared: Declared, tmp_path: Path) -> None:
    found = declared(
        "spaces:\n  dev:\n    exposure: public\n    title: Dev\n"
        "    rooms:\n      erp@rooms.example: {}\n"
        "    absent_items: [x]\n    affiliations: {ada@example: owner}\n"
    )
    file = str(tmp_path / "spaces.yaml")
    assert found.place(DEV) == Place(file, 4, 3)
    assert found.place(DEV, "config", "pubsub#title") == Place(file, 6, 5)
    assert found.place(DEV, "config", "pubsub#access_model") == Place(file, 5, 5)
    assert found.place(DEV, "config", "pubsub#max_items") == Place(file, 4, 3)
    assert found.place(DEV, Key("room", ROOM)) == Place(file, 8, 7)
    assert found.place(DEV, "absent_items", "x") == Place(file, 9, 20)
    assert found.place(DEV, "affiliations", Jid("ada@example")) == Place(file, 10, 20)


def test_the_environment_counts_in_services_sources_and_domains_only(declared: Declared) -> None:
    found = declared(
        "source: ${REPO}/spaces\nspaces:\n  ${NODE}:\n    exposure: public\n    title: ${TITLE}\n"
        "    service: ${S:-pubsub}.${D}\n    affiliations: {'ada@${D}': owner, '${D}': member}\n",
        REPO="acme",
        D="Example",
    )
    (address,) = found.state.nodes
    assert found.source == "acme/spaces"
    assert address == NodeAddress(SERVICE, "${NODE}")
    assert found.state.nodes[address].config["pubsub#title"] == Field(("${TITLE}",))
    assert found.state.nodes[address].affiliations == {"ada@example": "owner", "example": "member"}


def test_an_empty_variable_takes_the_default_and_a_plain_one_stays_empty(
    declared: Declared,
) -> None:
    found = declared("nodes: {dev: {service: 'pubsub${A}.${B:-example}'}}", A="", B="")
    assert [*found.state.nodes] == [DEV]


def test_passwords_come_from_the_environment_or_a_file_beside(
    declared: Declared, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("correct horse\n\n")
    found = declared(
        "rooms:\n  a@rooms.example: {password: {env: P}}\n"
        "  b@rooms.example: {password: {file: password}}\n",
        P="hunter2\n",
    ).state.rooms
    one, two = found[Jid("a@rooms.example")], found[Jid("b@rooms.example")]
    assert one.password == Secret("hunter2\n", "env:P")
    assert two.password == Secret("correct horse\n", f"file:{tmp_path / 'password'}")
    assert one.config["muc#roomconfig_passwordprotectedroom"] == Field(("true",))
    assert "hunter2" not in repr(found)


def test_a_passwords_file_is_the_same_wherever_a_saved_plan_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "infra"
    folder.mkdir()
    (folder / "pw.txt").write_text("ours")
    (folder / "a.yaml").write_text(
        "version: 1\nrooms: {a@rooms.example: {password: {file: pw.txt}}}\n"
    )
    for place, named in ((folder, "a.yaml"), (tmp_path, "infra/a.yaml"), (folder, "../infra")):
        monkeypatch.chdir(place)
        password = load([Path(named)], {}).state.rooms[Jid("a@rooms.example")].password
        assert password is not None
        assert Path(password.origin.removeprefix("file:")).is_absolute()
        monkeypatch.chdir("/")
        assert secret(password.origin, {}) == password


def test_warnings(declared: Declared) -> None:
    found = declared(
        "spaces:\n  dev:\n    exposure: public\n    publish_model: open\n"
        "    allow_open_publishing: true\n"
        "    rooms: {a@rooms.example: {nick: you}, x-men@rooms.example: {}}\n"
        "    banner: {url: 'https://a', type: image/webp, bytes: 1, sha1: " + "a" * 40 + "}\n"
        "rooms:\n  x-files@m.example: {}\n  x-note: {}\n"
    )
    assert [f"{place.line} {text.split()[0]}" for place, text in found.warnings] == [
        "6 anyone",
        "8 'nick'",
        "8 'x-men@rooms.example'",
        "9 no",
        "11 'x-files@m.example'",
    ]


def test_prune_of_rooms_and_nodes_is_about_people(declared: Declared) -> None:
    entry = "{prune: none}"
    found = declared(f"rooms: {{a@rooms.example: {entry}}}\nnodes: {{news: {entry}, log: {{}}}}\n")
    prunes = [policy.prune for policy in found.policies.values()]
    assert sorted(prunes) == ["none", "none", "owned"]
    assert found.warnings == ()
    (told,) = declared("rooms: {a@rooms.example: {prune: all}}\n").warnings
    assert "does as 'owned'" in told[1]


SEVERAL = "is listed in several spaces (dev, sales); 'parent' says which one it advertises"


@pytest.mark.parametrize(
    ("in_dev", "in_sales", "parent", "said"),
    [
        (True, True, "", [f"'erp@rooms.example' {SEVERAL}"]),
        (True, True, "parent: ''", []),
        (True, True, "parent: none", []),
        (True, True, "parent: sales", []),
        (True, False, "", []),
        (True, False, "parent: dev", []),
        (True, False, "parent: sales", ["the space 'sales' does not list 'erp@rooms.example'"]),
        (False, False, "parent: none", []),
        (True, False, "parent: hands-off", []),
        (True, False, "parent: 'xmpp:other.example?;node=x'", []),
    ],
)
def test_warnings_of_parents(
    declared: Declared, in_dev: bool, in_sales: bool, parent: str, said: list[str]
) -> None:
    listed, left = "rooms: {erp@rooms.example: {}}", "rooms: {}"
    found = declared(
        "spaces:\n"
        f"  dev: {{exposure: public, {listed if in_dev else left}}}\n"
        f"  sales: {{exposure: public, {listed if in_sales else left}}}\n"
        "  hands-off: {exposure: public}\n"
        f"rooms:\n  erp@rooms.example: {{{parent}}}\n"
    )
    assert [text for _, text in found.warnings] == said


@pytest.mark.parametrize(
    ("exposure", "node", "warned"),
    [
        ("private", "title: News", True),
        ("private", "access_model: open", False),
        ("private", "access_model: whitelist", False),
        ("public", "title: News", False),
    ],
)
def test_warnings_of_nodes_in_private_spaces(
    declared: Declared, exposure: str, node: str, warned: bool
) -> None:
    found = declared(
        f"spaces: {{dev: {{exposure: {exposure}, nodes: {{news: News, others: Others}}}}}}\n"
        f"nodes: {{news: {{{node}}}}}\n"
    )
    said = "'news' does not say who may read it, and is in the private space 'dev'"
    assert [text.startswith(said) for _, text in found.warnings] == [True] * warned


PRIVATE = "'members_only: true' or a password keeps others out"
NOBODY = "'affiliations', or 'members_to_rooms' of a space that lists it, does that"


@pytest.mark.parametrize(
    ("space", "room", "said"),
    [
        (
            "exposure: private",
            "",
            f"does not say who may enter, and is in the private space 'dev'; {PRIVATE}",
        ),
        (
            "exposure: private",
            "members_only: false",
            f"is open to everybody, and is in the private space 'dev'; {PRIVATE}",
        ),
        ("exposure: private", "password: {env: DOOR}", ""),
        ("exposure: private", "members_only: true, affiliations: {ada@example: member}", ""),
        ("exposure: public", "members_only: false", ""),
        (
            "exposure: public",
            "members_only: true",
            f"is members-only, and nobody is let into it; {NOBODY}",
        ),
        (
            "exposure: public",
            "members_only: true, affiliations: {ada@example: outcast}",
            f"is members-only, and nobody is let into it; {NOBODY}",
        ),
        (
            "exposure: public, members_to_rooms: true, affiliations: {ada@example: member}",
            "members_only: true",
            "",
        ),
        (
            "exposure: public, members_to_rooms: true, affiliations: {ada@example: outcast}",
            "members_only: true",
            f"is members-only, and nobody is let into it; {NOBODY}",
        ),
    ],
)
def test_warnings_of_who_may_enter(declared: Declared, space: str, room: str, said: str) -> None:
    found = declared(
        f"spaces: {{dev: {{{space}, rooms: {{erp@rooms.example: {{}}}}}}}}\n"
        f"rooms:\n  erp@rooms.example: {{{room}}}\n",
        DOOR="hunter2",
    )
    expected = [f"'erp@rooms.example' {said}"] if said else []
    assert [text for _, text in found.warnings] == expected


def test_warnings_of_rooms_that_members_to_rooms_does_not_reach(declared: Declared) -> None:
    rooms = ", ".join(f"r{n}@rooms.example: {{}}" for n in range(5))
    listed = f"members_to_rooms: true, rooms: {{erp@rooms.example: {{}}, {rooms}}}"
    found = declared(
        f"spaces: {{dev: {{exposure: public, {listed}}}}}\nrooms: {{erp@rooms.example: {{}}}}\n"
    )
    assert [text for _, text in found.warnings] == [
        "'members_to_rooms' of 'dev' lets nobody into 'r0@rooms.example', 'r1@rooms.example', "
        "'r2@rooms.example' and 2 more, which 'rooms' does not declare"
    ]


def test_warnings_of_servers_among_people(declared: Declared) -> None:
    people = "{example: member, other.example: outcast, third.example: none, ada@example: owner}"
    found = declared(f"spaces: {{dev: {{exposure: private, affiliations: {people}}}}}")
    assert [text for _, text in found.warnings] == [
        "'example' is a server, and none of its people is member by that"
    ]


def patterns(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part
        for inner in part.values():
            yield from patterns(inner)


def test_no_pattern_takes_a_line_break_at_the_end_and_each_has_its_words() -> None:
    found = [*patterns(schema())]
    assert len(found) >= 5
    for rule in found:
        texts = [each for each in rule["examples"] if isinstance(each, str)]
        assert texts
        assert all(re.search(rule["pattern"], text) for text in texts)
        assert not any(re.search(rule["pattern"], f"{text}\n") for text in texts)
        assert rule["patternErrorMessage"]


def test_problems_and_warnings_have_a_severity_and_a_code(tmp_path: Path) -> None:
    path = tmp_path / "spaces.yaml"
    path.write_text(HEAD + "rooms:\n  x-files@m.example: {}\n  x-note: {}\n  y: {}\n")
    assert [(each.severity, each.code, each.place.line) for each in examine([path], {})[1]] == [
        ("warning", "ignored", 4),
        ("error", "address", 6),
    ]
    with pytest.raises(DocumentError) as caught:
        load([path], {})
    assert [each.severity for each in caught.value.problems] == ["error"]


def problems(*paths: Path) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load(paths, {})
    return [str(each) for each in caught.value.problems]


def test_several_files_are_one_document(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(
        "version: 1\nspaces: {b: {exposure: public, rooms: {erp@rooms.example: {}}}}\n"
    )
    (tmp_path / "a.yaml").write_text(HEAD + "spaces: {a: {exposure: public}}\n")
    (tmp_path / "c.yaml").write_text("version: 1\nrooms: {erp@rooms.example: {parent: a}}\n")
    for name in ("ignored.txt", ".gitlab-ci.yml", ".#a.yaml", ".yaml"):
        (tmp_path / name).write_text("not: yaml")
    found = load([tmp_path, tmp_path / "a.yaml"], {})
    assert [address.node for address in found.state.nodes] == ["a", "b"]
    assert found.state.rooms[ROOM].config["muc#roomconfig_pubsub"].values == (
        "xmpp:pubsub.example?;node=a",
    )


def test_defaults_count_in_their_own_file_only(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("1.yaml", "2.yaml", "3.yaml"))
    one.write_text(HEAD + "defaults: {exposure: public, prune: all}\nspaces: {a: {}}\n")
    two.write_text("version: 1\ndefaults: {exposure: private}\nspaces: {b: {}}\n")
    policies = load([tmp_path], {}).policies.values()
    assert [(each.exposure, each.prune) for each in policies] == [
        ("public", "all"),
        ("private", "owned"),
    ]
    three.write_text("version: 1\nspaces: {c: {}}\n")
    assert problems(tmp_path) == [
        f"{three}:2:10: error: 'c' lacks 'exposure'; write public or private, here or in 'defaults'"
    ]


def test_settings_of_several_files_agree_by_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("version: 1\nservice: PubSub.example\nsource: ${S:-s}\n")
    (tmp_path / "2.yaml").write_text("version: 1\nservice: pubsub.example.\nsource: s\n")
    found = load([tmp_path], {})
    assert (found.source, found.services) == ("s", {SERVICE})
    with pytest.raises(DocumentError):
        load([tmp_path], {"S": "t"})


def test_our_own_items_may_be_absent_where_no_source_needs_them(declared: Declared) -> None:
    found = declared(
        "spaces: {dev: {exposure: public, absent_items: ['urn:spaces-sync:managed:0']}}"
    )
    assert found.policies[DEV].absent_items == ("urn:spaces-sync:managed:0",)


def test_a_default_says_nothing_where_the_space_s_own_word_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "spaces.yaml"
    path.write_text(
        HEAD + "defaults: {exposure: private}\n"
        "spaces: {dev: {exposure: publik, access_model: open}}\n"
    )
    (problem,) = problems(path)
    assert "'publik' is not one of" in problem


def test_problems_name_both_files_in_the_order_of_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "z.yaml", tmp_path / "a.yaml"
    one.write_text(HEAD + "source: x\nspaces: {dev: {exposure: public}}\nbad: 1\n")
    two.write_text(HEAD + "source: y\nspaces: {dev: {exposure: public}}\nbad: 1\n")
    assert problems(one, two) == [
        f"{one}:5:1: error: unknown key 'bad'",
        f"{two}:3:1: error: 'source' has another value at {one}:3:9; say it once",
        f"{two}:4:10: error: 'dev' is already declared at {one}:4:10",
        f"{two}:5:1: error: unknown key 'bad'",
    ]


def test_files_that_cannot_be_had(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = tmp_path / "missing\n.yaml"
    assert problems(empty, missing, Path("a\0b")) == [
        f"{empty}:1:1: error: this directory holds no *.yaml or *.yml file, and nothing else",
        f"{tmp_path}/missing\\n.yaml: error: this cannot be read: No such file or directory",
        "a\\x00b: error: this cannot be read: embedded null byte",
    ]


def test_a_directory_with_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "spaces.yaml").mkdir()
    assert problems(tmp_path) == [
        f"{tmp_path}/spaces.yaml: error: this cannot be read: Is a directory"
    ]


def test_no_path_declares_nothing() -> None:
    assert load([], {}).state.nodes == {}


@pytest.mark.parametrize("written", [r'"a\r\nb\rc"', '"a\\r\\nb\\n\\\n  c"'])
def test_line_ends_become_line_feeds(tmp_path: Path, written: str) -> None:
    path = tmp_path / "spaces.yaml"
    path.write_text(HEAD + f"rooms:\n  y@m.example:\n    description: {written}\n", newline="\r\n")
    room = load([path], {}).state.rooms[Jid("y@m.example")]
    assert room.config["muc#roomconfig_roomdesc"].values == ("a\nb\nc",)
