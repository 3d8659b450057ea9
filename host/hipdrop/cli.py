"""The command line: every error becomes one line and an exit code (docs/output-format.md)."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import hipdrop
from hipdrop.commands.calibrate import calibrate_app
from hipdrop.commands.checkin import check_in_command
from hipdrop.commands.clip import clip_app
from hipdrop.commands.coach import coach_app
from hipdrop.commands.exercise import exercise_command
from hipdrop.commands.export import export_command
from hipdrop.commands.history import history_app
from hipdrop.commands.import_ import import_command
from hipdrop.commands.live import live_command
from hipdrop.commands.options import DebugOption
from hipdrop.commands.people import forget_command, where_command
from hipdrop.commands.plan import plan_app
from hipdrop.commands.recordings import recordings_app
from hipdrop.commands.replay import replay_command
from hipdrop.commands.report import report_command
from hipdrop.commands.scan import scan_command
from hipdrop.commands.simulate import simulate_command
from hipdrop.commands.test_ import test_app
from hipdrop.errors import HipdropError

EXIT_FAULT, EXIT_INTERRUPT = 1, 130  # 130 is 128 + SIGINT, as shells have it
_ClickUsageError = typer.BadParameter.__base__ or Exception  # public under no name of its own in every version of typer

app = typer.Typer(
    name="hipdrop",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,  # rich doubles the time that --help takes
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("live")(live_command)
app.command("scan")(scan_command)
app.add_typer(clip_app, name="clip")
app.add_typer(calibrate_app, name="calibrate")
app.command("replay")(replay_command)
app.command("report")(report_command)
app.command("export")(export_command)
app.add_typer(recordings_app, name="recordings")
app.add_typer(history_app, name="history")
app.command("import")(import_command)
app.command("check-in")(check_in_command)
app.add_typer(plan_app, name="plan")
app.add_typer(test_app, name="test")
app.command("exercise")(exercise_command)
app.add_typer(coach_app, name="coach")
app.command("simulate")(simulate_command)
app.command("where")(where_command)
app.command("forget")(forget_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"hipdrop {hipdrop.__version__}")
        raise typer.Exit


@app.callback()
def _hipdrop(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Find contralateral pelvic drop, step by step, in the motion of a clip on a runner's waistband.

    A training aid, not a diagnosis.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give 0 when done, 2 for wrong usage, 3 at a stop sign, 1 for other faults, 130 interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments  # wherever it stands, and whatever fails
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a degree sign is no reason to fail
    try:
        code = app(
            [argument for argument in arguments if argument != "--debug"] or ["--help"],
            prog_name="hipdrop",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up_stdout()
        return EXIT_FAULT  # quietly: who closed the pipe knows it
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPT
    except Exception as error:
        if debug:
            raise
        code = _explain(error)
        try:
            sys.stdout.flush()
        except OSError:
            _give_up_stdout()
    return code if isinstance(code, int) else 0


def _give_up_stdout() -> None:
    """Let what is still unwritten go nowhere: the flush at exit would fail again, with an exit code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception) -> int:
    """Print one line on standard error and give the exit code."""
    if isinstance(error, HipdropError):
        text, code = str(error), error.exit_code
    elif isinstance(error, _ClickUsageError):
        text, code = f"{error.format_message().rstrip('.')}; see hipdrop --help", 2  # type: ignore[attr-defined]
    elif isinstance(error, OSError):
        text, code = f"{error.filename or 'standard output'}: {error.strerror or error}", EXIT_FAULT
    elif isinstance(error, MemoryError):
        text, code = "the memory is full; cut the recording into shorter ones", EXIT_FAULT
    else:
        text, code = f"unexpected {type(error).__name__}: {error}; run again with --debug and report it", EXIT_FAULT
    print(f"hipdrop: {' '.join(text.split())}", file=sys.stderr)
    return code
