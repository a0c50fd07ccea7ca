"""Who must be allowed what on the broker, for a team that gives rights one by one."""

from viva.contracts.catalogue import catalogue
from viva.platform.messaging.replay import REPLAYER, dead_letter_topics


def access_commands(
    prefix: str, principal: str, *, create: bool, scaler: str | None = None
) -> list[str]:
    """One `kafka-acls.sh --add` for each kind of right.

    All pods, jobs and commands of an installation come with the chart's one secret, so they are one
    principal. It reads each topic (`viva trace`) and the dead letters (`viva dlq`) too.

    Args:
        prefix: before each topic's and group's name.
        principal: such as `User:viva`.
        create: it makes topics as well; the operator's team does so otherwise.
        scaler: KEDA's principal: it looks at lag and no more.
    """
    events = _all("topic", prefix, [topic.name for topic in catalogue()])
    letters = _all("topic", prefix, dead_letter_topics())
    groups = _all("group", prefix, sorted({x for topic in catalogue() for x in topic.groups}))
    replayer = _all("group", prefix, [REPLAYER])
    making = ["Create"] if create else []
    rights = [
        (principal, ["--cluster"], ["IdempotentWrite"]),
        (principal, events + letters, ["Read", "Write", "Describe", *making]),
        (principal, groups + replayer, ["Read", "Describe"]),
    ]
    if scaler:
        rights.append((scaler, events + groups, ["Describe"]))
    return [_command(*right) for right in rights]


def _all(resource: str, prefix: str, names: list[str]) -> list[str]:
    return [f"--{resource} {prefix}{name}" for name in names]


def _command(principal: str, resources: list[str], operations: list[str]) -> str:
    # All at once: the tool takes seconds to start.
    rights = " ".join([*resources, *(f"--operation {operation}" for operation in operations)])
    return (
        'kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --add '
        f'--allow-principal "{principal}" {rights}'
    )
