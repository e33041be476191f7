"""How much a command tells on stderr: -q, -v, and neither, of which stdout knows nothing."""

import re

from servers import Server


def test_verbose_tells_what_is_asked_of_whom_and_no_secret(run, document, server: Server):
    environment = server.environment()
    usual = run("plan", document, environment=environment)
    told = run("plan", document, "-v", environment=environment)
    before = run("--verbose", "plan", document, environment=environment)

    assert usual.stderr == ""
    for result in (told, before):
        lines = result.stderr.splitlines()
        assert any(
            re.fullmatch(rf"asked {re.escape(server.pubsub)}: what it is \(\d+ ms\)", line)
            for line in lines
        )
        assert all(re.match(r"(asked|sent) \S+: .+ \(\d+ ms\)", line) for line in lines)
        # What is not there is asked for in vain, and the answer is told, too.
        assert any("item-not-found" in line for line in lines)
        assert environment["SPACES_SYNC_PASSWORD"] not in result.stderr
    strip = re.compile(r"( in \d+\.\d s)?\n")
    assert strip.sub("\n", told.stdout) == strip.sub("\n", usual.stdout)


def test_verbose_tells_what_is_sent(run, document, server: Server):
    result = run("apply", document, "--yes", "-v", environment=server.environment())

    assert result.returncode == 0
    assert "sent " in result.stderr
    assert "create the node " in result.stderr or "publish the item " in result.stderr


def test_quiet_leaves_out_remarks_and_keeps_results_and_errors(run, document, tmp_path):
    live = tmp_path / "live.json"
    plan = tmp_path / "p.json"
    assert run("plan", document, "--live", live, "-o", plan).returncode == 0
    assert run("apply", plan, "--live", live, "--yes").returncode == 0
    loud = run("apply", plan, "--live", live, "--yes")
    quiet = run("apply", plan, "--live", live, "--yes", "--quiet")

    assert "has been applied already" in loud.stderr
    assert loud.stdout.splitlines()[-1] == "No changes."  # and nothing of what would be left
    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout
    broken = run("-q", "plan", tmp_path / "nowhere.yaml", "--live", live)
    assert "nowhere.yaml" in broken.stderr


def test_both_at_once_make_no_sense(run, document):
    result = run("plan", document, "-q", "-v", "--live", "live.json")

    assert result.returncode == 64
    assert "--quiet and --verbose are opposites: give one of them" in result.stderr


def test_what_asks_nothing_has_neither(run, document):
    result = run("validate", document, "-v")

    assert result.returncode == 64
    assert "validate has no option -v: it asks no service" in result.stderr
