"""Hypothesis strategies for the model's values, as other clients and strangers would write them."""

import string
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.children import MARKER_ID, image, link, node, room
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Field, Item, Key, Room, Secret, Service, Values
from spaces_sync.model.xml import XML_NS, Xml, element
from spaces_sync.plan.actions import (
    Action,
    Change,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
)
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Plan
from spaces_sync.profile import ACCESS_MODEL, PARENT, PUBLISH_MODEL, TITLE, TYPE

# --- text -----------------------------------------------------------------------------------

NASTY = (
    "",
    " ",
    "-",
    "@everyone",
    "a|b `c` <b>&amp;</b> [x](javascript:1)",
    "ends in backslash \\",
    "日本語のとても長い題名" * 3,
    "e\u0301\u0301\u0301",
    "\u202egnp.exe",
    "zero\u200bwidth\ufeff",
    "👩‍👩‍👧 ❤️ 🇩🇪 👍🏽",
    "line\nline",
    "tab\tcarriage\rreturn",
    "long " * 80,
    "x" * 300,
)
DANGEROUS = ("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x00", "\x9b2J", "bell\x07", "\x7f")


def _xml_characters() -> st.SearchStrategy[str]:
    """What XML 1.0 can carry: no control character but tab, line feed and carriage return."""
    ordinary = st.characters(
        exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
    )
    return ordinary | st.sampled_from("\t\n\r&<>'\"{}")


def xml_texts() -> st.SearchStrategy[str]:
    """Text as it can come out of a stanza."""
    return st.text(_xml_characters(), max_size=12) | st.sampled_from(NASTY)


def texts() -> st.SearchStrategy[str]:
    """Any text, with what harms a terminal; a file or a plan may hold it."""
    return xml_texts() | st.sampled_from(DANGEROUS) | st.text(max_size=12)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def words() -> st.SearchStrategy[str]:
    return st.text(string.ascii_lowercase + "-", min_size=1, max_size=12)


# --- XML ------------------------------------------------------------------------------------

NAMESPACES = (
    "",
    XML_NS,
    "urn:example:a",
    "{https://movim.eu}bookmarks-conference-call",
    "it's & <odd> {ns}",
    room.NS,
    node.NS,
    link.NS,
    image.NS,
    room.PINNED.ns,
)


def _names() -> st.SearchStrategy[str]:
    return st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,7}", fullmatch=True) | st.sampled_from(
        ("é", "日本", "_", "xmlns-like")
    )


def attributes() -> st.SearchStrategy[tuple[tuple[tuple[str, str], str], ...]]:
    """With attributes of foreign namespaces, and `xml:lang`."""
    plain = st.tuples(st.just(""), _names().filter(lambda name: name != "xmlns"))
    foreign = st.tuples(st.sampled_from([ns for ns in NAMESPACES if ns]), _names())
    name = plain | foreign | st.just((XML_NS, "lang"))
    return st.dictionaries(name, xml_texts(), max_size=3).map(
        lambda found: tuple(sorted(found.items()))
    )


def _contents(
    elements: st.SearchStrategy[Xml],
) -> st.SearchStrategy[tuple[Xml | str, ...]]:
    return st.lists(elements | xml_texts(), max_size=4).map(_normal)


def _normal(children: list[Xml | str]) -> tuple[Xml | str, ...]:
    """As a parser gives them: neighbouring texts are one, empty ones are none."""
    made: list[Xml | str] = []
    for child in children:
        if isinstance(child, str) and made and isinstance(made[-1], str):
            made[-1] += child
        elif child != "":
            made.append(child)
    return tuple(made)


def _element(
    contents: st.SearchStrategy[tuple[Xml | str, ...]],
    ns: st.SearchStrategy[str] | None = None,
    name: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[Xml]:
    return st.builds(
        Xml, ns or st.sampled_from(NAMESPACES), name or _names(), attributes(), contents
    )


def xmls() -> st.SearchStrategy[Xml]:
    """Any element: mixed content, foreign attributes, namespaces that hold `}` and quotes."""
    leaves = _element(_contents(st.nothing()))
    return st.recursive(leaves, lambda inner: _element(_contents(inner)), max_leaves=6)


@st.composite
def payloads(draw: st.DrawFn) -> Xml:
    """A payload of a known kind as some client wrote it, with foreign parts; or anything."""
    shape = draw(st.sampled_from(("room", "node", "link", "image", "any")))
    match shape:
        case "room":
            known = _room_parts(draw)
            attribute = {"name": draw(xml_texts()), "autojoin": draw(_BOOLEANS)}
            made = element(room.NS, "conference", _some(draw, attribute))
        case "node":
            known = [element(node.NS, "title", {}, draw(xml_texts()))]
            target = draw(nodes_addresses())
            made = element(
                node.NS, "subscription", {"server": target.service, "node": draw(xml_texts())}
            )
        case "link":
            known = [
                element(link.NS, "url", {}, draw(urls())),
                element(link.NS, "desc", {}, draw(xml_texts())),
            ]
            made = element(link.NS, "x")
        case "image":
            known = [element(image.NS, "info", dict(each)) for each in draw(variants())]
            made = element(image.NS, "metadata")
        case _:
            return draw(xmls())
    foreign: list[Xml | str] = list(draw(st.lists(xmls(), max_size=2)))
    present = [each for each in known if draw(_MOSTLY)]
    children = _normal(draw(st.permutations([*present, *foreign])))
    strange = tuple(pair for pair in draw(attributes()) if pair[0][0])
    both = tuple(sorted((*made.attributes, *strange)))
    return Xml(made.ns, made.name, both, children)


_BOOLEANS = st.sampled_from(("true", "false", "1", "0", "maybe"))
_MOSTLY = st.sampled_from((True, True, True, False))


def _some(draw: st.DrawFn, attribute: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in attribute.items() if draw(_MOSTLY)}


def _room_parts(draw: st.DrawFn) -> list[Xml]:
    extensions = draw(st.lists(st.just(room.PINNED) | xmls(), max_size=3))
    return [
        element(room.NS, "nick", {}, draw(xml_texts())),
        element(room.NS, "extensions", {}, *extensions),
    ]


def variants() -> st.SearchStrategy[list[tuple[tuple[str, str], ...]]]:
    names = st.sampled_from(("bytes", "height", "id", "type", "url", "width"))
    one = st.dictionaries(names, xml_texts(), min_size=1, max_size=4)
    return st.lists(one.map(lambda found: tuple(sorted(found.items()))), max_size=3)


# --- addresses ------------------------------------------------------------------------------

_DOMAINS = (
    "pubsub.megacorp.example",
    "conference.megacorp.example",
    "bücher.example",
    "10.0.0.1",
    "[::1]",
    "localhost",
    "a-rather-long-label-of-a-domain.that-goes-on.and-on.and-on.megacorp.example",
)


def jids() -> st.SearchStrategy[Jid]:
    """Bare, normalised; with odd but lawful local parts."""
    local = st.sampled_from(
        ("", "lead-dev@", "a;node=b@", "50%@", "a?b#c@", "ß@", "o\\27neill@", "日本@")
    ) | words().map(lambda word: f"{word}@")
    return st.builds(lambda name, domain: bare_jid(name + domain), local, st.sampled_from(_DOMAINS))


def room_jids() -> st.SearchStrategy[Jid]:
    return jids().filter(lambda jid: "@" in jid)


def nodes_addresses() -> st.SearchStrategy[NodeAddress]:
    ids = words() | texts().filter(_encodable) | st.just("urn:xmpp:microblog:0")
    return st.builds(NodeAddress, jids(), ids)


def addresses() -> st.SearchStrategy[Address]:
    return nodes_addresses() | room_jids()


def urls() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ("https://megacorp.example/old", "mailto:a@b", "https://megacorp.example/" + "y" * 200)
    )


# --- items and their keys -------------------------------------------------------------------


def item_ids() -> st.SearchStrategy[str]:
    """Ours, reserved ones, and what other clients make up."""
    reserved = st.sampled_from((MARKER_ID, "urn:xmpp:avatar:metadata", *image.ITEM_IDS))
    return reserved | st.sampled_from(("some-hash", "0", "")) | room_jids() | urls() | xml_texts()


def items() -> st.SearchStrategy[Item]:
    """One payload, or malformed with none or two."""
    return st.builds(
        Item,
        item_ids(),
        payloads().map(lambda one: (one,)) | st.lists(payloads(), max_size=2).map(tuple),
        st.none() | jids().map(str),
    )


def keys() -> st.SearchStrategy[Key]:
    return st.one_of(
        st.builds(Key, st.just("room"), room_jids()),
        st.builds(Key, st.just("node"), nodes_addresses().map(lambda found: found.uri)),
        st.builds(Key, st.just("link"), urls()),
        st.builds(Key, st.just("image"), st.sampled_from(image.NAMES)),
        st.builds(Key, st.just("item"), item_ids()),
    )


def field_values() -> st.SearchStrategy[Any]:
    """What a child's field can hold: text, a boolean, elements, the variants of a picture."""
    return st.one_of(
        st.none(),
        st.booleans(),
        texts().filter(_encodable),
        xmls(),
        st.lists(xmls(), max_size=3).map(tuple),
        variants().map(frozenset),
    )


# --- configuration --------------------------------------------------------------------------


def values() -> st.SearchStrategy[Values]:
    one = st.sampled_from(("true", "false", "open", "whitelist", "max")) | texts().filter(_encodable)
    return st.lists(one, max_size=3).map(tuple)


def configs() -> st.SearchStrategy[Mapping[str, Values]]:
    fields = st.sampled_from(
        (ACCESS_MODEL, PUBLISH_MODEL, TITLE, TYPE, PARENT, "muc#roomconfig_roomname")
    )
    return st.dictionaries(fields | texts().filter(_encodable), values(), max_size=4)


def forms() -> st.SearchStrategy[Mapping[str, Field]]:
    kinds = st.sampled_from(("", "boolean", "text-single", "list-multi"))
    field = st.builds(Field, values(), kinds, values(), st.none() | st.integers(0, 10**6))
    return st.dictionaries(texts().filter(_encodable), field, max_size=3)


def affiliations() -> st.SearchStrategy[Mapping[Jid, str]]:
    return st.dictionaries(jids(), affiliation_words(), max_size=3)


def affiliation_words() -> st.SearchStrategy[str]:
    return st.sampled_from(("none", "outcast", "member", "publisher", "admin", "owner"))


def secrets() -> st.SearchStrategy[Secret]:
    """As a plan file can hold them: the origin and nothing else."""
    return st.builds(Secret, st.just(""), st.sampled_from(("env:ROOM_PASSWORD", "file:/run/x")))


def rooms() -> st.SearchStrategy[Room]:
    return st.builds(Room, forms(), st.none() | affiliations(), st.none() | secrets())


# --- plans ----------------------------------------------------------------------------------


def places() -> st.SearchStrategy[Place]:
    files = st.sampled_from(("spaces.yaml", "a/" * 60 + "deep.yaml", "日本.yaml"))
    return st.builds(Place, files, st.integers(1, 10**6), st.integers(1, 999))


def whys() -> st.SearchStrategy[Why]:
    return st.builds(
        Why,
        st.sampled_from(("file", "drift", "required", "rename", "takeover")),
        st.none() | places(),
        st.lists(texts().filter(_encodable), max_size=2).map(tuple),
    )


def changes() -> st.SearchStrategy[Change]:
    return st.builds(Change, words() | texts().filter(_encodable), field_values(), field_values())


def actions() -> st.SearchStrategy[Action]:
    """Each of the ten, whether or not the planner would ever make it."""
    node_address, room_jid, config, why = nodes_addresses(), room_jids(), configs(), whys()
    secret, moved = st.none() | secrets(), st.none() | keys()
    change = st.lists(changes(), max_size=3).map(tuple)
    return st.one_of(
        st.builds(CreateNode, node_address, config, why),
        st.builds(ConfigureNode, node_address, config, config, why),
        st.builds(DeleteNode, node_address, config, why),
        st.builds(
            PublishItem,
            node_address,
            keys(),
            item_ids(),
            st.none() | items(),
            payloads(),
            change,
            moved,
            why,
        ),
        st.builds(RetractItem, node_address, keys(), items(), moved, st.booleans(), why),
        st.builds(
            SetAffiliation, addresses(), jids(), affiliation_words(), affiliation_words(), why
        ),
        st.builds(SetSubscription, node_address, jids(), _SUBSCRIBED, _SUBSCRIBED, why),
        st.builds(CreateRoom, room_jid, config, secret, why),
        st.builds(ConfigureRoom, room_jid, config, config, secret, why),
        st.builds(DestroyRoom, room_jid, rooms(), why),
    )


_SUBSCRIBED = st.sampled_from(("none", "subscribed", "pending"))


def services() -> st.SearchStrategy[Service]:
    features = st.frozensets(st.sampled_from(("urn:a", "urn:b", "")), max_size=2)
    return st.builds(Service, jids(), texts().filter(_encodable), features, forms())


def plans() -> st.SearchStrategy[Plan]:
    """Any plan, empty ones and impossible ones included."""
    text = texts().filter(_encodable)
    met = st.sampled_from(("by default", "stored without effect", "impossible"))
    why = st.sampled_from(("not ours", "unknown kind", "reserved", "duplicate"))
    place = st.none() | places()
    service = st.lists(services(), max_size=2)
    counts = st.integers(0, 999)
    return st.builds(
        Plan,
        account=jids(),
        actions=st.lists(actions(), max_size=5).map(tuple),
        notes=st.lists(st.builds(Note, addresses(), met, text, place), max_size=2).map(tuple),
        obstacles=st.lists(st.builds(Obstacle, addresses(), text, place), max_size=2).map(tuple),
        left_alone=st.lists(st.builds(LeftAlone, addresses(), keys(), why), max_size=3).map(tuple),
        places=st.dictionaries(addresses(), places(), max_size=2),
        facts=st.builds(
            Facts,
            service.map(lambda found: {each.jid: each for each in found}),
            st.dictionaries(addresses(), text, max_size=3),
            counts,
            counts,
        ),
    )


def json_values() -> st.SearchStrategy[Any]:
    """Anything `json.loads` can give."""
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        scalar,
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    )
