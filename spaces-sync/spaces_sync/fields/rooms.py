"""The keys of entries under `rooms`: rooms that must exist."""

from __future__ import annotations

from typing import Final

from spaces_sync.fields import common
from spaces_sync.fields.spec import FieldSpec, Table
from spaces_sync.model.shapes import Schema, choice, count_or, flag, line, mapping, text
from spaces_sync.profile import (
    ALLOW_INVITES,
    MEMBERS_ONLY,
    OTHER_NAMES,
    PARENT,
    PASSWORD_PROTECTED,
    PERSISTENT,
    ROOM_DESCRIPTION,
    ROOM_NAME,
    SECRET,
)

ELSEWHERE: Final = "a password is written {env: NAME} or {file: PATH}, never as it is"
ONE_OF_TWO: Final = "a password is written {env: NAME} or {file: PATH}, with one of the two"

_PASSWORD: Final[Schema] = {
    **mapping(
        "The room's password, which stands elsewhere: in an environment variable or in a file. It "
        "is never shown.",
        {
            "env": text(
                "The environment variable that holds the password.",
                "STAFF_ROOM_PASSWORD",
                pattern=r"^(?!SPACES_SYNC_)[A-Za-z_][A-Za-z0-9_]*(?!\n)$",
                patternErrorMessage="this is no name of an environment variable, or one of this "
                "tool's own (SPACES_SYNC_…), which hold the account's password",
            ),
            "file": text(
                "A file that holds the password, relative to this file, also for a saved plan; one "
                "newline at its end is dropped.",
                "staff-room.password",
                minLength=1,
            ),
        },
        {"env": "STAFF_ROOM_PASSWORD"},
    ),
    "errorMessage": ELSEWHERE,
    # As `oneOf` a language server would say of each mistake that it "matches multiple schemas".
    "if": {"required": ["env"]},
    "then": {"properties": {"file": False}, "errorMessage": ONE_OF_TWO},
    "else": {"required": ["file"], "errorMessage": ONE_OF_TWO},
}

ROOMS: Final = Table(
    rows=(
        FieldSpec("name", line("The room's name.", "ERP 3000"), var=ROOM_NAME),
        FieldSpec(
            "description",
            text("What the room is for.", "All things ERP"),
            var=ROOM_DESCRIPTION,
        ),
        FieldSpec(
            "persistent",
            flag(
                "Whether the room stays when everyone has left. Default: true. A room with false "
                "that is not there is not made: who joins it makes it, and owns it."
            ),
            var=PERSISTENT,
            default=True,
        ),
        FieldSpec(
            "public",
            flag(
                "Whether the room is found in the service's list. Absent: as the service has it; "
                "Prosody hides a new room, ejabberd shows it.",
                example=False,
            ),
            var="muc#roomconfig_publicroom",
        ),
        FieldSpec(
            "members_only",
            flag("Whether only members may enter."),
            var=MEMBERS_ONLY,
        ),
        FieldSpec(
            "moderated",
            flag(
                "Whether only those with voice may speak. Absent: as the service has it; ejabberd "
                "moderates a new room, Prosody does not.",
                example=False,
            ),
            var="muc#roomconfig_moderatedroom",
        ),
        FieldSpec(
            "password_protected",
            flag(
                "Whether entering takes a password; implied by `password`, without which true is "
                "refused. false takes away a password that the room has."
            ),
            var=PASSWORD_PROTECTED,
        ),
        FieldSpec(
            "password",
            _PASSWORD,
            var=SECRET,
            verbatim=False,
            others=("password",),
            spelling="password: {env: NAME}",
            secret=True,
        ),
        FieldSpec(
            "whois",
            choice("Who may see the occupants' JIDs.", "moderators", "anyone"),
            var="muc#roomconfig_whois",
        ),
        FieldSpec(
            "allow_invites",
            flag(
                "Whether occupants may invite others; into a members-only room, that lets them in."
            ),
            var=ALLOW_INVITES,
            others=tuple(var for var, usual in OTHER_NAMES.items() if usual == ALLOW_INVITES),
        ),
        FieldSpec(
            "change_subject",
            flag("Whether occupants may change the subject.", example=False),
            var="muc#roomconfig_changesubject",
        ),
        FieldSpec(
            "language",
            line("The room's language, as in BCP 47.", "en", minLength=1),
            var="muc#roomconfig_lang",
        ),
        FieldSpec(
            "max_users",
            count_or("none", "How many people may be in the room at once."),
            var="muc#roomconfig_maxusers",
        ),
        common.config(
            "Further `muc#roomconfig_…` fields, and the server's own, sent as they are.",
            "muc#roomconfig_enablelogging",
        ),
        common.affiliations(
            "room",
            "owner",
            "admin",
            "member",
            "outcast",
            others=("muc#roomconfig_roomadmins", "muc#roomconfig_roomowners"),
        ),
        FieldSpec(
            "parent",
            text(
                "The one space that the room advertises: its node id in this file, or an XMPP "
                "URI; `none`: no space. Default: the only space of this file that lists the room. "
                "An empty text leaves what the room advertises as it is found.",
                "dev",
            ),
            var=PARENT,
            verbatim=False,
            label="space",
        ),
        common.absent("room"),
        common.prune_people("room", ", and whom `members_to_rooms` let in and lets in no more"),
        common.PROTECT,
        common.previously(
            "room", "erp@conference.megacorp.example", "what it is like and who may do what"
        ),
    ),
    prefix="muc#roomconfig_",
    prefix_only=False,
)
