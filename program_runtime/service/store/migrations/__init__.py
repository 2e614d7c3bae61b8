"""The history of the database's form, in steps that Alembic takes."""
