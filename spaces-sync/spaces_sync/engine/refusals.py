"""Why a service refused a request, and where we know what would allow it, that."""

from __future__ import annotations

from typing import Final

from spaces_sync.model import servers
from spaces_sync.plan.actions import Action, CreateNode, PublishItem
from spaces_sync.plan.causes import Cause, Code
from spaces_sync.ports import NoAnswerError, Reader, ServiceError, UnusableAnswerError

_MAY_NOT_CREATE: Final[dict[servers.Known | None, Code]] = {
    None: "may-not-create",
    "prosody": "may-not-create-on-prosody",
    "prosody 13": "may-not-create-on-prosody-13",
    "ejabberd": "may-not-create-on-ejabberd",
}


async def refusal(action: Action, error: ServiceError, reader: Reader) -> Cause:
    """The service's no in words that help; which server it is may have to be asked."""
    if error.condition == "forbidden" and isinstance(action, CreateNode):
        try:
            server = servers.of_pubsub(await reader.service(action.node.service))
        except (UnusableAnswerError, NoAnswerError):
            server = None
        return Cause(_MAY_NOT_CREATE[server], name=reader.account, after=str(error))
    if error.condition == "forbidden" and isinstance(action, PublishItem) and action.before:
        # COMPAT(ejabberd 23.01 to 23.04): only who published an item may replace it.
        # Shown by test_compat_ejabberd_only_the_publisher_may_replace_an_item.
        return Cause("published-by-another", after=str(error))
    return Cause("refused", after=str(error))
