"""One role and one schema a service: the SQL that a database administrator runs once."""

from collections.abc import Iterable

SERVICES_WITH_TABLES = ("gateway", "session", "telephony", "notification")

_ROLE = """\
CREATE ROLE "{role}" LOGIN PASSWORD :'{service}' CONNECTION LIMIT {limit};
CREATE SCHEMA "{service}" AUTHORIZATION "{role}";
ALTER ROLE "{role}" SET search_path = "{service}";
"""


def roles_script(services: Iterable[str], *, prefix: str, limit: int) -> str:
    """Writes SQL for psql; passwords are its variables, named like the services.

    A role owns its schema and sees no other. It cannot make schemas or roles.
    """
    head = "-- psql -v ON_ERROR_STOP=1 -v gateway=PASSWORD ... -f this file\nBEGIN;\n"
    rights = "REVOKE ALL ON SCHEMA public FROM PUBLIC;\n"
    roles = "".join(
        _ROLE.format(role=f"{prefix}{name}", service=name, limit=limit) for name in services
    )
    return f"{head}{rights}{roles}COMMIT;"
