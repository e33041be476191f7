"""Prints what spaces-sync costs, as ratios to a bare socket measured in the same run.

.venv/bin/python tests/benchmark/bench.py [apply|read|distance|stock|plan|scale|command|page] ...
"""

import asyncio
import contextlib
import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import sync_playwright

import pictured
from benchmark.bare import Bare
from benchmark.distance import distant
from contract.backends import connection
from programs import program, sandbox
from servers import Server, ejabberd, process, prosody
from spaces_sync import engine, xmpp
from spaces_sync.cli import garbage
from spaces_sync.cli import run as command
from spaces_sync.document import load
from spaces_sync.engine.sending import send
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.actions import RecordOwnership
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Reader
from spaces_sync.report import map_html
from spaces_sync.report.style import Style
from spaces_sync.simulator import PROSODY, Simulator
from spaces_sync.xmpp.stream import Stream

ROUNDS = 3
ROUND_TRIPS = (0.0, 0.02, 0.1, 0.2)  # seconds
SERVERS = {
    "Prosody, internal storage": partial(prosody.start, storage="internal"),
    "Prosody, memory storage": partial(prosody.start, storage="memory"),
    "ejabberd": ejabberd.start,
}


def document(folder: Path, spaces: int, children: int) -> Path:
    lines = ["version: 1", "source: bench", "service: pubsub.megacorp.example", "spaces:"]
    for space in range(spaces):
        lines += [f"  space-{space}:", "    exposure: public", f"    title: Space {space}"]
        lines += ["    rooms:"]
        lines += [
            f"      r{space}-{child}@rooms.megacorp.example: {{name: Room {child}, autojoin: true}}"
            for child in range(children)
        ]
    path = folder / f"bench-{spaces}-{children}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


@contextlib.contextmanager
def recorded() -> Iterator[list[str]]:
    """The stanzas that our streams send meanwhile."""
    stanzas: list[str] = []
    put = Stream.put

    def recording(self: Stream, stanza: str) -> None:
        stanzas.append(stanza)
        put(self, stanza)

    Stream.put = recording  # type: ignore[method-assign]  # only here, to replay what we send
    try:
        yield stanzas
    finally:
        Stream.put = put  # type: ignore[method-assign]  # as above


@contextlib.contextmanager
def fresh(
    start: Callable[..., AbstractContextManager[Server]] = prosody.start, **options: object
) -> Iterator[Server]:
    with process.temporary_folder() as folder, start(folder, **options) as server:
        yield server


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratio(name: str, ours: list[float], bare: list[float], bound: float) -> None:
    pairs = [one / other for one, other in zip(ours, bare, strict=True)]
    print(
        f"{name:48} {statistics.median(ours):7.3f} s / {statistics.median(bare):7.3f} s"
        f"  = {statistics.median(pairs):5.2f}  (at most {bound})"
    )


async def _read(declaration: Declaration, reader: Reader):
    return await engine.read_addresses(declaration.addresses, reader)


def apply_phase(
    server: Server, declaration: Declaration, user: str = "admin"
) -> tuple[float, list[str]]:
    """The phase from the first write to the last answer, and what was sent in it."""

    async def work() -> tuple[float, list[str]]:
        async with xmpp.writing(connection(server, user)) as writer:
            made = plan(declaration, await engine.read(declaration, writer))
            sent = [each for each in made.actions if not isinstance(each, RecordOwnership)]
            with recorded() as stanzas:
                began = time.perf_counter()
                steps, _ = await send(sent, writer, engine.SendContext())
                seconds = time.perf_counter() - began
            failed = [step for step in steps if getattr(step, "status", "unsent") != "done"]
            assert not failed, failed[:3]
            return seconds, stanzas

    return asyncio.run(work())


def bare_seconds(server: Server, stanzas: list[str], user: str = "admin") -> float:
    bare = Bare(server, user)
    try:
        return bare.exchange(stanzas)
    finally:
        bare.close()


def whole_command(server: Server, path: Path) -> float:
    """`spaces-sync apply --yes`, with its imports done."""
    seconds = command_seconds(server, "apply", "--yes", str(path))
    command_seconds(server, "plan", "--detailed-exitcode", str(path))  # there is nothing left to do
    return seconds


def command_seconds(server: Server, *arguments: str) -> float:
    os.environ.update(server.environment())
    with contextlib.redirect_stdout(io.StringIO()) as out:
        began = time.perf_counter()
        code = command(arguments)
        seconds = time.perf_counter() - began
    assert code == 0, f"{arguments} ended in {code}: {out.getvalue()[-500:]}"
    return seconds


def bench_apply(folder: Path) -> None:
    path = document(folder, 40, 50)
    declaration = load([path], {})
    for storage, bound in (("internal", 1.4), ("memory", 2.5)):
        ours, bare, whole = [], [], []
        for _ in range(ROUNDS):
            with fresh(storage=storage) as server:
                seconds, stanzas = apply_phase(server, declaration)
                ours.append(seconds)
            with fresh(storage=storage) as server:
                bare.append(bare_seconds(server, stanzas))
            with fresh(storage=storage) as server:
                whole.append(whole_command(server, path))
        ratio(f"apply phase, 40 x 50, {storage} storage", ours, bare, 1.3)
        ratio(f"whole command, 40 x 50, {storage} storage", whole, bare, bound)


def bench_read(folder: Path) -> None:
    declaration = load([document(folder, 200, 50)], {})
    with fresh(storage="memory") as server:
        apply_phase(server, declaration)
        ours, bare, compare = [], [], []
        for _ in range(ROUNDS):

            async def work() -> list[str]:
                async with xmpp.reading(connection(server)) as reader:
                    with recorded() as stanzas:
                        began = time.perf_counter()
                        reading = await _read(declaration, reader)
                        ours.append(time.perf_counter() - began)
                    compare.append(timed(lambda: plan(declaration, reading)))
                    return stanzas

            bare.append(bare_seconds(server, asyncio.run(work())))
    ratio("read 200 x 50, memory storage", ours, bare, 1.5)
    share = statistics.median(c / o for c, o in zip(compare, ours, strict=True))
    print(f"{'compare with nothing to do':48} {share:7.1%} of reading  (at most 10 %)")


def bench_distance(folder: Path) -> None:
    path = document(folder, 40, 50)
    declaration = load([path], {})
    for name, start in SERVERS.items():
        with fresh(start) as server:
            _, writes = apply_phase(server, declaration)
        for round_trip in ROUND_TRIPS:
            with fresh(start) as server, distant(server, round_trip) as far:
                bare = bare_seconds(far, writes)
            with fresh(start) as server, distant(server, round_trip) as far:
                seconds = command_seconds(far, "apply", "--yes", str(path))
                far_away(f"apply, {name}", seconds, bare, round_trip, 20, 1.0)
                bare = bare_seconds(far, reads(server, declaration))
                seconds = command_seconds(far, "plan", "--detailed-exitcode", str(path))
                far_away(f"nothing to do, {name}", seconds, bare, round_trip, 12, 0.5)


def reads(server: Server, declaration: Declaration) -> list[str]:
    """What a plan asks."""

    async def work() -> list[str]:
        async with xmpp.reading(connection(server)) as reader:
            with recorded() as stanzas:
                await engine.read(declaration, reader)
            return stanzas

    return asyncio.run(work())


def far_away(
    name: str, ours: float, bare: float, round_trip: float, trips: int, more: float
) -> None:
    """The whole command against a bare socket that is logged in already."""
    bound = bare + trips * round_trip + more
    over = f"+ {(ours - bare) / round_trip:4.1f} round trips" if round_trip else ""
    print(
        f"{f'{name}, {round_trip * 1000:.0f} ms':48} {ours:7.3f} s / {bare:7.3f} s"
        f"  = {ours / bare:5.2f}  {over}  (at most {bound:.3f} s: {ours / bound:.0%})"
    )


def bench_stock(folder: Path) -> None:
    prosodys = partial(prosody.start, storage="memory", rate="10kb/s")
    ejabberds = partial(ejabberd.start, shaper="normal")  # which spares the admin
    for name, start, user, (spaces, children), rate, burst in (
        # It pauses after each read for as long as that takes at its rate (net/server_epoll.lua).
        ("Prosody, 10 kB/s", prosodys, "admin", (20, 50), 10_000, 4096),
        ("ejabberd, 3 kB/s", ejabberds, "alice", (10, 30), 3_000, 20_000),
    ):
        declaration = load([document(folder, spaces, children)], {})
        for round_trip in (0, 0.1):
            with fresh(start) as server, distant(server, round_trip) as far:
                seconds, stanzas = apply_phase(far, declaration, user)
            with fresh(start) as server, distant(server, round_trip) as far:
                bare = bare_seconds(far, stanzas, user)
            sent = sum(len(stanza.encode()) for stanza in stanzas)
            ours, most = (sent / (rate * each + burst) for each in (seconds, bare))
            print(
                f"{f'{name}, {spaces} x {children}, {round_trip * 1000:.0f} ms':48} "
                f"{len(stanzas) / seconds:5.1f} IQ/s, {ours:.1%} of the permitted bytes  "
                f"(at least 90 %; a bare socket {most:.1%})"
            )


def _scaled(folder: Path, children: int) -> None:
    """In a process of its own, so that its peak is its own."""
    simulator = Simulator(Jid("admin@megacorp.example"), PROSODY)
    path = document(folder, children // 200, 200)

    async def work() -> None:
        declaration = load([path], {})
        made = plan(declaration, await engine.read(declaration, simulator))
        await engine.execute(made, simulator, engine.Approval(fresh=True))
        again = plan(declaration, await engine.read(declaration, simulator))
        assert not again.changes

    garbage.collect_rarely()  # as a command does
    seconds = timed(lambda: asyncio.run(work()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{children} {seconds} {peak}")


def bench_scale(folder: Path) -> None:
    del folder
    found = {}
    for children in (1_000, 10_000, 100_000):
        command_line = [sys.executable, __file__, "scaled", str(children)]
        out = subprocess.run(command_line, check=True, capture_output=True, text=True).stdout
        _, seconds, peak = out.split()
        found[children] = float(seconds), float(peak)
        print(
            f"{f'simulator, {children} children, load to second plan':48} {float(seconds):7.2f} s"
        )
    (small, base), (large, peak) = found[1_000], found[100_000]
    print(
        f"{'  time per child, 100 000 against 1 000':48} {large / 100 / small:7.2f}"
        f"\n{'  peak memory a child':48} {(peak - base) / 99_000:7.0f} bytes  (at most 4096)"
    )


def bench_plan(folder: Path) -> None:
    found = []
    for spaces in (20, 200, 2_000):
        path = document(folder, spaces, 100)
        script = Path(__file__).with_name("planned.py")
        command_line = [sys.executable, str(script), str(path), str(100 * spaces)]
        out = subprocess.run(command_line, check=True, capture_output=True, text=True).stdout
        seconds, memory = map(float, out.split())
        found.append(seconds)
        print(
            f"{f'plan with nothing to do, {spaces} x 100':48} {seconds * 1e6:5.1f} us of CPU "
            f"and {memory:5.0f} bytes a child  (at most 2500)"
        )
    print(f"{'  time per child, 2 000 spaces against 20':48} {found[-1] / found[0]:7.2f}")


def bench_command(folder: Path) -> None:
    path = document(folder, 50, 200)
    tool = str(Path(sys.executable).with_name("spaces-sync"))
    for name, arguments, bound in (
        ("--help", ["--help"], 0.15),
        ("validate, 10 000 children", ["validate", str(path)], 3.0),
    ):
        seconds = statistics.median(
            timed(partial(subprocess.run, [tool, *arguments], check=True, capture_output=True))
            for _ in range(5)
        )
        print(f"{name:48} {seconds:7.3f} s  (at most {bound})")


def bench_page(folder: Path) -> None:
    """A map of 200 spaces of 50 rooms: made, and first painted in Chromium."""
    made = pictured.large()
    seconds = statistics.median(timed(partial(map_html.render, made, Style())) for _ in range(5))
    html = map_html.render(made, Style())
    print(f"{'a map of 10 000 rooms, rendered':48} {seconds:7.2f} s  (at most 2)")
    print(f"{'  as a page':48} {len(html.encode()) / 1e6:7.2f} MB  (at most 3)")
    file = folder / "map.html"
    file.write_text(html, encoding="utf-8")
    script = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=sandbox())
        page = browser.new_page()
        painted = []
        for _ in range(5):
            page.goto(file.as_uri())
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint')[0]")
            painted.append(page.evaluate(script))
        print(f"{'  first painted':48} {statistics.median(painted):7.2f} s  (at most 1)")
        found = timed(lambda: page.get_by_role("searchbox").fill("room-199-49"))
        unfolded = timed(lambda: page.get_by_role("button", name="Expand all").click())
        print(f"{'  searched':48} {found:7.2f} s")
        print(f"{'  unfolded':48} {unfolded:7.2f} s")
        browser.close()


ALL = {
    "command": bench_command,
    "apply": bench_apply,
    "read": bench_read,
    "distance": bench_distance,
    "plan": bench_plan,
    "scale": bench_scale,
    "stock": bench_stock,
    "page": bench_page,
}


def main() -> None:
    with process.temporary_folder() as folder:
        match sys.argv[1:]:
            case ["scaled", children]:
                _scaled(folder, int(children))
            case chosen:
                for name in chosen or ALL:
                    ALL[name](folder)


if __name__ == "__main__":
    main()
