"""PostgreSQL: one schema a service, one unit of work a change, an outbox row beside each effect."""

from viva.platform.db.database import Database
from viva.platform.db.unit_of_work import UnitOfWork

__all__ = ["Database", "UnitOfWork"]
