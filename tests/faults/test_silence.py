"""A proxy swallows particular answers of real servers: at reading, around the lock, to the end.

Whatever is silent, all else is done, the lock is gone, and one more apply does what is left.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import pytest

from contract.backends import connection
from faults import scene
from faults.proxy import changes, proxied
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.engine import intents
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import LedgerError
from spaces_sync.plan.actions import subject
from spaces_sync.plan.outcome import Result
from spaces_sync.ports import PortError
from spaces_sync.report.causes import causes_text

SERVICE = Jid("pubsub.megacorp.example")
TIMEOUT = 1.0  # seconds; both servers answer in a hundredth of it
ROOM = b"f@rooms.megacorp.example"


def publishes(*needles: bytes) -> Callable[[bytes], bool]:
    return lambda s: b"<publish " in s and all(needle in s for needle in needles)


def asks(*needles: bytes) -> Callable[[bytes], bool]:
    return lambda s: b"type='get'" in s and all(needle in s for needle in needles)


def retracts(*needles: bytes) -> Callable[[bytes], bool]:
    return lambda s: b"<retract " in s and all(needle in s for needle in needles)


class First:
    """The first `times` stanzas that `what` is true of, and no more of them."""

    def __init__(self, what: Callable[[bytes], bool], times: int) -> None:
        self._what, self._left = what, times
        self.happened = 0

    def __call__(self, stanza: bytes) -> bool:
        if self._left and self._what(stanza):
            self._left -= 1
            self.happened += 1
            return True
        return False


class Once(First):
    """The first such stanza after one that `after` is true of, and its repetitions."""

    def __init__(
        self, what: Callable[[bytes], bool], after: Callable[[bytes], bool], times: int
    ) -> None:
        super().__init__(what, times)
        self._after, self._begun = after, False

    def __call__(self, stanza: bytes) -> bool:
        self._begun = self._begun or self._after(stanza)
        return self._begun and super().__call__(stanza)


@dataclass
class Told:
    """What came of a disturbed apply."""

    results: tuple[Result, ...] = ()
    said: list[str] = field(default_factory=list)
    error: str = ""

    def undone(self) -> list[Result]:
        return [each for each in self.results if each.status != "done"]

    def words(self) -> str:
        texts = (causes_text(each.causes) for each in self.undone())
        return "\n".join((*dict.fromkeys(texts), *self.said, self.error))


async def disturbed(
    wanted: Declaration, server: Server, silent: Callable[[bytes], bool], *, lost: bool
) -> Told:
    """`silent`: which stanzas nothing comes for, those that are lost or their answers."""
    told = Told()
    async with proxied(server) as proxy:
        there = replace(connection(server), port=proxy.port, timeout=TIMEOUT)
        async with xmpp.writing(there) as writer:
            made = await scene.planned(wanted, writer)
            if lost:
                proxy.lost = silent
            else:
                proxy.silent = silent
            context = engine.SendContext(say=told.said.append)
            try:
                done = await engine.execute(made, writer, engine.Approval(), context=context)
                told.results = done.results
            except engine.StalePlanError as stale:
                told.results = tuple(stale.stale_results)
            except (PortError, LedgerError, engine.LimitError) as error:
                told.error = str(error)
    return told


LEDGER = b"urn:spaces-sync:ledger:0:"
RENEWAL = publishes(LEDGER, b"<intent ", b" beat=")
Make: TypeAlias = Callable[[int], First]

# Of a plan's actions it is looked what became of them; all else is sent again as it is.
ACTIONS: dict[str, Make] = {
    "an item": lambda n: First(publishes(ROOM), n),
    "a right": lambda n: First(lambda s: b"dave@" in s and changes(s), n),
    "a configuration": lambda n: First(lambda s: b"new corner" in s and changes(s), n),
    "a new space": lambda n: First(lambda s: b"<create node='sales-" in s, n),
    "a new room": lambda n: First(lambda s: b"<presence to='lobby-" in s, n),
}
OTHERS: dict[str, Make] = {
    "reading once more": lambda n: First(asks(b"<items node='dev-"), n),
    "the question for the ledger": lambda n: First(asks(b"<items node='" + LEDGER), n),
    "the lock": lambda n: First(publishes(LEDGER), n),
    "the record": lambda n: Once(publishes(LEDGER), publishes(ROOM), n),
    "the release": lambda n: Once(retracts(LEDGER), publishes(ROOM), n),
}
PHASES = {**ACTIONS, **OTHERS}


# Of each phase one way; with FAULTS=all every one.
EVERY = [(p, lost, times) for p in PHASES for lost in (False, True) for times in (1, 2)]
SAMPLE = [(phase, phase in ACTIONS, 2) for phase in PHASES]
CHOSEN = EVERY if os.environ.get("FAULTS") == "all" else SAMPLE
SILENCES = [f"{p}, {'request' if lost else 'answer'} {times}" for p, lost, times in CHOSEN]

Silence: TypeAlias = Callable[[bytes], bool]


@dataclass(frozen=True)
class Stage:
    """A server, and where documents for it are written."""

    server: Server
    folder: Path
    unique: Callable[[str], str]

    async def run(self, silent: Silence, *, lost: bool) -> tuple[Told, list[str], bool]:
        """What came of the apply, what is there after the next one, and whether it was locked."""
        uniq = self.unique("silence")
        prepared = scene.declared(self.folder, scene.PREPARED, uniq)
        wanted = scene.declared(self.folder, scene.WANTED, uniq)
        async with xmpp.writing(connection(self.server)) as admin:
            await scene.applied(prepared, admin)
            async with xmpp.writing(connection(self.server, "alice")) as alice:
                await scene.others_write(prepared, alice)
            told = await disturbed(wanted, self.server, silent, lost=lost)
            ledger = await read_ledger(admin, SERVICE, wanted.source or "")
            await scene.applied(wanted, admin)
            after = await engine.read(wanted, admin)
        return told, scene.found(after, uniq), bool(ledger.intents)


_undisturbed: dict[str, list[str]] = {}


def undisturbed(stage: Stage) -> list[str]:
    """What is there where nothing was silent; once a server."""
    name = str(stage.server)
    if name not in _undisturbed:
        _, _undisturbed[name], _ = asyncio.run(stage.run(lambda _: False, lost=False))
    return _undisturbed[name]


@pytest.mark.parametrize(("phase", "lost", "times"), CHOSEN, ids=SILENCES)
def test_silence_on_a_real_server_costs_at_most_one_more_apply(
    phase: str,
    lost: bool,
    times: int,
    server: Server,
    unique: Callable[[str], str],
    tmp_path: Path,
) -> None:
    stage, silent = Stage(server, tmp_path, unique), PHASES[phase](times)
    told, held, locked = asyncio.run(stage.run(silent, lost=lost))

    # A room that is entered and left again does not stay, so that it is entered once more.
    seen_to_be_done = phase in ACTIONS and phase != "a new room" and not lost
    assert silent.happened == (1 if seen_to_be_done else times)
    assert scene.difference(undisturbed(stage), held) == ""
    assert not locked or "spaces-sync unlock" in told.words()
    if silent.happened == 1:
        assert (told.undone(), told.error) == ([], "")
    elif told.results:
        undone = {subject(each.action) for each in told.undone()}
        assert len(undone) <= 1 or phase in OTHERS, undone  # the others went on
    if told.undone() or told.error:
        assert f"no answer from {SERVICE if phase != 'a new room' else 'lobby'}" in told.words()


def test_a_renewal_that_is_not_answered_costs_nothing(
    server: Server, unique: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one goes out in time, and at the end the lock is taken away."""
    monkeypatch.setattr(intents, "RENEWED", 0.2)
    stage = Stage(server, tmp_path, unique)
    renewals: list[bytes] = []
    takes_a_while = First(publishes(ROOM), 1)

    def silent(stanza: bytes) -> bool:
        if not RENEWAL(stanza):
            return takes_a_while(stanza)
        renewals.append(stanza)
        return len(renewals) == 2  # the first one is the lock itself

    told, held, locked = asyncio.run(stage.run(silent, lost=False))
    assert len(renewals) > 3
    assert (told.undone(), told.error, locked) == ([], "", False)
    assert scene.difference(undisturbed(stage), held) == ""
