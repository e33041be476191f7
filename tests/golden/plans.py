"""The plans that stand written out beside this module, each as every report shows it."""

from collections.abc import Mapping
from dataclasses import replace

import builders
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.children import image, link, node, room
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import (
    Address,
    Field,
    Item,
    Key,
    Node,
    Owned,
    Ownership,
    Reading,
    Room,
    Secret,
    Service,
    State,
    Values,
)
from spaces_sync.model.xml import Xml, element
from spaces_sync.plan.actions import (
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
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare import planner
from spaces_sync.plan.outcome import Outcome, Result
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Plan
from spaces_sync.profile import (
    ACCESS_MODEL,
    DESCRIPTION,
    MAX_ITEMS,
    PARENT,
    PUBLISH_MODEL,
    SPACE,
    TITLE,
    TYPE,
)
from spaces_sync.report.reportable import ListedChild, SpaceSummary

PUBSUB = Jid("pubsub.megacorp.example")
MUC = "conference.megacorp.example"
ACCOUNT = Jid("admin@megacorp.example")


def space(name: str, service: Jid = PUBSUB) -> NodeAddress:
    return NodeAddress(service, name)


def jid(name: str) -> Jid:
    return bare_jid(f"{name}@{MUC}")


def person(name: str) -> Jid:
    return bare_jid(f"{name}@megacorp.example")


def at(line: int, *consequences: str, reason: str = "file") -> Why:
    return Why(reason, Place("spaces.yaml", line, 5), consequences)  # type: ignore[arg-type]  # a word of Reason


def bookmark(name: str, *extensions: Xml) -> Xml:
    inner = (element(room.NS, "extensions", {}, *extensions),) if extensions else ()
    return element(room.NS, "conference", {"name": name}, *inner)


def web_link(url: str) -> Item:
    return Item(url, (link.KIND.overlay(None, url, {}),))


DEV, SALES = space("dev"), space("sales")
TITLES: Mapping[Address, str] = {DEV: "The developers corner", SALES: "Sales team"}
FACTS = Facts(
    {
        PUBSUB: Service(PUBSUB, "Prosody 0.12.3", default_config={TITLE: Field(())}),
        Jid(MUC): Service(Jid(MUC), ""),
    },
    TITLES,
    14,
    212,
)
PLACES: Mapping[Address, Place] = {
    DEV: Place("spaces.yaml", 9, 3),
    SALES: Place("spaces.yaml", 31, 3),
}


def _others(about: NodeAddress) -> tuple[LeftAlone, ...]:
    rooms = (Key("room", jid(name)) for name in ("theirs", "also-theirs", "and-theirs"))
    unknown = LeftAlone(about, Key("item", "some-hash"), "unknown kind")
    return (*(LeftAlone(about, key, "not ours") for key in rooms), unknown)


def _new_space() -> CreateNode:
    config: Mapping[str, Values] = {
        TITLE: ("Sales team",),
        DESCRIPTION: ("Selling ERP 3000 to whoever still has money",),
        TYPE: (SPACE,),
        ACCESS_MODEL: ("whitelist",),
        PUBLISH_MODEL: ("publishers",),
        MAX_ITEMS: ("max",),
        "pubsub#notify_retract": ("true",),
        "pubsub#persist_items": ("true",),
        "pubsub#purge_offline": ("false",),
    }
    return CreateNode(SALES, config, at(31))


def everyday() -> Plan:
    """A change, a new room, a rename, a link that left the file, drift, and a new space."""
    ops, old, new = jid("ops"), jid("old"), jid("new")
    named = (
        Change("name", None, "CI"),
        Change("autojoin", None, True),
        Change("pinned", None, False),
    )
    return Plan(
        ACCOUNT,
        (
            _new_space(),
            ConfigureNode(
                DEV,
                {ACCESS_MODEL: ("open",)},
                {ACCESS_MODEL: ("whitelist",)},
                why=at(10, "7 of 31 subscribers lose access"),
            ),
            PublishItem(
                DEV, Key("room", jid("ci")), jid("ci"), None, bookmark("CI"), named, None, at(19)
            ),
            PublishItem(
                DEV,
                Key("room", new),
                new,
                None,
                bookmark("New"),
                (Change("name", "Old", "New"),),
                Key("room", old),
                at(22, reason="rename"),
            ),
            PublishItem(
                DEV,
                Key("room", ops),
                ops,
                Item(ops, (bookmark("Ops"),)),
                bookmark("Operations"),
                (Change("name", "Ops", "Operations"),),
                None,
                Why("drift", Place("spaces.yaml", 24, 7)),
            ),
            RetractItem(
                DEV,
                Key("link", "https://megacorp.example/old"),
                web_link("https://megacorp.example/old"),
                why=Why(),
            ),
            RetractItem(
                DEV,
                Key("room", old),
                Item(old, (bookmark("Old"),)),
                Key("room", new),
                why=at(22, reason="rename"),
            ),
        ),
        (
            Note(
                DEV, "recommended", "pubsub#notify_sub: the service has no such field", PLACES[DEV]
            ),
        ),
        (),
        _others(DEV),
        PLACES,
        FACTS,
    )


def growing() -> Plan:
    """Twelve rooms and ten members that are alike, between which one room goes."""
    joined = (Change("autojoin", None, True),)
    rooms = [
        PublishItem(
            DEV, Key("room", jid(name)), jid(name), None, bookmark(name), joined, None, at(19)
        )
        for name in (f"team{number}" for number in range(1, 13))
    ]
    members = [
        SetAffiliation(DEV, person(f"m{number}"), "none", "member", why=at(12))
        for number in range(1, 11)
    ]
    gone = Key("room", jid("old"))
    retracted = RetractItem(DEV, gone, Item(gone.target, (bookmark("Old"),)), why=Why())
    return Plan(ACCOUNT, (*members, *rooms, retracted), (), (), (), PLACES, FACTS)


def renamed() -> Plan:
    """A space and a room with other names: what they were, and where that differs."""
    was = "Where new people begin. The team answers within a day, and nobody bites."
    config = {TITLE: ("Newcomers",), DESCRIPTION: (was.replace("day", "week"),)}
    space = {**config, ACCESS_MODEL: ("whitelist",), TYPE: (SPACE,), MAX_ITEMS: ("max",)}
    old = {TITLE: ("New people",), DESCRIPTION: (was,), TYPE: (SPACE,), MAX_ITEMS: ("max",)}
    room = {"muc#roomconfig_roomname": ("Lunch",), "muc#roomconfig_whois": ("moderators",)}
    former = NodeAddress(PUBSUB, "people")
    copies = "copies the affiliations of people, which stays"
    return Plan(
        ACCOUNT,
        (
            CreateNode(DEV, space, at(9, copies, reason="rename"), former=former, formerly=old),
            CreateRoom(
                jid("lunch"), room, None, at(52, reason="rename"), former=jid("food"), formerly=room
            ),
        ),
        (Note(former, "stays", "stays until all of it has been copied"),),
        (),
        (),
        PLACES,
        FACTS,
    )


def empty() -> Plan:
    """Nothing to do; what is left alone is counted all the same."""
    note = Note(
        DEV, "by default", "pubsub#purge_offline: the service has no such field", PLACES[DEV]
    )
    return Plan(ACCOUNT, (), (note,), (), _others(DEV), PLACES, FACTS)


def blocked() -> Plan:
    """One space cannot be planned, and says why."""
    text = (
        "would hold 312 items, and the service keeps at most 256 (pubsub#max_items): it drops "
        "the oldest without a word. Split it, or raise the limit of the service"
    )
    obstacles = (
        Obstacle(DEV, text, Place("spaces.yaml", 12, 5)),
        Obstacle(jid("ops"), "forbidden (not-owner): this account may not read its configuration"),
    )
    return Plan(ACCOUNT, (_new_space(),), (), obstacles, (), PLACES, FACTS)


def everything() -> Plan:
    """Each of the twelve actions, consequences and secrets included."""
    ops, erp = jid("ops"), jid("erp")
    secret = Secret("hunter2", "env:OPS_PASSWORD")
    gone = space("archive")
    news = space("planet", Jid("xmpp.news.example"))
    return Plan(
        ACCOUNT,
        (
            _new_space(),
            SetAffiliation(DEV, person("lead-dev"), "none", "owner", why=at(40)),
            ConfigureNode(
                DEV,
                {TITLE: ("Developers",), DESCRIPTION: (), "pubsub#notify_config": ("false",)},
                {
                    TITLE: ("The developers corner",),
                    DESCRIPTION: ("Where ERP 3000 is made",),
                    "pubsub#notify_config": ("true",),
                },
                why=at(10, reason="required"),
            ),
            CreateRoom(
                ops,
                {
                    "muc#roomconfig_roomname": ("Operations",),
                    "muc#roomconfig_membersonly": ("true",),
                    "muc#roomconfig_passwordprotectedroom": ("true",),
                },
                secret,
                at(55),
            ),
            ConfigureRoom(
                erp,
                {"muc#roomconfig_roomname": ("ERP",), "muc#roomconfig_maxusers": ("20",)},
                {"muc#roomconfig_roomname": ("ERP 3000",), "muc#roomconfig_maxusers": ()},
                secret,
                at(60, "who wants to join needs the new password"),
            ),
            WriteMarker(
                DEV,
                marker.item(marker.Marker("megacorp/former")),
                marker.Marker("megacorp/spaces"),
                at(9, reason="takeover"),
            ),
            SetAffiliation(ops, person("intern"), "none", "member", why=at(57)),
            PublishItem(
                DEV,
                Key("node", news.uri),
                "6f5a",
                None,
                node.KIND.overlay(None, news.uri, {}),
                (Change("title", None, "Planet"),),
                None,
                at(27),
            ),
            PublishItem(
                DEV,
                Key("node", space("announcements").uri),
                "some-hash",
                None,
                node.KIND.overlay(None, space("announcements").uri, {}),
                (Change("title", None, "Announcements"),),
                None,
                at(26),
            ),
            *_rich_changes(),
            SetSubscription(DEV, person("intern"), "subscribed", "none", why=at(44)),
            SetAffiliation(DEV, person("intern"), "publisher", "member", why=at(44)),
            SetAffiliation(
                DEV,
                person("former"),
                "owner",
                "none",
                why=at(45, "this account can no longer manage it"),
            ),
            ConfigureRoom(erp, {PARENT: ()}, {PARENT: (DEV.uri,)}, None, at(60)),
            DeleteNode(
                gone,
                Node({TYPE: Field((SPACE,))}),
                Why("file", None, ("12 items and 31 subscriptions go with it",)),
            ),
            DestroyRoom(
                jid("lunch"),
                Room({"muc#roomconfig_roomname": Field(("Lunch",))}),
                Why("file", None, (f"who is in it is told of {jid('dinner')}",)),
                shuts_out=1,
                renamed_to=jid("dinner"),
            ),
            RecordOwnership(
                DEV,
                None,
                Owned({"sK3p-9aB": "Zx81_Qw2", "Qm7vT0cd": ""}, protect=True),
                taken_from="megacorp/former",
                why=at(9, "takes charge of it, with 1 child made by others", reason="takeover"),
            ),
            RecordOwnership(gone, Owned(), None),
        ),
        (),
        (),
        (),
        {**PLACES, ops: Place("spaces.yaml", 54, 3), erp: Place("spaces.yaml", 59, 3)},
        FACTS,
    )


def _rich_changes() -> tuple[PublishItem, ...]:
    """Structured fields, of which only what differs inside is shown."""
    notify = element("urn:xmpp:notification-settings:1", "notify", {}, element("", "always"))
    quiet = element("urn:xmpp:notification-settings:1", "notify", {}, element("", "never"))
    picture = {
        "bytes": "2048",
        "id": "ab" * 20,
        "type": "image/png",
        "url": "https://up.example/a.png",
    }
    bigger = {**picture, "bytes": "4096"}
    before, after = (frozenset({tuple(sorted(each.items()))}) for each in (picture, bigger))
    ops, avatar = jid("ops"), "urn:xmpp:spaces:avatar:metadata:0"
    note = element("urn:example:note", "note", {"lang": "en"}, "Be kind.")
    kinder = element("urn:example:note", "note", {"lang": "en"}, "Be kinder.")
    return (
        PublishItem(
            DEV,
            Key("room", ops),
            ops,
            Item(ops, (bookmark("Ops", notify),)),
            bookmark("Operations", quiet),
            (Change("extensions", (notify,), (quiet,)), Change("name", "Ops", "Operations")),
            None,
            at(20),
        ),
        PublishItem(
            DEV,
            Key("image", "avatar"),
            avatar,
            Item(avatar, (image.KIND.overlay(None, "avatar", {"variants": before}),)),
            image.KIND.overlay(None, "avatar", {"variants": after}),
            (Change("variants", before, after),),
            None,
            at(33),
        ),
        PublishItem(DEV, Key("item", "motto"), "motto", Item("motto", (note,)), kinder, why=at(36)),
    )


OPS, LUNCH, NEWS = jid("ops"), jid("lunch"), space("news")


def _declared() -> Declaration:
    """A space with two rooms and a member, and one of the rooms, by a file with a source."""
    children = (builders.room(OPS, name="Operations"), builders.room(jid("ci"), name="CI"))
    people = {person("lead-dev"): "member"}
    of_space = builders.declare(*children, affiliations=people)
    name = {"muc#roomconfig_roomname": Field(("Operations",))}
    of_room = builders.declare_room(OPS, Room(name, {person("lead-dev"): "admin"}))
    return Declaration(
        State(of_space.state.nodes, of_room.state.rooms),
        {**of_space.policies, **of_room.policies},
        {(DEV,): PLACES[DEV], (OPS,): Place("spaces.yaml", 54, 3)},
        source="megacorp/spaces",
        home=PUBSUB,
    )


def _live(ownership: Ownership, *, whole: bool = True) -> Reading:
    """What `_declared` declares, made by others or by the source; if not `whole`, a part of it."""
    declared = _declared()
    children = list(declared.state.nodes[DEV].children.values())
    items = map(builders.published, children if whole else children[:1])
    people = {ACCOUNT: "owner", person("lead-dev"): "member"}
    admins = {ACCOUNT: "owner", person("lead-dev"): "admin"}
    mark = marker.item(marker.Marker("megacorp/spaces"))
    of_room = Room(declared.state.rooms[OPS].config, admins)
    return builders.reading(
        {DEV: builders.live_node(*items, mark, affiliations=people)},
        rooms={OPS: of_room} if whole else {},
        absent=() if whole else (OPS,),
        ownership=ownership,
    )


def adoption() -> Plan:
    """All is as the file says, and nothing of it was the source's."""
    return planner.plan(_declared(), _live(Ownership()))


def leftovers() -> Plan:
    """An apply was cut off; the file is smaller now, and has one room less."""
    made = planner.plan(_declared(), builders.reading(absent=(DEV, OPS)))
    declared = _declared()
    half = _live(builders.ownership_after(made, cut=True), whole=False)
    smaller = builders.declare(
        builders.room(jid("ci"), name="CI"), affiliations={person("lead-dev"): "member"}
    )
    config = {"muc#roomconfig_roomname": Field(("Operations",))}
    state = replace(half.state, rooms={OPS: Room(config, {ACCOUNT: "owner"})})
    half = replace(half, state=state, absent=frozenset())
    return planner.plan(replace(declared, state=smaller.state, policies=smaller.policies), half)


def departed() -> Plan:
    """Of what left the file a room may go and another is gone; the node and the space stay."""
    ownership = Ownership({DEV: Owned(), OPS: Owned(), LUNCH: Owned(), NEWS: Owned()})
    live = _live(ownership)
    lunch = Room({"muc#roomconfig_roomname": Field(("Lunch",))}, {ACCOUNT: "owner"})
    news = builders.live_node(config=builders.form(title="News"))
    state = State({DEV: live.state.nodes[DEV], NEWS: news}, {LUNCH: lunch})
    gone = replace(live, state=state, absent=frozenset({OPS}))
    declared = Declaration(State(), {}, source="megacorp/spaces", home=PUBSUB)
    return planner.plan(declared, gone, removals={"destroy-room": [LUNCH]})


def hostile() -> Plan:
    """Every text by a stranger who would like to write to the terminal."""
    evil = "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe \u200b" + "very " * 40 + "long"
    where = NodeAddress(PUBSUB, "dev\n+ sales  All is well")
    conference = bookmark("x")
    return Plan(
        ACCOUNT,
        (
            PublishItem(
                where,
                Key("room", jid("a" * 150)),
                jid("a" * 150),
                Item(jid("a" * 150), (conference,)),
                bookmark("y"),
                (Change("name", evil, "CI"), Change("nick", None, evil)),
                None,
                Why("drift"),
            ),
            RetractItem(where, Key("item", evil), Item(evil, (), "mallory@evil.example")),
        ),
        (Note(where, "impossible", evil),),
        (),
        (LeftAlone(where, Key("item", evil), "unknown kind"),),
        {where: Place("a-folder-with-a-long-name/" * 5 + "spaces.yaml", 1048, 5)},
        Facts({PUBSUB: Service(PUBSUB, evil)}, {where: evil}, 1, 1),
    )


def _halfway() -> tuple[Plan, Outcome]:
    """One refused, one that nobody knows of, and what had to be skipped for that."""
    plan = everyday()
    create, configure, *publish, retract, _ = plan.actions
    refused = (Cause("refused", after="forbidden (auth): only an owner may change this node"),)
    silent = (Cause("no-answer", after="no answer within 30 s\x1b[2J"),)
    results = (
        Result(create, "done"),
        Result(configure, "failed", refused),
        Result(publish[0], "unknown", silent),
        *(Result(action, "skipped", refused) for action in (*publish[1:], retract)),
    )
    return plan, Outcome(results, (configure, *publish[1:]))


def _whole() -> tuple[Plan, Outcome]:
    plan = everyday()
    return plan, Outcome(tuple(Result(action, "done") for action in plan.actions))


def _restless() -> tuple[Plan, Outcome]:
    """All was done, and planning again finds more: someone else was at it."""
    plan = everyday()
    late = SetAffiliation(DEV, person("mallory"), "owner", "none")
    return plan, Outcome(tuple(Result(action, "done") for action in plan.actions), (late,))


def _crowd() -> tuple[Plan, Outcome]:
    """One cause for many, on two nodes, and nothing done."""
    refused = (Cause("refused", after="forbidden (auth): only a publisher may do this"),)

    def published(node: NodeAddress, n: int) -> PublishItem:
        target = jid(f"r{n}")
        return PublishItem(node, Key("room", target), target, None, bookmark("R"))

    actions = (*(published(DEV, n) for n in range(12)), *(published(SALES, n) for n in range(4)))
    results = tuple(Result(action, "failed", refused) for action in actions)
    later = tuple(published(space("ops"), n) for n in range(7))
    return Plan(ACCOUNT, actions), Outcome(results, (*actions, *later))


CONTENTS = (
    ListedChild("room", "lobby@rooms.megacorp.example", "The lobby \x1b[31m"),
    ListedChild("node", f"xmpp:pubsub.megacorp.example?;node={'n' * 60}", "Announcements " * 4),
    ListedChild("item", "urn:example:poll:\u202e1"),
)

SPACES = (
    SpaceSummary(DEV, TITLES[DEV], "public", 40, "", "megacorp/spaces"),
    SpaceSummary(SALES, TITLES[SALES], "private", 0, contents=()),
    SpaceSummary(space("team"), "Team", "public", 3, "", "", CONTENTS),
    SpaceSummary(space("hr"), "", "private", None, "forbidden (auth)"),
    SpaceSummary(space("roster-space-with-a-name-that-does-not-end"), "長い題名" * 12, "roster", 3),
    SpaceSummary(space("a", Jid("other.example")), "A\u202e", "public", 1),
)

PLANS = {
    "everyday": everyday,
    "growing": growing,
    "renamed": renamed,
    "empty": empty,
    "blocked": blocked,
    "everything": everything,
    "adoption": adoption,
    "leftovers": leftovers,
    "departed": departed,
    "hostile": hostile,
}

OUTCOMES = {"halfway": _halfway, "whole": _whole, "restless": _restless, "crowd": _crowd}
