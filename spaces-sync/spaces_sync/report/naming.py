"""What reports call one action, outside of the lines of its object."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.plan.actions import Action, ConfigureNode, ConfigureRoom, subject
from spaces_sync.profile import SECRET
from spaces_sync.report import action_table, words
from spaces_sync.report.explain import config_sort_key

_MOST_NAMED: Final = 3  # fields of one action, of which more are counted


def action_name(action: Action) -> str:
    """What an action is about, as raw text: `room hall@rooms.example of dev`, `title of dev`."""
    noun, identity = action_table.noun_and_identity(action)
    about = words.short_name(subject(action))
    if isinstance(action, ConfigureNode | ConfigureRoom):
        noun = _field_names(action) or noun
    if action_table.is_of_whole_object(action):
        return f"{noun} {about}"
    return f"{noun} {identity} of {about}" if identity else f"{noun} of {about}"


def _field_names(action: ConfigureNode | ConfigureRoom) -> str:
    """Of one object some fields may be done and others not."""
    names = [words.label(var) for var in sorted(action.after, key=config_sort_key)]
    if isinstance(action, ConfigureRoom) and action.password is not None:
        names.append(words.label(SECRET))
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (
        f" and {plural(more, 'field')} more" if more > 0 else ""
    )
