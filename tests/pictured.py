"""Readings to make maps of: a company, one with hostile names everywhere, and a large one."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from builders import ACCOUNT, PROSODY, SPACE_CONFIG, child, form, live_node, published
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import (
    Address,
    Child,
    Field,
    Form,
    Item,
    Key,
    Node,
    Reading,
    Room,
    Secret,
    Service,
    State,
)
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import (
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    DeleteNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.plan import Facts, Plan
from spaces_sync.profile import (
    ACCESS_MODEL,
    MEMBERS_ONLY,
    PARENT,
    PASSWORD_PROTECTED,
    ROOM_DESCRIPTION,
    ROOM_NAME,
    SPACE,
    TITLE,
    TYPE,
)
from spaces_sync.report.picture import Picture
from spaces_sync.report.picturing import picture

SERVICE = PROSODY.jid
MUC = Jid("conference.megacorp.example")
ROOMS = Service(MUC, "Chatrooms", frozenset({"http://jabber.org/protocol/muc"}))
DEV, SALES, ATTIC = (NodeAddress(SERVICE, name) for name in ("dev", "sales", "attic"))
TITLES: Mapping[Address, str] = {
    ATTIC: "The attic",
    DEV: "The developers corner",
    SALES: "Sales team",
}
PASSWORD = "correct horse battery staple"  # noqa: S105 - the one that must not be shown

HOSTILE = (
    "</script><script>document.title='broken'</script>",
    "<img src=x onerror=document.title='broken'>",
    "\" onmouseover=\"document.title='broken'",
    "{{ 7*7 }}{% raw %}",
    "a'b\"c`d|e\\f\n--> end; subgraph x[y] %%{init: {}}%% #35; &lt;b&gt;",
    "\u202egnp.exe\x00\x1b[31m\u2028",
    "x" * 300,
    "]]>]]><!-- --!> <svg/onload=alert(1)>",
)


def person(name: str) -> Jid:
    return bare_jid(f"{name}@megacorp.example")


def jid(name: str) -> Jid:
    return bare_jid(f"{name}@{MUC}")


def room(
    name: str,
    *,
    parent: NodeAddress | None = None,
    members: bool = False,
    password: str = "",
    description: str = "",
    people: Mapping[Jid, str] | None = None,
) -> Room:
    config: Form = {
        ROOM_NAME: Field((name,)),
        ROOM_DESCRIPTION: Field((description,)),
        MEMBERS_ONLY: Field(("true" if members else "false",)),
        PASSWORD_PROTECTED: Field(("true" if password else "false",)),
        PARENT: Field((parent.uri,) if parent is not None else ()),
    }
    secret = Secret(password, "service") if password else None
    return Room(config, {ACCOUNT: "owner"} if people is None else people, secret)


def space(
    title: str,
    *children: Child,
    access: str = "open",
    description: str = "",
    people: Mapping[Jid, str] | None = None,
    subscribers: Mapping[Jid, str] | None = None,
    source: str = "",
) -> Node:
    items = [published(each) for each in children]
    if source:
        items.append(marker.item(Marker(source)))
    config = {**SPACE_CONFIG, **form(title=title, access_model=access, description=description)}
    rights = {ACCOUNT: "owner"} if people is None else people
    return live_node(*items, config=config, affiliations=rights, subscriptions=subscribers)


def company() -> Reading:
    """Two spaces and what belongs to them, with something of each kind of trouble."""
    people = {name: person(name) for name in ("ada", "ben", "carla", "dan", "eve")}
    news = NodeAddress(SERVICE, "dev-news")
    picture = frozenset(
        {
            (
                ("bytes", "2048"),
                ("id", "ab"),
                ("type", "image/png"),
                ("url", "https://up.megacorp.example/dev.png"),
            )
        }
    )
    dev = space(
        "The developers corner",
        child("room", jid("erp"), name="ERP 3000", autojoin=True, pinned=True),
        child("room", jid("ops"), name="Operations"),
        child("room", jid("ci"), name="Builds"),
        child("room", jid("gone"), name="Old hall"),
        child("room", bare_jid("hall@rooms.other.example"), name="Elsewhere"),
        child("node", news.uri, title="News of the team"),
        child("link", "https://megacorp.example/dev-team-presentation", description="Presentation"),
        child("image", "avatar", variants=picture),
        description="Where the people meet who keep ERP 3000 alive.",
        people={ACCOUNT: "owner", people["ada"]: "owner", people["ben"]: "publisher"},
        subscribers={people[n]: "subscribed" for n in ("ada", "ben", "carla", "dan")},
        source="megacorp",
    )
    sales = space(
        "Sales team",
        child("room", jid("deals"), name="Deals"),
        child("room", jid("erp"), name="ERP 3000, for sales"),
        access="whitelist",
        people={ACCOUNT: "owner", people["carla"]: "member", people["eve"]: "outcast"},
        subscribers={people["carla"]: "subscribed"},
    )
    rooms = {
        jid("erp"): room("ERP 3000", parent=DEV, description="All things ERP"),
        jid("ops"): room("Operations", parent=DEV, members=True, password=PASSWORD),
        jid("ci"): room("Builds"),
        jid("deals"): room(
            "Deals", parent=DEV, members=True, people={people["carla"]: "admin", ACCOUNT: "owner"}
        ),
        jid("lounge"): room("Lounge", parent=SALES),
    }
    plain = live_node(
        Item("1", (element("http://www.w3.org/2005/Atom", "entry"),)),
        config=form(
            title="News of the team", access_model="open", type="http://www.w3.org/2005/Atom"
        ),
    )
    return Reading(
        ACCOUNT,
        State({DEV: dev, SALES: sales, news: plain}, rooms),
        absent=frozenset({jid("gone")}),
        failed={bare_jid("hall@rooms.other.example"): "cannot be read: remote-server-not-found"},
        services={SERVICE: PROSODY, MUC: ROOMS},
    )


def company_plan() -> Plan:
    """A plan for it, with one of each sign."""
    attic = {TITLE: ("The attic",), TYPE: (SPACE,), ACCESS_MODEL: ("open",)}
    first, second = (
        published(child("room", jid("new"), name="New")),
        published(child("link", "https://new.example/")),
    )
    deals = company().state.nodes[SALES]
    gone = Key("room", jid("gone"))
    dev = company().state.nodes[DEV].children
    return Plan(
        ACCOUNT,
        (
            CreateNode(ATTIC, attic),
            PublishItem(
                ATTIC,
                Key("room", jid("lounge")),
                jid("lounge"),
                None,
                published(child("room", jid("lounge"), name="Lounge")).payloads[0],
            ),
            ConfigureNode(DEV, {ACCESS_MODEL: ("open",)}, {ACCESS_MODEL: ("whitelist",)}),
            SetSubscription(DEV, person("dan"), "subscribed", "none"),
            SetAffiliation(DEV, person("carla"), "none", "member"),
            PublishItem(
                DEV,
                Key("link", "https://new.example/"),
                second.id,
                None,
                second.payloads[0],
                former=Key("link", "https://megacorp.example/dev-team-presentation"),
            ),
            RetractItem(
                DEV,
                Key("link", "https://megacorp.example/dev-team-presentation"),
                dev[Key("link", "https://megacorp.example/dev-team-presentation")].item,
                successor=Key("link", "https://new.example/"),
            ),
            RetractItem(DEV, gone, dev[gone].item),
            PublishItem(DEV, Key("room", jid("new")), first.id, None, first.payloads[0]),
            ConfigureRoom(
                jid("ci"), {ROOM_NAME: ("Builds",)}, {ROOM_NAME: ("Continuous integration",)}
            ),
            DeleteNode(SALES, deals),
        ),
        facts=Facts({SERVICE: PROSODY, MUC: ROOMS}, TITLES, 2, 12),
    )


def hostile() -> Reading:
    """A space a hostile name: as title, node id, description, name of a room, link, reason."""
    nodes, rooms, failed = {}, {}, {}
    for number, text in enumerate(HOSTILE):
        hall, lost = jid(f"hall-{number}"), jid(f"lost-{number}")
        children = (
            child("room", hall, name=text),
            child("room", lost, name=text),
            child("link", f"javascript:{text.split()[0]}", description=text),
            child("link", f"https://x.example/?{text.split()[0]}", description=text),
        )
        address = NodeAddress(SERVICE, text)
        made = space(text, *children, description=text, source=text)
        strange = Item(text, (element("urn:x", "odd"),))
        key = Key("item", text)
        nodes[address] = replace(made, children={**made.children, key: Child(key, {}, strange)})
        rooms[hall] = room(text, description=text, parent=NodeAddress(SERVICE, f"not {text}"))
        failed[lost] = text
    services = {SERVICE: replace(PROSODY, name=HOSTILE[0]), MUC: replace(ROOMS, name=HOSTILE[1])}
    found: Mapping[Address, str] = failed
    return Reading(ACCOUNT, State(nodes, rooms), failed=found, services=services)


def large(spaces: int = 200, children: int = 50) -> Picture:
    """So many spaces with so many rooms each, all of which were read, and 20 people each."""
    nodes, rooms = {}, {}
    people = {person(f"employee-{n}"): "member" for n in range(20)}
    for s in range(spaces):
        address = NodeAddress(SERVICE, f"department-{s:03}")
        names = {jid(f"room-{s:03}-{c:02}"): f"Room {c} of department {s}" for c in range(children)}
        listed = (child("room", each, name=name) for each, name in names.items())
        nodes[address] = space(
            f"Department {s}",
            *listed,
            people={ACCOUNT: "owner", **people},
            subscribers=dict.fromkeys(people, "subscribed"),
        )
        rooms |= {each: room(name, parent=address) for each, name in names.items()}
    services = {SERVICE: PROSODY, MUC: ROOMS}
    return picture(Reading(ACCOUNT, State(nodes, rooms), services=services))


PICTURES: Mapping[str, Callable[[], Picture]] = {
    "map-company": lambda: picture(company()),
    "map-planned": lambda: picture(company(), company_plan()),
    "map-hostile": lambda: picture(hostile()),
    "map-empty": lambda: picture(Reading(ACCOUNT)),
}
