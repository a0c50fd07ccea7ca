"""Keeping definitions: a change is a new version, interviews keep the one that they froze."""

from dataclasses import replace
from typing import Any

from viva.gateway.application import auditing
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain import builtin
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import ConflictError, NotFoundError
from viva.gateway.domain.library import D, Entry, Framework, Persona, QuestionSet
from viva.gateway.domain.library_rules import check

PREFIXES: dict[type, str] = {Persona: "ps", Framework: "fw", QuestionSet: "qs"}


async def create(work: Work, context: Context, caller: Caller, definition: D) -> Entry[D]:
    """Stores a definition as version 1.

    Raises:
        InvalidInputError: it breaks a rule.
    """
    check_definition(context, definition)
    kind = type(definition)
    entry = Entry(context.ids.new(PREFIXES[kind]), caller.tenant_id, 1, context.now(), definition)
    await work.library.add(entry)
    await auditing.note(work, context, caller, "library.create", entry.id)
    return entry


async def find(
    work: Work, caller: Caller, kind: type[D], entry_id: str, version: int | None = None
) -> Entry[D]:
    """Finds a version of a definition, the newest by default.

    Raises:
        NotFoundError: it does not exist, or belongs to somebody else.
    """
    entry = await work.library.find(kind, caller.tenant_id, entry_id, version)
    if entry is None:
        which = f" in version {version}" if version else ""
        raise NotFoundError("definition_unknown", f"There is no '{entry_id}'{which}.")
    return entry


async def update(
    work: Work, context: Context, caller: Caller, entry_id: str, definition: D
) -> Entry[D]:
    """Stores a definition as the next version.

    Raises:
        ConflictError: it is built in, or somebody else was faster.
        InvalidInputError: it breaks a rule.
    """
    present = await find(work, caller, type(definition), entry_id)
    if not present.tenant_id:
        raise ConflictError("built_in", f"'{entry_id}' is built in: create one of your own.")
    check_definition(context, definition)
    entry = replace(
        present,
        version=present.version + 1,
        created_at=context.now(),
        definition=_kept(definition, present.definition),
    )
    await work.library.add(entry)
    await auditing.note(
        work, context, caller, "library.update", entry_id, version=str(entry.version)
    )
    return entry


def _kept(changed: D, present: D) -> D:
    """Of a framework the fitted weights; nothing of the others."""
    kept: Any = changed
    if isinstance(changed, Framework) and isinstance(present, Framework):
        kept = _keep_calibrations(changed, present)
    found: D = kept
    return found


def _keep_calibrations(changed: Framework, present: Framework) -> Framework:
    """A competency that asks the same as before keeps its fitted weights."""
    before = {one.key: one for one in present.competencies}
    kept = tuple(
        replace(one, calibration=before[one.key].calibration)
        if one.key in before and one.asks_the_same(before[one.key])
        else one
        for one in changed.competencies
    )
    return replace(changed, competencies=kept)


async def store_built_in(work: Work) -> None:
    """Puts the definitions that come with this release beside those of the tenants."""
    await work.library.add_missing(builtin.PERSONA)
    await work.library.add_missing(builtin.FRAMEWORK)
    await work.library.add_missing(builtin.QUESTION_SET)


def check_definition(context: Context, definition: Persona | Framework | QuestionSet) -> None:
    """Refuses a definition that breaks a rule.

    Raises:
        InvalidInputError: with a pointer for each broken rule.
    """
    check(definition, languages=context.policy.languages, voices=context.policy.voices)
