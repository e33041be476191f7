"""Keys that entries of several sections have, with what differs between these as an argument."""

from __future__ import annotations

from typing import Final

from spaces_sync import profile
from spaces_sync.fields.spec import FieldSpec
from spaces_sync.model import shapes
from spaces_sync.model.shapes import (
    Schema,
    choice,
    count_or,
    flag,
    keyed,
    line,
    mapping,
    text,
)
from spaces_sync.profile import ACCESS_MODEL, DESCRIPTION, MAX_ITEMS, PUBLISH_MODEL, TITLE

_CONFIG_VALUE: Final[Schema] = {
    "type": ["string", "boolean", "integer", "array"],
    "items": {"type": ["string", "boolean", "integer"]},
}

ALLOW_OPEN: Final = FieldSpec(
    "allow_open_publishing",
    flag("Says that `publish_model: open` is meant; it stays a warning."),
)
PROTECT: Final = FieldSpec(
    "protect",
    flag(
        "A plan that would remove this, or cost what is in it by a change of a field, is refused, "
        "whatever the flags say."
    ),
    default=False,
)


def prune_people(of: str, more: str = "") -> FieldSpec:
    """The row of `prune` where only people can leave. of: room or node. more: who else leaves."""
    shape = choice(
        f"Who leaves the {of}: `owned` (the default) whom this source named under its "
        f"`affiliations` and names no more{more}; `none` nobody but whom the file names as `none`. "
        "`all` does as `owned`: whom others let in stays.",
        "owned",
        "all",
        "none",
    )
    all_ignored = (
        "'prune: all' does as 'owned' here, and whom others let in stays; name whom to remove as "
        "'none' under 'affiliations'"
    )
    return FieldSpec("prune", shape, default="owned", ignored={"all": all_ignored})


def title(meaning: str, example: str) -> FieldSpec:
    """The row of `title`. meaning: for the schema. example: a value."""
    return FieldSpec("title", line(meaning, example), var=TITLE)


def description(meaning: str, example: str) -> FieldSpec:
    """The row of `description`. meaning: for the schema. example: a value."""
    return FieldSpec("description", text(meaning, example), var=DESCRIPTION)


def publish_model(default: str | None = None) -> FieldSpec:
    """The row of `publish_model`. default: where the file has none; None: left as found."""
    shape = choice(
        "Who may publish (`pubsub#publish_model`). Default for a space: `publishers`. `open` also "
        "needs `allow_open_publishing: true`, since anyone could then change what is listed.",
        "publishers",
        "subscribers",
        "open",
    )
    return FieldSpec("publish_model", shape, var=PUBLISH_MODEL, default=default)


def access_model(meaning: str, *models: str) -> FieldSpec:
    """The row of `access_model`, which takes `models`. meaning: for the schema."""
    return FieldSpec("access_model", choice(meaning, *models), var=ACCESS_MODEL)


def max_items(default: str | None = None) -> FieldSpec:
    """The row of `max_items`. default: where the file has none; None: left as found."""
    meaning = "How many items the node keeps (`pubsub#max_items`). Default for a space: `max`."
    return FieldSpec("max_items", count_or("max", meaning), var=MAX_ITEMS, default=default)


def config(meaning: str, example: str) -> FieldSpec:
    """The row of `config`, raw fields of a form.

    meaning: for the schema. example: the name of a field that takes a boolean.
    """
    return FieldSpec("config", keyed(meaning, _CONFIG_VALUE, {example: True}))


def affiliations(of: str, *names: str, others: tuple[str, ...] = ()) -> FieldSpec:
    """The row of `affiliations`, which takes `names` and `none`.

    of: node or room. others: fields of its form that would say the same.
    """
    shape = keyed(
        f"Who is what in the {of}: JID to {', '.join(names)} or none. Of others only those are "
        "touched whom this source named before. Absent: left alone.",
        {"enum": [*names, "none"]},
        {"lead-dev@megacorp.example": "owner"},
    )
    return FieldSpec("affiliations", shape, others=others)


def service(of: str) -> FieldSpec:
    """The row of `service`. of: space or node."""
    meaning = (
        f"The pubsub service of this {of}, where it is not the file's. `${{NAME}}` takes it from "
        "the environment."
    )
    return FieldSpec("service", text(meaning, "pubsub.megacorp.example", minLength=1))


def absent(of: str) -> FieldSpec:
    """The row of `absent`. of: space, room or node."""
    beside = "" if of == "room" else ", but for `service`"
    meaning = (
        f"true, alone in its entry{beside}: this {of} must not exist. A plan removes what is "
        "there, and has to be allowed to. What another source manages, or is protected, stays."
    )
    return FieldSpec("absent", flag(meaning))


def previously(of: str, example: str, copied: str) -> FieldSpec:
    """The row of `previously`. of: space, room or node. example: a key that it had.

    copied: what a rename takes along.
    """
    shape = shapes.previously(of, example)
    more = f"A file with a `source` copies {copied}, and the old {of} stays until that is removed."
    return FieldSpec("previously", {**shape, "description": f"{shape['description']} {more}"})


NOTIFY: Final = FieldSpec(
    "notify",
    mapping(
        "What subscribers hear of besides items: XEP-0503 recommends all of it, and a service may "
        "overrule it. `false` declines it.",
        {
            "subscriptions": flag("Owners, of new subscriptions (`pubsub#notify_sub`)."),
            "config": flag("Changes of the configuration (`pubsub#notify_config`)."),
            "delete": flag("The end of the space (`pubsub#notify_delete`)."),
        },
        {"config": False},
    ),
    others=tuple(profile.NOTIFY.values()),
    inherited=True,
)
PUBSUB_CONFIG: Final = config(
    "Further `pubsub#…` fields of the configuration form, sent as they are.",
    "pubsub#deliver_payloads",
)
NODE_AFFILIATIONS: Final = affiliations(
    "node", "owner", "publisher", "publish-only", "member", "outcast"
)
