"""Who must be allowed what on the broker, for a team that gives rights one by one."""

from collections.abc import Iterator

from viva.contracts.catalogue import catalogue


def services() -> list[str]:
    """Every service that writes or reads a topic."""
    named = {topic.owner for topic in catalogue()}
    return sorted(named | {name for topic in catalogue() for name in topic.consumers})


def access_commands(topic_prefix: str, principal: str) -> list[str]:
    """One `kafka-acls.sh --add` a right.

    Args:
        principal: with `{service}` in it, such as `User:viva-{service}`.
    """
    return [
        f'kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --add --allow-principal '
        f'"{principal.format(service=service)}" {right}'
        for service in services()
        for right in _rights(service, topic_prefix)
    ]


def _rights(service: str, prefix: str) -> Iterator[str]:
    group = f"viva.{service}"
    yield "--cluster --operation IdempotentWrite"
    for topic in catalogue():
        if topic.owner == service:
            yield f"--topic {prefix}{topic.name} --operation Write --operation Describe"
        if service in topic.consumers:
            yield f"--topic {prefix}{topic.name} --operation Read --operation Describe"
            letters = prefix + topic.dead_letters(group)
            yield f"--topic {letters} --operation Write --operation Describe"
    if any(service in topic.consumers for topic in catalogue()):
        yield f"--group {prefix}{group} --operation Read --operation Describe"
