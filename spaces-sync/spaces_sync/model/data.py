"""The model's values as plain JSON data and back, one shape for every file we write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.state import Address, Form, Item, Values


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


def config_to_data(config: Mapping[str, Values]) -> dict[str, list[str]]:
    return {var: list(values) for var, values in config.items()}


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


def jids_to_data(jids: Mapping[Jid, str]) -> dict[str, str]:
    return {str(jid): word for jid, word in sorted(jids.items())}
