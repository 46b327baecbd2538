"""Carrying tables between polars and PostgreSQL by COPY, through temporary tables.

COPY cannot enter a table that row-level security holds.
"""

import io
from collections.abc import Mapping
from typing import Any, cast

import polars as pl
import psycopg
from django.db import connection

NULL = r"\N"

SQL_TYPES: Mapping[pl.DataType | type[pl.DataType], str] = {
    pl.Int64: "bigint",
    pl.Int32: "integer",
    pl.String: "text",
    pl.Date: "date",
    pl.Boolean: "boolean",
}


def fetch(select: str, parameters: list[object], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the rows of a SELECT as a frame with these columns."""
    with connection.cursor() as cursor:
        raw = cast("psycopg.Cursor[Any]", cursor.cursor)
        statement = psycopg.ClientCursor(raw.connection).mogrify(select, parameters)
        buffer = io.BytesIO()
        copy_out = f"COPY ({statement}) TO STDOUT (FORMAT csv, NULL '{NULL}')"
        with raw.copy(copy_out) as copy:
            for block in copy:
                buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    buffer.seek(0)
    booleans = [name for name, dtype in schema.items() if dtype == pl.Boolean]
    reading = {name: (pl.String if name in booleans else dtype) for name, dtype in schema.items()}
    frame = pl.read_csv(
        buffer, has_header=False, schema=reading, null_values=NULL, empty_string_is_null=False
    )
    return frame.with_columns(pl.col(name) == "t" for name in booleans)


def stage(name: str, frame: pl.DataFrame) -> None:
    """Put a frame into a temporary table of the transaction, with statistics, so that joins are planned well."""
    columns = ", ".join(f'"{column}" {SQL_TYPES[dtype]}' for column, dtype in frame.schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
        cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns}) ON COMMIT DROP')
    _copy_in(name, frame)
    execute(f'ANALYZE pg_temp."{name}"')


def stage_rows(name: str, table: str, frame: pl.DataFrame) -> str:
    """Put rows of a table into a temporary one with the very same columns, and return their names.

    Nothing is left to convert when they go on into the table, and nothing to plan: they are read from end to end.
    """
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
    execute(
        f'CREATE TEMPORARY TABLE "{name}" ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA',
    )
    _copy_in(name, frame)
    return columns


def _copy_in(name: str, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    with connection.cursor() as cursor:
        raw = cast("psycopg.Cursor[Any]", cursor.cursor)
        with raw.copy(f"COPY pg_temp.\"{name}\" FROM STDIN (FORMAT csv, NULL '{NULL}')") as copy:
            for part in frame.iter_slices(100_000):
                copy.write(part.write_csv(include_header=False, null_value=NULL).encode())


def execute(statement: str, parameters: Mapping[str, object] | None = None) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, cast("dict[str, Any] | None", parameters))
        return int(cursor.rowcount)
