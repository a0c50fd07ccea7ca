"""What lies in the tables of all services, as somebody sees it who got hold of the database."""

from viva.platform.db.connection import connect
from viva.platform.db.roles import SERVICES_WITH_TABLES

_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema = ANY($1) AND table_type = 'BASE TABLE'
"""


async def tables_with(url: str, text: str) -> list[str]:
    """Tables with a row that holds a text, in clear or within bytes."""
    found, seen = [], 0
    connection = await connect(url)
    try:
        for schema, table in await connection.fetch(_TABLES, list(SERVICES_WITH_TABLES)):
            name = f'"{schema}"."{table}"'
            rows, holding = await connection.fetchrow(
                "SELECT count(*), count(*) FILTER (WHERE strpos(whole::text, $1) > 0"
                f" OR strpos(whole::text, $2) > 0) FROM {name} AS whole",
                text,
                text.encode().hex(),
            )
            seen += rows
            if holding:
                found.append(f"{schema}.{table}")
    finally:
        await connection.close()
    assert seen, "no table has a row"
    return found
