"""What a check says of findings: the fault, how many MUST fail, and names that stay whole."""

import re
from dataclasses import replace

import pytest

from builders import SERVICE
from golden.checks import CHECKS, failing, fine
from spaces_sync.check.faults import CURES, FAULTS
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding, Said, Subject
from spaces_sync.model.addresses import Jid
from spaces_sync.report import check_junit, check_markdown, check_text
from spaces_sync.report.check_view import groups, verdict
from spaces_sync.report.runner_commands import without_commands
from spaces_sync.report.style import Style

CANNOT_FAIL = {"R27", "R29", "R32", "R33", "R34", "R35", "R36", "R41", "R48", "R49"}
RULE = {row.rule.id: row.rule for row in RULES}
HALL = "hall@rooms.megacorp.example"
NARROW = Style(width=80)


def found(rule: str, child: str, node: str = "dev", result: str = "fail") -> Finding:
    return Finding(RULE[rule], Said(result, Subject(SERVICE, node, child), "as it is"))  # type: ignore[arg-type]  # a word


def test_each_rule_that_can_fail_says_what_is_wrong_then():
    assert {*RULE} - {*FAULTS} == CANNOT_FAIL
    assert {*CURES} <= {*FAULTS} <= {*RULE}
    assert all(FAULTS[name] != RULE[name].text for name in FAULTS)


@pytest.mark.parametrize("render", [check_text.render, check_markdown.render])
def test_what_fails_is_worded_as_a_fault_and_has_its_cure(render):
    for checked in (failing(), replace(failing(), strict=True)):
        text = render(checked, NARROW)
        for each in checked.findings:
            if each.said.result == "fail":
                assert f"{FAULTS[each.rule.id]}" in " ".join(text.split()), each.rule.id
                assert f"{each.rule.text}: " not in " ".join(text.split())
        assert "cure: list it under rooms: of the file, and apply makes it" in text
        assert "it does not advertise manage-subscriptions" in text


def test_the_message_of_a_failed_test_case_is_the_fault():
    text = check_junit.render(failing(), NARROW)
    assert "message='fail (MUST): it does not tell of retractions: pubsub#notify_retract is" in text
    assert "message='unverifiable (MUST): owner form: forbidden" in text


def test_a_plain_node_has_no_cure_that_is_one_for_rooms():
    node = found("R43", "xmpp:pubsub.megacorp.example?;node=news")
    assert "cure" not in check_text.render(Checked((node,)), NARROW)
    room = found("R43", "hall@rooms.megacorp.example")
    assert "cure: list it under rooms:" in check_text.render(Checked((room,)), NARROW)


def test_the_verdict_says_how_many_must_fail():
    assert verdict(failing()) == (
        "Does not conform: 2 findings against a MUST; 8 against other rules; "
        "10 cannot be told by reading."
    )
    strict = replace(failing(), strict=True)
    counted = [each for each in strict.findings if strict.counts(each)]
    must = sum(each.rule.strength == "MUST" for each in counted)
    assert verdict(strict).startswith(
        f"Does not conform: {len(counted)} findings, {must} of them against a MUST"
    )
    assert verdict(fine()).startswith("Conforms: no MUST fails")


def test_markdown_that_others_fill_with_commands_fits_as_it_is_written():
    """What stands for a command is longer than it."""
    findings = tuple(found("R43", "a", f"{number}{'##[' * 90}") for number in range(40))
    one = check_markdown.render(Checked(findings[:1]), Style())
    text = check_markdown.render(Checked(findings), Style(max_bytes=15 * len(one)))
    assert text == without_commands(text)
    assert len(text.encode()) <= 15 * len(one)


@pytest.mark.parametrize("length", [10, 1000])
def test_markdown_of_many_services_fits(length: int):
    services = [Jid(f"{number}.{'x' * length}.example") for number in range(150)]
    findings = tuple(
        replace(each, said=replace(each.said, subject=Subject(service, "dev", HALL)))
        for service in services
        for each in failing().findings
    )
    for most in (4_000, 8_000, 60_000, None):
        text = check_markdown.render(Checked(findings), Style(max_bytes=most))
        assert most is None or len(text.encode()) <= most
        line = text.splitlines()[2]
        shown = line.count("1 space")
        hidden = 150 - shown
        assert line.endswith(f", and {hidden} more" if shown and hidden else "1 space") or (
            line == "150 services"
        )
        assert shown == 150 or most is not None


@pytest.mark.parametrize(
    "child",
    [
        "announcements-of-all@conference.rooms.megacorp.example",
        "xmpp:pubsub-of-somebody.megacorp.example?;node=announcements",
    ],
)
@pytest.mark.parametrize("services", [1, 2])
def test_a_host_is_shortened_before_the_name_of_what_is_on_it(child: str, services: int):
    findings = [found("R43", child), found("R43", "b@conference.rooms.megacorp.example")]
    if services == 2:
        other = Subject(SERVICE.replace("pubsub", "other"), "dev", "c@x.example")  # type: ignore[arg-type]  # a JID
        findings.append(Finding(RULE["X9"], Said("fail", other, "as it is")))
    text = check_text.render(Checked(tuple(findings)), NARROW)
    line = next(line for line in text.splitlines() if "annou" in line)
    assert "announcements" in line
    assert line.endswith(" and 1 more")
    assert "dev: " in line
    assert all(len(line) <= 80 for line in text.splitlines())


def test_findings_that_are_too_many_for_a_comment_are_counted() -> None:
    checked = next(made() for made in CHECKS.values() if len(groups(made(), full=True)) > 50)
    found = groups(checked, full=True)
    whole = check_markdown.render(checked, Style(full=True))
    short = check_markdown.render(checked, Style(full=True, max_bytes=len(whole.encode()) - 1))
    listed, _, rest = short.partition("\nand ")
    more = int(rest.partition(" ")[0])
    assert len(re.findall(r"(?m)^- ", listed)) + more == len(found)
    assert whole.startswith(listed.rstrip("\n"))
    least = check_markdown.render(checked, Style(full=True, max_bytes=1))
    assert f"and {len(found)} more like these" in least
