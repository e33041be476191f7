"""What is wrong in files, as SARIF 2.1.0, which code scanning of forges reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from spaces_sync import __version__
from spaces_sync.model.problems import Problem
from spaces_sync.report.file_names import relative, uri
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT: Final = "%SRCROOT%"  # the folder where the command runs
_ESCAPES: Final = {ord(each): f"\\{each}" for each in "\\[]"} | {ord("{"): "{{", ord("}"): "}}"}


def render(validation: Validation, _: Style) -> str:
    """One run, with all rules and a result for each problem."""
    found = dict.fromkeys((*validation.codes, *(each.code for each in validation.problems)))
    codes = [*found]
    driver = {
        "name": "spaces-sync",
        "version": __version__,
        "rules": [_rule(code, validation.codes) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which spaces-sync was run."}}
        },
        "results": [_result(each, codes.index(each.code)) for each in validation.problems],
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, meanings: Mapping[str, str]) -> dict[str, Any]:
    text = {"text": meanings.get(code, code)}
    return {"id": code, "shortDescription": text, "fullDescription": text, "help": text}


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    place = problem.place
    location = {
        "artifactLocation": _artifact(place.file),
        "region": {"startLine": place.line, "startColumn": place.column},
    }
    known = "\n".join((relative(place.file), problem.code, problem.message))
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        # 3.11.5 and 3.11.6: what could be a placeholder or a link is text.
        "message": {"text": printable(problem.message).translate(_ESCAPES)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {
            "spacesSync/v1": hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()
        },
    }


def _artifact(file: str) -> dict[str, str]:
    found = uri(file)
    return {"uri": found} if found.startswith("file:") else {"uri": found, "uriBaseId": _ROOT}
