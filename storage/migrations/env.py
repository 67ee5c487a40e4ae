"""Alembic runs each step inside the one transaction that `storage.migrate` has begun."""

from alembic import context

from storage.tables.catalogue import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
