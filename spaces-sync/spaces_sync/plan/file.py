"""A plan as a versioned JSON file and back; every plan survives the way there and back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.cursor import Cursor
from spaces_sync.model.data import address_from_data, address_to_data, form_to_data
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Service
from spaces_sync.plan import action_data as action
from spaces_sync.plan.plan import Facts, LeftAlone, Met, Note, Obstacle, Plan, Spared
from spaces_sync.plan.preconditions import Precondition

FORMAT_VERSION: Final = "2.0"

_EXPLAINING: Final = ("reason", "place", "consequences", "changes", "by")


# --- writing --------------------------------------------------------------------------------


def to_data(plan: Plan) -> dict[str, Any]:
    """`plan` as `schema/plan.schema.json` describes it, without any secret."""
    return {
        "format_version": FORMAT_VERSION,
        "digest": digest(plan),
        "account": plan.account,
        "actions": [action.action_to_data(each) for each in plan.actions],
        "obstacles": [_obstacle_to_data(each) for each in plan.obstacles],
        "notes": [{**_remark(each), "met": each.met} for each in plan.notes],
        "left_alone": [_left_alone(each) for each in plan.left_alone],
        "places": _places(plan.places),
        "facts": _facts(plan.facts),
        "preconditions": {
            node.uri: _precondition(each) for node, each in plan.preconditions.items()
        },
    }


def _precondition(each: Precondition) -> dict[str, Any]:
    return {
        "type": list(each.type),
        "access_model": list(each.access_model),
        "source": each.source,
        "children": each.children,
        "shut_out": each.shut_out,
    }


def digest(plan: Plan) -> str:
    """SHA-256 in hex of what the plan would do, and from which state; people see 6 digits of it.

    Two plans that do the same have the same digest, wherever a file says so and why.
    """
    doing = [
        {key: value for key, value in action.action_to_data(each).items() if key not in _EXPLAINING}
        for each in plan.actions
    ]
    text = json.dumps({"account": plan.account, "actions": doing}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _remark(remark: Note | Obstacle) -> dict[str, Any]:
    place = {} if remark.place is None else {"place": action.place_to_data(remark.place)}
    return {"about": address_to_data(remark.about), "text": remark.text, **place}


def _obstacle_to_data(obstacle: Obstacle) -> dict[str, Any]:
    return {**_remark(obstacle), **({"owner": obstacle.owner} if obstacle.owner else {})}


def _left_alone(spared: LeftAlone) -> dict[str, Any]:
    about, key = address_to_data(spared.about), action.key_to_data(spared.key)
    return {"about": about, "key": key, "why": spared.why}


def _places(places: Mapping[Address, Place]) -> dict[str, Any]:
    return {address_to_data(each): action.place_to_data(place) for each, place in places.items()}


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "services": {
            jid: {
                "name": service.name,
                "features": sorted(service.features),
                "default_config": form_to_data(service.default_config),
            }
            for jid, service in facts.services.items()
        },
        "titles": {address_to_data(each): title for each, title in facts.titles.items()},
        "spaces": facts.spaces,
        "items": facts.items,
        "children": {address_to_data(each): count for each, count in facts.children.items()},
        "protected": [address_to_data(each) for each in sorted(facts.protected, key=str)],
    }


# --- reading --------------------------------------------------------------------------------


def from_data(data: Any) -> Plan:
    """The plan in parsed JSON. Unknown keys are ignored: a later 2.x may write them.

    Raises `DataError` for anything that is not a plan of format 2.
    """
    at = Cursor(data)
    _check_version(at["format_version"])
    return Plan(
        account=at["account"].read(bare_jid),
        actions=tuple(action.action_from_data(each) for each in at["actions"].each()),
        notes=tuple(_note(each) for each in at["notes"].each()),
        obstacles=tuple(_obstacle(each) for each in at["obstacles"].each()),
        left_alone=tuple(_left_alone_from_data(each) for each in at["left_alone"].each()),
        places=_places_from_data(at["places"]),
        facts=_facts_from_data(at["facts"]),
        preconditions=dict(_precondition_at(*pair) for pair in at["preconditions"].pairs()),
    )


def _precondition_at(node: Cursor, at: Cursor) -> tuple[NodeAddress, Precondition]:
    node_type = tuple(each.text() for each in at["type"].each())
    access = tuple(each.text() for each in at["access_model"].each())
    counts = at["children"].number(), at["shut_out"].number()
    return node.read(node_uri), Precondition(node_type, access, at["source"].text(), *counts)


def _check_version(at: Cursor) -> None:
    match = re.fullmatch(r"([0-9]{1,9})\.[0-9]{1,9}", at.text())
    if match is None:
        at.fail("should be a version such as '2.0'")
    if match[1] != FORMAT_VERSION.partition(".")[0]:
        at.fail(f"is {at.value}, and this version of spaces-sync reads 2.x")


def _note(at: Cursor) -> Note:
    met: Met = at["met"].one_of(*get_args(Met))
    return Note(_about(at), met, at["text"].text(), action.place_from_data(at))


def _obstacle(at: Cursor) -> Obstacle:
    owner = at.get("owner")
    said = "" if owner is None else owner.text()
    return Obstacle(_about(at), at["text"].text(), action.place_from_data(at), said)


def _left_alone_from_data(at: Cursor) -> LeftAlone:
    why: Spared = at["why"].one_of(*get_args(Spared))
    return LeftAlone(_about(at), action.key_from_data(at["key"]), why)


def _about(at: Cursor) -> Address:
    return at["about"].read(address_from_data)


def _places_from_data(at: Cursor) -> dict[Address, Place]:
    return {each.read(address_from_data): action.place(place) for each, place in at.pairs()}


def _facts_from_data(at: Cursor) -> Facts:
    services = (_service(*pair) for pair in at["services"].pairs())
    counted = at.get("children")
    children = () if counted is None else counted.pairs()
    return Facts(
        services={service.jid: service for service in services},
        titles={each.read(address_from_data): t.text() for each, t in at["titles"].pairs()},
        spaces=at["spaces"].number(),
        items=at["items"].number(),
        children={each.read(address_from_data): n.number() for each, n in children},
        protected=frozenset(each.read(address_from_data) for each in at["protected"].each()),
    )


def _service(name: Cursor, at: Cursor) -> Service:
    jid: Jid = name.read(bare_jid)
    features = frozenset(at["features"].texts())
    return Service(jid, at["name"].text(), features, action.form(at["default_config"]))


__all__ = ["FORMAT_VERSION", "digest", "from_data", "to_data"]
