"""The model's values as plain JSON data and back, one shape for every file we write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.state import Address, Field, Form, Item, Values
from spaces_sync.model.xml import parse


def address_to_data(address: Address) -> str:
    """A node as its XMPP URI, a room as its JID."""
    return address.uri if isinstance(address, NodeAddress) else address


def address_from_data(data: str) -> Address:
    """Raises `ValueError` for what is neither a node's URI nor a JID."""
    return node_uri(data) if data.startswith("xmpp:") else bare_jid(data)


def item_to_data(item: Item) -> dict[str, Any]:
    data: dict[str, Any] = {"id": item.id, "payloads": [str(each) for each in item.payloads]}
    if item.publisher is not None:
        data["publisher"] = item.publisher
    return data


def item_from_data(data: Mapping[str, Any]) -> Item:
    """Raises `KeyError`, `TypeError` or `ValueError` where `data` is not such an item."""
    payloads = tuple(parse(text) for text in data["payloads"])
    return Item(data["id"], payloads, data.get("publisher"))


def config_to_data(config: Mapping[str, Values]) -> dict[str, list[str]]:
    return {var: list(values) for var, values in config.items()}


def config_from_data(data: Mapping[str, Any]) -> dict[str, Values]:
    return {var: tuple(map(str, values)) for var, values in data.items()}


def form_to_data(form: Form) -> dict[str, Any]:
    """Fields by name; only what is said about one is written."""
    return {
        var: {
            "values": list(field.values),
            **({"type": field.type} if field.type else {}),
            **({"options": list(field.options)} if field.options else {}),
            **({"highest": field.highest} if field.highest is not None else {}),
        }
        for var, field in form.items()
    }


def form_from_data(data: Mapping[str, Any]) -> dict[str, Field]:
    return {
        var: Field(
            tuple(map(str, field["values"])),
            field.get("type", ""),
            tuple(field.get("options", ())),
            field.get("highest"),
        )
        for var, field in data.items()
    }


def jids_to_data(jids: Mapping[Jid, str]) -> dict[str, str]:
    return {str(jid): word for jid, word in sorted(jids.items())}


def jids_from_data(data: Mapping[str, str]) -> dict[Jid, str]:
    return {bare_jid(jid): word for jid, word in data.items()}
