"""The order of sending: which stage an action belongs to, and why the stages stand as they do.

An apply may end after any stanza: the stream is lost, the process is killed, somebody presses
Ctrl-C, or the service refuses. The stages are ordered so that whatever has been sent by then
harms nobody and is known to be ours:

* What a service may refuse comes before what cannot be had back: nobody is unsubscribed for a
  configuration that is then refused (CONFIGURE_NODES before UNSUBSCRIBE).
* Who shall keep access is granted it (GRANT) before a node closes (CONFIGURE_NODES), and who
  shall lose access has lost it (UNSUBSCRIBE, REVOKE) before something new is published
  (PUBLISH). A node opens (OPEN) only when what must not be seen is gone (RETRACT).
* What is about to be created, granted and published stands in the ledger before the first stage,
  and what of it was done after the last (RECORD). After a crash the ledger names one thing too
  many, which is then found to be absent, and never one too few, which would be left behind for
  ever. The marker tells others whose a space is (WRITE_MARKER) before anything is in it.
* A service drops the oldest item of a full node without a word. Where old and new items do not
  fit beside each other, the old ones are retracted first (FREE_CAPACITY); not what gets another
  name or moves, of which the old item alone holds what others added to it.
* Rooms are created and configured (ROOMS) before people are let in (ROOM_GRANT), close when all
  are in who shall be (CLOSE_ROOMS), open when those are banned who shall not (OPEN), and point at
  their space (PARENTS) when it is complete.
* What loses items, or ends a room, waits for the retractions (LOSE_DATA): a limit that is lowered
  costs what is oldest then.
* Two things wait for an open node and for the last publication: somebody who reads on without an
  affiliation loses it then, and our own subscription ends (FOLLOW_UP). Both take an owner.
* What cannot be had back goes last (DELETE), and then the rights of our own account (LAST),
  without which nothing else could be sent.

Within a stage all actions are under way at once. Where one fails, the later stages skip its
node or room; others go on (engine/sending.py). The stage is a field of each action: `finish`
sets it, the engine obeys it, and a plan file holds it.
"""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """A part of sending. An action waits for the end of all stages before its own."""

    CREATE_NODES = 1
    GRANT = 2
    CONFIGURE_NODES = 3
    FREE_CAPACITY = 4
    SUBSCRIBE_OURSELVES = 5
    WRITE_MARKER = 6
    ROOMS = 7
    ROOM_GRANT = 8
    CLOSE_ROOMS = 9
    UNSUBSCRIBE = 10
    REVOKE = 11
    PUBLISH = 12
    RETRACT = 13
    LOSE_DATA = 14
    OPEN = 15
    SUBSCRIBE = 16
    PARENTS = 17
    FOLLOW_UP = 18
    DELETE = 19
    LAST = 20
    RECORD = 21
