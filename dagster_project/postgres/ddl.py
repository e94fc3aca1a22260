"""The tables of a release in the SQL of Postgres: columns, keys, comments, and policies that say who sees which rows.

Readers query an empty table per mart, and find the rows of the release in a table that inherits from it and that they
cannot reach otherwise. Keys and policies belong to the table that they query, where BI tools look for them.

Columns of several feeds expire on different days, and a policy hides whole rows. So a row of such a mart is stored once
for each day on which a part of it expires, without the part that has, and ``shown_from`` and ``shown_until`` say when.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.access import Allowed
from dagster_project.release.readable_rows import FALSE, TRUE, ReaderScope, all_of, any_of
from dagster_project.release.reader import LIMIT, SNAPSHOT, PublishedMart, Release
from dagster_project.storage.sql import identifier, literal

SCHEMA = "maandvers"
# The table that says which release all others show.
RELEASE = "release"
# Fixed, since a session may choose its time zone, up to a week from ours.
TODAY = "(now() AT TIME ZONE 'Europe/Amsterdam')::date"
SHOWN_FROM, SHOWN_UNTIL = "shown_from", "shown_until"
TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "TIMESTAMP WITH TIME ZONE": "timestamptz"}
# Facts about a release that readers need as well as its marts, with their keys.
METADATA = {
    RELEASE: ("release_id", ("release_id", "municipality_code", "as_of", "version", "is_fictional")),
    "freshness": ("feed", ("feed", "supplier", "checked_at", "released_at", "period_end_date", LIMIT)),
}
METADATA_COMMENTS = {
    RELEASE: "The release that all tables show.",
    "freshness": "One row per feed: its clocks, and the last day on which its figures are shown.",
}
WHEN_SHOWN = {
    SHOWN_FROM: "First day on which the row is shown like this; when a part of it expires another row takes its place.",
    SHOWN_UNTIL: "Last day on which the row is shown like this.",
}


@dataclass(frozen=True)
class ReaderTable:
    """A table that readers query, and the query on the release that fills it."""

    name: str
    comment: str
    # Types by column, and comments.
    columns: Mapping[str, str]
    comments: Mapping[str, str]
    key: tuple[str, ...]
    # Columns, the table that they refer to, and its key.
    foreign_keys: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]
    select: str
    # Condition for rows that are shown today.
    is_shown: str
    mart: PublishedMart | None = None

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that identify a stored row."""
        return (*self.key, SHOWN_FROM) if SHOWN_FROM in self.columns else self.key


@dataclass(frozen=True)
class ReaderRole:
    """A role of the database, and the pairs of theme and level that it may see."""

    name: str
    allowed: Allowed


def reader_tables(release: Release) -> list[ReaderTable]:
    """Describe the tables of a release: its marts, and facts about the release itself."""
    types = _types(release)
    comments = _comments(release)
    marts = [_mart_table(mart, types[mart.name], comments) for mart in release.marts.values()]
    return [*marts, *(_metadata_table(name, types[name], comments) for name in METADATA)]


def create_tables(
    schema: str, tables: Sequence[ReaderTable], roles: Sequence[ReaderRole], themes: Sequence[str]
) -> list[str]:
    """Write the statements that make the tables which readers query, with keys, privileges and policies."""
    return [
        f"CREATE SCHEMA {schema}",
        f"SET LOCAL search_path = {schema}",
        *(_create(table) for table in tables),
        *(_foreign_key(table.name, *key) for table in tables for key in table.foreign_keys),
        *(f"GRANT USAGE ON SCHEMA {schema} TO {identifier(role.name)}" for role in roles),
        *(statement for table in tables for statement in _admit(table, roles, themes)),
    ]


def shape_of(statements: Iterable[str]) -> str:
    """Digest of the statements that make the tables: another one means that they have to be rebuilt."""
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def create_rows(schema: str, rows: str, table: ReaderTable) -> str:
    """Write the statement for the table with the rows of a release."""
    return f"CREATE TABLE {rows}.{identifier(table.name)} () INHERITS ({schema}.{identifier(table.name)})"


def add_keys(rows: str, table: ReaderTable) -> list[str]:
    """Write the statements for the key of those rows, and for an index by which each other table finds its own."""
    name = f"{rows}.{identifier(table.name)}"
    # The key finds rows by its first columns itself. Indexes of the whole country take a fifth of the time of its
    # publication, and a question about one indicator then takes a third of its time.
    wanted = [columns for columns, *_ in table.foreign_keys if columns != table.row_key[: len(columns)]]
    return [
        f"ALTER TABLE {name} ADD PRIMARY KEY ({_listed(table.row_key)})",
        *(f"CREATE INDEX ON {name} ({_listed(columns)})" for columns in dict.fromkeys(wanted)),
    ]


def comments_on(schema: str, table: ReaderTable) -> list[str]:
    """Write the statements for the comments on a table and its columns."""
    name = f"{schema}.{identifier(table.name)}"
    return [
        f"COMMENT ON TABLE {name} IS {literal(table.comment)}",
        *(
            f"COMMENT ON COLUMN {name}.{identifier(column)} IS {literal(text)}"
            for column, text in table.comments.items()
        ),
    ]


def _mart_table(
    mart: PublishedMart, types: Mapping[str, str], comments: Mapping[tuple[str, str | None], str]
) -> ReaderTable:
    columns = {column.name: types[column.name] for column in mart.columns}
    texts = {column.name: comments.get((mart.name, column.name), "") for column in mart.columns}
    table = f"release.{SNAPSHOT}.{identifier(mart.name)}"
    select, is_shown = f"SELECT {_listed(columns)} FROM {table}", TRUE
    if any(column.shown_until for column in mart.columns):
        columns |= {SHOWN_FROM: "date", SHOWN_UNTIL: "date"}
        texts |= WHEN_SHOWN
        select, is_shown = _versions(mart, table), f"{TODAY} BETWEEN {SHOWN_FROM} AND {SHOWN_UNTIL}"
    elif LIMIT in columns:
        is_shown = f"{LIMIT} >= {TODAY}"
    return ReaderTable(
        name=mart.name,
        comment=comments.get((mart.name, None), mart.description),
        columns=columns,
        comments=texts,
        key=mart.key,
        foreign_keys=tuple((key.columns, key.reference.mart, key.reference.columns) for key in mart.foreign_keys),
        select=select,
        is_shown=is_shown,
        mart=mart,
    )


def _metadata_table(name: str, types: Mapping[str, str], comments: Mapping[tuple[str, str | None], str]) -> ReaderTable:
    key, columns = METADATA[name]
    return ReaderTable(
        name=name,
        comment=METADATA_COMMENTS[name],
        columns={column: types[column] for column in columns},
        comments={},
        key=(key,),
        foreign_keys=(),
        select=f"SELECT {_listed(columns)} FROM release.{SNAPSHOT}.{name}",
        is_shown=TRUE,
    )


def _versions(mart: PublishedMart, table: str) -> str:
    """Select each row once for every span of days in which it shows the same columns."""
    limits = {limit for column in mart.columns for limit in column.shown_until} | {LIMIT}
    listed = _listed(sorted(limits))
    numbered = f"SELECT *, list_sort(list_distinct([{listed}])) AS last_days FROM {table}"
    spans = f"""
        SELECT *, unnest(last_days) AS {SHOWN_UNTIL},
            unnest(list_prepend(DATE '0001-01-01', list_transform(last_days[:-2], lambda day: day + 1))) AS {SHOWN_FROM}
        FROM ({numbered})
    """
    columns = ", ".join([*mart.shown_columns(SHOWN_UNTIL), SHOWN_FROM, SHOWN_UNTIL])
    return f"SELECT {columns} FROM ({spans}) WHERE {mart.is_shown(SHOWN_UNTIL)}"


def _types(release: Release) -> dict[str, dict[str, str]]:
    types: dict[str, dict[str, str]] = {}
    query = f"""
        SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE database_name = 'release' AND schema_name = {literal(SNAPSHOT)} ORDER BY table_name, column_index
    """
    for table, column, data_type in release.connection.execute(query).fetchall():
        types.setdefault(table, {})[column] = TYPES.get(data_type, data_type.lower())
    return types


def _comments(release: Release) -> dict[tuple[str, str | None], str]:
    """The comments on the views of a release, by view and column; None for that on the view itself."""
    query = """
        SELECT view_name, NULL, comment FROM duckdb_views() WHERE database_name = 'release' AND comment IS NOT NULL
        UNION ALL
        SELECT table_name, column_name, comment FROM duckdb_columns()
        WHERE database_name = 'release' AND schema_name = 'main' AND comment IS NOT NULL
    """
    return {(table, column): comment for table, column, comment in release.connection.execute(query).fetchall()}


def _create(table: ReaderTable) -> str:
    columns = [f"{identifier(column)} {data_type}" for column, data_type in table.columns.items()]
    return f"CREATE TABLE {identifier(table.name)} ({', '.join([*columns, f'PRIMARY KEY ({_listed(table.key)})'])})"


def _foreign_key(table: str, columns: Iterable[str], other: str, key: Iterable[str]) -> str:
    return (
        f"ALTER TABLE {identifier(table)} ADD FOREIGN KEY ({_listed(columns)})"
        f" REFERENCES {identifier(other)} ({_listed(key)})"
    )


def _admit(table: ReaderTable, roles: Sequence[ReaderRole], themes: Sequence[str]) -> list[str]:
    """Write the privileges of each role on a table, and the policy for all of them."""
    name, everyone = identifier(table.name), roles[0]
    statements = [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"]
    # REFERENCES gives no access: information_schema shows keys only to who has more than SELECT.
    statements += [
        f"GRANT SELECT, REFERENCES ON {name} TO {identifier(role.name)}"
        for role in roles
        if table.mart is None or _reads(table.mart.scope, role, roles, themes)
    ]
    rows = all_of([table.is_shown, _rows_of(table.mart.scope, roles, themes) if table.mart else TRUE])
    to = identifier(everyone.name)
    return [*statements, f"CREATE POLICY readers ON {name} FOR SELECT TO {to} USING ({rows})"]


def _reads(scope: ReaderScope, role: ReaderRole, roles: Sequence[ReaderRole], themes: Sequence[str]) -> bool:
    """Whether a role shows rows, or adds to those of readers who have other roles as well."""
    if scope.rows_for(themes, role.allowed) != FALSE:
        return True
    everyone, *_ = roles
    adds = any(part.rows_for(themes, role.allowed) != part.rows_for(themes, everyone.allowed) for part in scope.parts())
    together = frozenset(pair for one in roles for pair in one.allowed)
    return adds and scope.rows_for(themes, together) != FALSE


def _rows_of(scope: ReaderScope, roles: Sequence[ReaderRole], themes: Sequence[str]) -> str:
    """Condition for the rows that the roles of a session show together; all sessions have the first role."""
    everyone, *groups = roles

    def of_part(part: ReaderScope) -> str:
        of_groups = (all_of([_is_in(role), part.rows_for(themes, role.allowed)]) for role in groups)
        return any_of([part.rows_for(themes, everyone.allowed), *of_groups])

    return all_of(map(of_part, scope.parts()))


def _is_in(role: ReaderRole) -> str:
    # In a subquery it is asked once per query, and not of every row.
    return f"(SELECT pg_has_role({literal(role.name)}, 'USAGE'))"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(map(identifier, columns))
