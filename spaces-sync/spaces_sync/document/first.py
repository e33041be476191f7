"""The first document of somebody who has none: what it is about, and a space as a remark."""

from __future__ import annotations

from typing import Final

from spaces_sync.document.dump import SCHEMA
from spaces_sync.document.yaml_text import Remark, Row, scalar, written
from spaces_sync.model.addresses import Jid, domain_of

_EXAMPLE: Final = """\
Below is a space, and a room that it lists: take the first two characters of each line away.

spaces:
  lounge:                       # the id of its node
    title: The lounge
    exposure: public            # or private
    rooms:
      {room}: {{name: Lobby, autojoin: true}}
    links:
      {link}: House rules
    affiliations:
      {owner}: owner

rooms:                          # those that this file makes and configures
  {room}:
    description: Come in"""


def first(source: str, service: Jid, room_service: Jid, owner: Jid) -> str:
    """A document that declares nothing yet, for an editor to go on with."""
    example = _EXAMPLE.format(
        room=scalar(f"lobby@{room_service}"),
        link=scalar(f"https://{domain_of(owner)}/rules"),
        owner=scalar(owner),
    )
    rows = (
        Remark(SCHEMA),
        Row("version", 1),
        Remark("Who owns what this file makes: one name for each repository."),
        Row("source", source),
        Row("service", service),
    )
    return f"{written(rows).text}\n{written([Remark(example)]).text}"
