"""Who is one person: users are numbered, anonymous ids joined with whom they were seen with."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from .progress import Progress
from .rows import Table
from .sql import one_row


def people(
    connection: duckdb.DuckDBPyConnection, catalog: str, rows: str, table: Table, bar: Progress
) -> tuple[int, int]:
    """Write ``users`` (``user_no, user_id``) and, with anonymous ids, ``ids``.

    Two ids seen in one row are one person, chains of them too. A person is called by the smallest
    user id, or the smallest anonymous id where there is none (docs/semantics.md D7); an anonymous
    id that is also the id of another person is called ``anonymous …``.

    Returns
    -------
    int
        How many rows there are.
    int
        How many anonymous ids were seen with several user ids.
    """
    ids = ("user_id", "anonymous_id") if "anonymous_id" in table.types else ("user_id",)
    bar.run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE links AS SELECT {', '.join(ids)}, count(*) AS n FROM {rows}"
        " GROUP BY ALL",
        label="Counting users",
    )
    (count,) = one_row(connection, "SELECT coalesce(sum(n), 0) FROM links")
    if "anonymous_id" not in table.types:
        connection.execute(
            f"CREATE TABLE {catalog}.users AS SELECT CAST(row_number() OVER (ORDER BY user_id) - 1"
            " AS INTEGER) AS user_no, user_id FROM links"
        )
        return int(count), 0
    for kind, column in (("user", "user_id"), ("anonymous", "anonymous_id")):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {kind}_nodes AS SELECT row_number() OVER (ORDER BY id)"
            f" - 1 AS node, id FROM (SELECT DISTINCT {column} AS id FROM links)"
            " WHERE id IS NOT NULL"
        )
    counts = one_row(
        connection,
        "SELECT (SELECT count(*) FROM user_nodes), (SELECT count(*) FROM anonymous_nodes),"
        " (SELECT count(*) FROM (SELECT anonymous_id FROM links WHERE user_id IS NOT NULL AND"
        " anonymous_id IS NOT NULL GROUP BY anonymous_id HAVING count(*) > 1))",
    )
    users, anonymous, joined = counts
    edges = connection.execute(
        "SELECT u.node AS u, a.node AS a FROM links JOIN user_nodes u ON u.id = user_id"
        " JOIN anonymous_nodes a ON a.id = anonymous_id"
    ).fetchnumpy()
    # Nodes are numbered in the order of ids, users before anonymous ids: the smallest node of a
    # person is what D7 calls them by.
    names = _smallest_linked(
        users + anonymous, np.asarray(edges["u"]), np.asarray(edges["a"]) + users
    )
    connection.register("named", pa.table({"node": np.arange(users + anonymous), "name": names}))
    same_type = table.types["user_id"] == table.types["anonymous_id"]
    plain = "id" if same_type else "CAST(id AS VARCHAR)"
    nodes = (
        "SELECT node, id, false AS anonymous FROM (SELECT node, {0} AS id FROM user_nodes)"
        " UNION ALL"
        f" SELECT node + {users}, id, true FROM (SELECT node, {{0}} AS id FROM anonymous_nodes)"
    )
    clash = one_row(
        connection,
        f"SELECT count(*) FROM (SELECT id FROM ({nodes.format(plain)}) SEMI JOIN"
        " (SELECT DISTINCT name AS node FROM named) USING (node) GROUP BY id HAVING count(*) > 1)",
    )
    called = "id"
    if clash[0]:
        plain = "CAST(id AS VARCHAR)"
        called = (
            "CASE WHEN anonymous AND count(*) OVER (PARTITION BY id) > 1"
            " THEN 'anonymous ' || id ELSE id END"
        )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE persons AS SELECT node, {called} AS user_id FROM"
        f" ({nodes.format(plain)}) SEMI JOIN (SELECT DISTINCT name AS node FROM named) USING (node)"
    )
    connection.execute(
        f"CREATE TABLE {catalog}.users AS SELECT CAST(row_number() OVER (ORDER BY user_id) - 1 AS"
        " INTEGER) AS user_no, user_id FROM persons"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT named.node, user_no FROM named"
        " JOIN persons"
        f" ON persons.node = named.name JOIN {catalog}.users USING (user_id)"
    )
    for kind, first in (("user", 0), ("anonymous", users)):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {kind}_people AS SELECT id, user_no FROM {kind}_nodes k"
            f" JOIN numbered n ON n.node = k.node + {first}"
        )
    connection.unregister("named")
    return int(count), int(joined)


def _smallest_linked(nodes: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return, per node, the smallest node it is connected with."""
    if not nodes:
        return np.empty(0, np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(left), np.int8)
    graph = coo_array((ones, (left, right)), shape=(nodes, nodes))
    labels = connected_components(graph, directed=False)[1]
    _, first = np.unique(labels, return_index=True)
    return first[labels]
