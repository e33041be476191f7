"""Hypothesis strategies for the model's values, as other clients and strangers would write them."""

import string
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from hypothesis import strategies as st

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_address
from spaces_sync.model.children import BY_NAME, KINDS, decode, image, link, node, room
from spaces_sync.model.children.kind import Names
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import MARKER_ID, Marker
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Field,
    Fields,
    Item,
    Key,
    Node,
    Owned,
    Room,
    Secret,
    Service,
    Values,
)
from spaces_sync.model.xml import XML_NS, Xml, element, unencodable
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
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
    WriteMarker,
)
from spaces_sync.plan.causes import Cause, Code
from spaces_sync.plan.copies import Original
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Plan, SourceRecord
from spaces_sync.plan.preconditions import Precondition
from spaces_sync.plan.stages import Stage
from spaces_sync.profile import ACCESS_MODEL, PARENT, PUBLISH_MODEL, TITLE, TYPE
from spaces_sync.report.reportable import ListedChild, SpaceSummary

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
    "@megacorp/team #12 GH-12 megacorp/spaces#1 !7 deadbeef12 c0ffee0 $1",
    "www.evil.example https://evil.example eve@evil.example mailto:eve@evil.example",
    "--> <!-- <script>alert(1)</script> <img src=x onerror=y> </details></code>",
    "](https://evil.example) ![i](https://evil.example/p.png) [a]: /b",
    "``` ` `` \\| \\\\| | --- | ~~x~~ $`x`$",
    "# head\n\n- [ ] item\n> quote\n***\n1. one",
    "&lt;b&gt; &#64;all &commat;all &#x202e;",
)
DANGEROUS = ("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x00", "\x9b2J", "bell\x07", "\x7f")


@cache
def _xml_characters() -> st.SearchStrategy[str]:
    """What XML 1.0 can carry: no control character but tab, line feed and carriage return."""
    return st.characters(
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\ufffe\uffff",
        include_characters="\t\n\r&<>'\"{}",
    )


@cache
def xml_texts() -> st.SearchStrategy[str]:
    """Text as it can come out of a stanza."""
    return st.text(_xml_characters(), max_size=12) | st.sampled_from(NASTY)


@cache
def texts() -> st.SearchStrategy[str]:
    """Any text, with what harms a terminal; a file or a plan may hold it."""
    return xml_texts() | st.sampled_from(DANGEROUS) | st.text(max_size=12)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


@cache
def words() -> st.SearchStrategy[str]:
    return st.text(string.ascii_lowercase + "-", min_size=1, max_size=12)


# --- XML ------------------------------------------------------------------------------------

NAMESPACES = (
    "",
    XML_NS,
    "urn:example:a",
    "{https://movim.eu}bookmarks-conference-call",
    "it's & <odd> {ns}",
    *(kind.element[0] for kind in KINDS if kind.element),
    room.PINNED.ns,
)


@cache
def _names() -> st.SearchStrategy[str]:
    return st.sampled_from(("a", "b", "nick", "title", "url", "é", "日本", "_", "x.y-z", "__x"))


@cache
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


def _element(contents: st.SearchStrategy[tuple[Xml | str, ...]]) -> st.SearchStrategy[Xml]:
    return st.builds(Xml, st.sampled_from(NAMESPACES), _names(), attributes(), contents)


@cache
@st.composite
def xmls(draw: st.DrawFn) -> Xml:
    """Any element: mixed content, foreign attributes, namespaces that hold `}` and quotes."""
    return draw(_xmls())  # a composite, so that hypothesis does not write out what is within


@cache
def _xmls() -> st.SearchStrategy[Xml]:
    made = _element(_contents(st.nothing()))
    for _ in range(2):
        made = _element(_contents(made))
    return made


@cache
def payloads() -> st.SearchStrategy[Xml]:
    """A payload of a known kind as some client wrote it, with foreign parts; or anything."""
    return st.one_of([payloads_of(name) for name in BY_NAME]) | xmls()


@cache
@st.composite
def payloads_of(draw: st.DrawFn, kind: str) -> Xml:
    """Of one of `model.children`'s kinds, well-formed or not, with what other clients add."""
    return draw(_published(kind) | _payloads_of(kind) if kind in _WRITTEN else _published(kind))


@cache
def _published(kind: str) -> st.SearchStrategy[Xml]:
    """What we would publish for a child of any kind, less some attributes, among foreign parts."""
    overlay = BY_NAME[kind].overlay
    ours = st.builds(lambda *child: overlay(None, *child), targets(kind), declared(kind)).filter(
        lambda payload: unencodable(str(payload)) is None
    )
    return st.builds(
        lambda made, kept, foreign, before, after: Xml(
            made.ns,
            made.name,
            tuple(sorted({**dict(foreign), **dict(made.attributes[:kept])}.items())),
            _normal([*before, *made.children, *after]),
        ),
        ours,
        st.none() | st.integers(0, 2),
        attributes(),
        _foreign(),
        _foreign(),
    )


def _foreign() -> st.SearchStrategy[list[Xml | str]]:
    return st.lists(xmls() | xml_texts(), max_size=1)


_WRITTEN = ("room", "node", "link", "image")  # of which we know what other clients write


@cache
def _payloads_of(kind: str) -> st.SearchStrategy[Xml]:
    match kind:
        case "room":
            plain = {"name": xml_texts(), "autojoin": st.sampled_from(("true", "1", "0", "maybe"))}
            return _payload(room.NS, "conference", plain, _room_parts())
        case "node":
            server = st.just("not a jid") | jids()
            title = _holder(node.NS, "title", xml_texts())
            plain = {"server": server, "node": xml_texts()}
            return _payload(node.NS, "subscription", plain, title)
        case "link":
            url = _holder(link.NS, "url", urls())
            return _payload(link.NS, "x", {}, url | _holder(link.NS, "desc", xml_texts()))
        case _:
            infos = variants().map(
                lambda found: [element(image.NS, "info", dict(v)) for v in found]
            )
            return st.builds(
                lambda made, more: made.with_children((*more, *made.children)),
                _payload(image.NS, "metadata", {}, xmls()),
                infos,
            )


def _payload(
    ns: str,
    name: str,
    attribute: Mapping[str, st.SearchStrategy[str]],
    part: st.SearchStrategy[Xml],
) -> st.SearchStrategy[Xml]:
    """Each attribute may be missing; the parts come in any number and order, among foreign ones."""
    plain = st.fixed_dictionaries({}, optional=dict(attribute))
    inner = st.lists(part | xmls() | xml_texts(), max_size=3).map(_normal)
    return st.builds(
        lambda own, foreign, children: Xml(
            ns,
            name,
            tuple(sorted([(("", key), value) for key, value in own.items()] + foreign)),
            children,
        ),
        plain,
        attributes().map(lambda found: [pair for pair in found if pair[0][0]]),
        inner,
    )


def _holder(ns: str, name: str, text: st.SearchStrategy[str]) -> st.SearchStrategy[Xml]:
    return text.map(lambda found: element(ns, name, {}, found))


@cache
def _room_parts() -> st.SearchStrategy[Xml]:
    extensions = st.lists(st.just(room.PINNED) | xmls(), max_size=3)
    return _holder(room.NS, "nick", xml_texts()) | extensions.map(
        lambda found: element(room.NS, "extensions", {}, *found)
    )


@cache
def variants() -> st.SearchStrategy[list[tuple[tuple[str, str], ...]]]:
    """Of a picture, by the attributes of `<info/>`."""
    names = st.sampled_from(("bytes", "height", "id", "type", "url", "width"))
    one = st.dictionaries(names, xml_texts(), min_size=1, max_size=3)
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


@cache
def jids() -> st.SearchStrategy[Jid]:
    """Bare, normalised; with odd but lawful local parts."""
    local = st.sampled_from(
        ("", "lead-dev@", "a;node=b@", "50%@", "a?b#c@", "ß@", "o\\27neill@", "日本@")
    ) | words().map(lambda word: f"{word}@")
    return st.builds(lambda name, domain: bare_jid(name + domain), local, st.sampled_from(_DOMAINS))


@cache
def room_jids() -> st.SearchStrategy[Jid]:
    return jids().filter(lambda jid: "@" in jid)


@cache
def nodes_addresses() -> st.SearchStrategy[NodeAddress]:
    ids = words() | texts().filter(_encodable) | st.just("urn:xmpp:microblog:0")
    return st.builds(NodeAddress, jids(), ids)


@cache
def addresses() -> st.SearchStrategy[Address]:
    return nodes_addresses() | room_jids()


@cache
def urls() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ("https://megacorp.example/old", "mailto:a@b", "https://megacorp.example/" + "y" * 200)
    )


# --- items and their keys -------------------------------------------------------------------


@cache
def item_ids() -> st.SearchStrategy[str]:
    """Ours, reserved ones, and what other clients make up."""
    own = (item_id for kind in KINDS for item_id in sorted(kind.reserved_ids))
    reserved = st.sampled_from((MARKER_ID, "urn:xmpp:avatar:metadata", *own))
    return reserved | st.sampled_from(("some-hash", "0", "")) | room_jids() | urls() | xml_texts()


@cache
def items() -> st.SearchStrategy[Item]:
    """One payload, or malformed with none or two."""
    return st.builds(
        Item,
        item_ids(),
        payloads().map(lambda one: (one,)) | st.lists(payloads(), max_size=2).map(tuple),
        st.none() | jids().map(str),
    )


@cache
def keys() -> st.SearchStrategy[Key]:
    return st.one_of([st.builds(Key, st.just(name), targets(name)) for name in BY_NAME])


@cache
def targets(kind: str) -> st.SearchStrategy[str]:
    """What a child of `kind` can point at."""
    match kind:
        case "room":
            return room_jids()
        case "node":
            return nodes_addresses().map(lambda found: found.uri)
        case "link":
            return urls()
        case "item":
            return item_ids()
        case _:
            return st.sampled_from(examples_of(kind))


def examples_of(kind: str) -> list[str]:
    """The targets of the keys that the schema has as examples, or of single children."""
    found = BY_NAME[kind]
    return [found.identify(key, DOCUMENT_NAMES) for key in found.keys or found.sections]


DOCUMENT_NAMES = Names(
    bare_jid, lambda text: node_address(text, bare_jid("pubsub.megacorp.example")), EMPTY
)


@cache
def declared(kind: str, texts: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Fields]:
    """What a file can say of a child of `kind`, by any subset of its keys; in `texts`."""
    found, values = BY_NAME[kind], {}
    words = xml_texts() if texts is None else texts
    for name, rule in found.properties.items():
        values[name] = _xml_of(rule) if name in found.xml else _value(rule, words)
    entry = st.fixed_dictionaries(
        {name: each for name, each in values.items() if name in found.required},
        optional={name: each for name, each in values.items() if name not in found.required},
    )
    if kind == "image":
        entry |= st.lists(entry, max_size=3)
    said = entry.map(lambda each: found.from_yaml(each, "", DOCUMENT_NAMES))
    if kind == "image" and texts is None:
        said |= st.fixed_dictionaries({"variants": variants().map(frozenset)})
    return said


def _value(rule: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """What fits a JSON Schema of a text, number or boolean."""
    match rule:
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "integer", "minimum": lowest}:
            return st.integers(lowest, lowest + 10**6)
        case {"type": "string", "pattern": _} | {"enum": _}:
            return st.sampled_from(rule.get("enum") or rule["examples"])
        case _:
            return texts.filter(lambda text: len(text) >= rule.get("minLength", 0))


def _xml_of(rule: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Elements of no known kind, one or a list as the JSON Schema says."""
    known = {kind.element for kind in KINDS}
    one = xmls().filter(lambda xml: (xml.ns, xml.name) not in known)
    own = one.map(lambda xml: Xml("urn:example:extension", xml.name, xml.attributes, xml.children))
    return st.lists(own, max_size=2).map(tuple) if rule["type"] == "array" else one


@cache
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


@cache
def values() -> st.SearchStrategy[Values]:
    one = st.sampled_from(("true", "false", "open", "whitelist", "max")) | texts().filter(
        _encodable
    )
    return st.lists(one, max_size=3).map(tuple)


@cache
def configs() -> st.SearchStrategy[Mapping[str, Values]]:
    return st.dictionaries(_vars(), values(), max_size=4)


@cache
def changed_configs() -> st.SearchStrategy[Mapping[str, tuple[Values, Values]]]:
    """What each field is before and after: an action that changes one knows both."""
    return st.dictionaries(_vars(), st.tuples(values(), values()), max_size=4)


def _sides(pairs: Mapping[str, tuple[Values, Values]]) -> tuple[Mapping[str, Values], ...]:
    return tuple({var: pair[side] for var, pair in pairs.items()} for side in (0, 1))


@cache
def _vars() -> st.SearchStrategy[str]:
    known = (ACCESS_MODEL, PUBLISH_MODEL, TITLE, TYPE, PARENT, "muc#roomconfig_roomname")
    return st.sampled_from(known) | texts().filter(_encodable)


@cache
def forms() -> st.SearchStrategy[Mapping[str, Field]]:
    kinds = st.sampled_from(("", "boolean", "text-single", "list-multi"))
    field = st.builds(Field, values(), kinds, values(), st.none() | st.integers(0, 10**6))
    return st.dictionaries(texts().filter(_encodable), field, max_size=3)


@cache
def affiliations() -> st.SearchStrategy[Mapping[Jid, str]]:
    return st.dictionaries(jids(), affiliation_words(), max_size=3)


@cache
def affiliation_words() -> st.SearchStrategy[str]:
    return st.sampled_from(("none", "outcast", "member", "publisher", "admin", "owner"))


@cache
def secrets() -> st.SearchStrategy[Secret]:
    """As a plan file can hold them: the origin and nothing else."""
    return st.builds(Secret, st.just(""), st.sampled_from(("env:ROOM_PASSWORD", "file:/run/x")))


@cache
def rooms() -> st.SearchStrategy[Room]:
    return st.builds(Room, forms(), st.none() | affiliations(), st.none() | secrets())


# --- plans ----------------------------------------------------------------------------------


@cache
def places() -> st.SearchStrategy[Place]:
    files = st.sampled_from(("spaces.yaml", "a/" * 60 + "deep.yaml", "日本.yaml"))
    return st.builds(Place, files, st.integers(1, 10**6), st.integers(1, 999))


@cache
def whys() -> st.SearchStrategy[Why]:
    return st.builds(
        Why,
        st.sampled_from(("file", "drift", "default", "required", "rename", "takeover")),
        st.none() | places(),
        st.lists(texts().filter(_encodable), max_size=2).map(tuple),
        st.sampled_from(("", "eve@megacorp.example")),
    )


@cache
def live_nodes() -> st.SearchStrategy[Node]:
    """Nodes as they are read: what their items stand for, and people."""
    return st.builds(
        _live_node,
        forms(),
        st.lists(items(), max_size=3, unique_by=lambda item: item.id),
        affiliations(),
        affiliations(),
    )


def _live_node(
    form: Mapping[str, Field],
    items: list[Item],
    affiliations: Mapping[Jid, str],
    subscriptions: Mapping[Jid, str],
) -> Node:
    return Node(form, decode(items), affiliations, subscriptions, marker=marker.find(items))


@cache
def markers() -> st.SearchStrategy[Marker]:
    return st.builds(Marker, texts().filter(_encodable))


@cache
def owned() -> st.SearchStrategy[Owned]:
    """What a ledger says of one object, the values known or not, or one of several."""
    tokens = st.text(st.sampled_from("abcXYZ019-_"), min_size=8, max_size=8)
    values = st.frozensets(tokens, max_size=3).map(lambda several: " ".join(sorted(several)))
    applied = st.dictionaries(tokens, st.tuples(values, st.booleans()), max_size=3)
    return st.builds(
        lambda pairs, *rest: Owned(
            {name: value for name, (value, _) in pairs.items()},
            *rest,
            doubtful=frozenset(name for name, (_, doubtful) in pairs.items() if doubtful),
            uncertain=not pairs or all(doubtful for _, doubtful in pairs.values()),
        ),
        applied,
        st.booleans(),
        st.sampled_from(("", "xmpp:pubsub.megacorp.example?;node=old")),
    )


@cache
def changes() -> st.SearchStrategy[Change]:
    return st.builds(Change, words() | texts().filter(_encodable), field_values(), field_values())


@cache
@st.composite
def actions(draw: st.DrawFn) -> Action:
    """Each kind at any stage, whether or not the planner would ever make it."""
    return replace(draw(_actions()), stage=draw(st.sampled_from(Stage)))


@cache
def _actions() -> st.SearchStrategy[Action]:
    node_address, room_jid, config, why = nodes_addresses(), room_jids(), configs(), whys()
    secret, renamed = st.none() | secrets(), st.none() | keys()
    change = st.lists(changes(), max_size=3).map(tuple)
    count = st.integers(0, 40)
    elsewhere = st.none() | node_address
    return st.one_of(
        st.builds(CreateNode, node_address, config, why, opens=st.booleans()),
        st.builds(
            lambda node, pairs, *more, out: ConfigureNode(
                node, *_sides(pairs), *more, shuts_out=out
            ),
            *(node_address, changed_configs(), count, why),
            out=count,
        ),
        st.builds(DeleteNode, node_address, live_nodes(), why, lost=count, shuts_out=count),
        st.builds(
            PublishItem,
            node_address,
            keys(),
            item_ids(),
            st.none() | items(),
            payloads(),
            change,
            renamed,
            why,
            access_model=_ACCESS,
            moved_from=elsewhere,
        ),
        st.builds(RetractItem, node_address, keys(), items(), renamed, why, moved_to=elsewhere),
        st.builds(
            WriteMarker,
            node_address,
            st.none() | items(),
            st.none() | markers(),
            why,
            access_model=_ACCESS,
        ),
        st.builds(
            RecordOwnership,
            addresses(),
            st.none() | owned(),
            st.none() | owned(),
            st.sampled_from(
                ("", "xmpp:pubsub.megacorp.example?;node=old", "xmpp:old@rooms.megacorp.example")
            ),
            st.sampled_from(("", "them")),
            why,
        ),
        st.builds(
            SetAffiliation,
            addresses(),
            jids(),
            affiliation_words(),
            affiliation_words(),
            why,
        ),
        st.builds(SetSubscription, node_address, jids(), _SUBSCRIBED, _SUBSCRIBED, why),
        st.builds(CreateRoom, room_jid, config, secret, why),
        st.builds(
            lambda room, pairs, *more: ConfigureRoom(room, *_sides(pairs), *more),
            *(room_jid, changed_configs(), secret, why),
        ),
        st.builds(
            DestroyRoom,
            room_jid,
            rooms(),
            why,
            shuts_out=st.integers(0, 9),
            renamed_to=st.none() | room_jid,
        ),
    )


_SUBSCRIBED = st.sampled_from(("none", "subscribed", "pending"))
_ACCESS = st.sampled_from(("", "whitelist", "authorize"))


@cache
def services() -> st.SearchStrategy[Service]:
    features = st.frozensets(st.sampled_from(("urn:a", "urn:b", "")), max_size=2)
    return st.builds(Service, jids(), texts().filter(_encodable), features, forms())


@cache
def plans() -> st.SearchStrategy[Plan]:
    """Any plan, empty ones and impossible ones included."""
    text = texts().filter(_encodable)
    reason = st.sampled_from(("by default", "stays", "impossible"))
    why = st.sampled_from(("not ours", "unlisted", "unknown kind", "reserved", "duplicate"))
    place = st.none() | places()
    service = st.lists(services(), max_size=2)
    counts = st.integers(0, 999)
    return st.builds(
        Plan,
        account=jids(),
        actions=st.lists(actions(), max_size=5).map(tuple),
        notes=st.lists(st.builds(Note, addresses(), reason, text, place), max_size=2).map(tuple),
        obstacles=st.lists(st.builds(Obstacle, addresses(), text, place), max_size=2).map(tuple),
        left_alone=st.lists(st.builds(LeftAlone, addresses(), keys(), why), max_size=3).map(tuple),
        places=st.dictionaries(addresses(), places(), max_size=2),
        facts=st.builds(
            Facts,
            service.map(lambda found: {each.jid: each for each in found}),
            st.dictionaries(addresses(), text, max_size=3),
            counts,
            counts,
            protected=st.frozensets(addresses(), max_size=2),
        ),
        preconditions=st.dictionaries(nodes_addresses(), preconditions(), max_size=2),
        source=st.none() | source_records(),
        originals=st.dictionaries(addresses(), originals(), max_size=2),
    )


@cache
def originals() -> st.SearchStrategy[Original]:
    tokens = st.dictionaries(texts().filter(_encodable), texts().filter(_encodable), max_size=2)
    return st.builds(Original, addresses(), tokens, tokens, tokens)


@cache
def source_records() -> st.SearchStrategy[SourceRecord]:
    operators = st.lists(jids(), max_size=2).map(tuple)
    return st.builds(
        SourceRecord, texts().filter(_encodable), st.none() | jids(), operators, operators
    )


@cache
def preconditions() -> st.SearchStrategy[Precondition]:
    values = st.lists(texts().filter(_encodable), max_size=2).map(tuple)
    people = st.lists(jids(), max_size=2).map(tuple)
    source = texts().filter(_encodable)
    return st.builds(Precondition, values, values, source, st.integers(0, 999), people, people)


@cache
def causes() -> st.SearchStrategy[tuple[Cause, ...]]:
    one = st.builds(Cause, st.sampled_from(get_args(Code)), texts(), texts(), texts())
    return st.lists(one, max_size=2).map(tuple)


@cache
def json_values() -> st.SearchStrategy[Any]:
    """Anything `json.loads` can give."""
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        scalar,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=12,
    )


def space_summaries() -> st.SearchStrategy[SpaceSummary]:
    child = st.builds(ListedChild, st.sampled_from([*BY_NAME]), texts(), texts())
    contents = st.none() | st.lists(child, max_size=3).map(tuple)
    number = st.none() | st.integers(0, 10**6)
    return st.builds(
        SpaceSummary, nodes_addresses(), texts(), texts(), number, texts(), texts(), contents
    )
