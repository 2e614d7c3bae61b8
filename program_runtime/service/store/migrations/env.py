"""Where Alembic starts: it runs the steps on the connection that it was given."""

from __future__ import annotations

from alembic import context

from program_runtime.service.store.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes little of a table in place: copy and rename instead.
    render_as_batch=True,
)
context.run_migrations()
