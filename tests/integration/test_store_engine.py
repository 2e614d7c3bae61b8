"""How PostgreSQL is spoken to, as far as that shows without a server."""

import sys

import pytest
from sqlalchemy.dialects import postgresql, sqlite

import program_runtime.service.store as package
from program_runtime.errors import StorageError
from program_runtime.service.store.sql import engine, event_statements


def test_postgresql_means_psycopg():
    assert engine.database("postgresql://h/n").drivername == "postgresql+psycopg"
    assert engine.database("postgresql+pg8000://h/n").drivername == "postgresql+pg8000"


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        StorageError, match="the driver psycopg of the database is not installed"
    ) as caught:
        engine.writing_engine(engine.database("postgresql://h/n"))
    assert caught.value.hint == "Install it: pip install 'psycopg[binary]'"


def test_connections_to_a_server_are_tried_before_they_are_used(monkeypatch):
    given = {}
    monkeypatch.setattr(engine, "create_engine", lambda _url, **o: given.update(o))
    engine.reading_engine(engine.database("postgresql://h/n"), connections=3)
    assert given == {
        "hide_parameters": True,
        "isolation_level": "AUTOCOMMIT",
        "pool_size": 3,
        "max_overflow": 0,
        "pool_pre_ping": True,
    }


def test_events_are_inserted_by_position_in_every_dialect():
    columns = "job_key, seq, time, type, data, blob_digest, size"
    texts = [
        event_statements.insert_events(dialect)
        for dialect in (sqlite.dialect(), postgresql.dialect())
    ]
    assert [text.split(" VALUES ")[0] for text in texts] == [
        f"INSERT INTO events ({columns})"
    ] * 2
    assert [
        text.count(mark) for text, mark in zip(texts, ("?", "%s"), strict=True)
    ] == [
        7,
        7,
    ]


def test_the_package_says_what_it_does_not_have():
    with pytest.raises(AttributeError, match="has no attribute 'RedisStore'"):
        _ = package.RedisStore
