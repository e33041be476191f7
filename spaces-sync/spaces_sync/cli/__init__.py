"""The command line: arguments, environment, printing and exit codes; nothing is decided here."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from spaces_sync import __version__
from spaces_sync.cli import garbage, options, printing, signals, streams
from spaces_sync.cli.commands import CommandGroup
from spaces_sync.cli.exits import CommandEnd, Exit


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done or nothing to do, 1 unexpected or output lost, 2 changes "
    "(plan --detailed-exitcode) or not conforming (check), 3 invalid files, 4 refused, 5 stale, "
    "owned or locked by others, 6 cannot connect or the service lacks what is needed, 7 applied in "
    "part, 64 wrong usage, 130 interrupted.",
)
@click.version_option(__version__, prog_name="spaces-sync")
def group(**_: object) -> None:
    """XMPP spaces (XEP-0503) as code: a YAML file says what should be, this makes it so."""


def main(arguments: list[str] | None = None) -> None:
    """Runs a command and exits; no error reaches the user as a traceback."""
    streams.repair()
    garbage.collect_rarely()
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Runs a command; the exit code. `arguments` are those of the process by default."""
    if "_SPACES_SYNC_COMPLETE" in os.environ:  # a shell asks, and nobody wants to wait for more
        code: int = import_module("spaces_sync.cli.completing").complete()
        return code
    printing.CHOSEN_COLOUR.set(options.colour_in(sys.argv[1:] if arguments is None else arguments))
    try:
        with signals.raising_interrupts():
            group.main(arguments, prog_name="spaces-sync", standalone_mode=False)
    except CommandEnd as end:
        printing.say_end(end)
        return end.code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        printing.say(*_usage(error))
        printing.fail(_message(error))
        return Exit.USAGE
    except click.ClickException as error:
        printing.fail(_message(error))
        return Exit.UNEXPECTED
    except (click.Abort, KeyboardInterrupt):
        printing.say("interrupted")
        return Exit.INTERRUPTED
    except OSError as error:
        return _output_lost(error) if error.errno in streams.LOST_STREAM else _unexpected(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence before a traceback
        return _unexpected(error)
    return Exit.DONE


def _output_lost(error: OSError) -> int:
    """The end of a command whose own text, such as that of --help, could not be written."""
    streams.discard_stdout()
    printing.fail(f"stdout: {error.strerror}")
    return Exit.UNEXPECTED


def _usage(error: click.UsageError) -> Iterator[str]:
    if error.ctx is not None:
        yield from error.ctx.get_usage().splitlines()
        yield f"Try '{error.ctx.command_path} --help' for help."
        yield ""


def _message(error: click.ClickException) -> str:
    """In the words of click, which begins them as a sentence."""
    text = error.format_message()
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _unexpected(error: Exception) -> int:
    if os.environ.get("SPACES_SYNC_DEBUG"):
        printing.write_stderr("".join(traceback.format_exception(error)))
    printing.fail(
        f"unexpected: {type(error).__name__} in {_raised_at(error)}. This is a bug in "
        f"spaces-sync; set SPACES_SYNC_DEBUG=1 for its trace, which may hold what your services "
        f"said, and report it."
    )
    return Exit.UNEXPECTED


def _raised_at(error: Exception) -> str:
    """File and line that raised it."""
    trace = error.__traceback__
    if trace is None:
        return "?"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
