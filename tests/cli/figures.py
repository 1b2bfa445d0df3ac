"""Figures of reports by another engine: DuckDB, over an export in JSON lines.

Prints one JSON object: each report's rows by what they are of. Knows nothing of the server's code.
"""

import json
import sys

import duckdb

PATH, TODAY = sys.argv[1:]

db = duckdb.connect()
db.execute(
    """
    CREATE TABLE legs AS
    SELECT *, tags->>'service' AS service, CAST(CAST(effective_at AS TIMESTAMP) AS DATE) AS day
    FROM read_json(?, format = 'newline_delimited', columns = {
        entry_id: 'VARCHAR', "from": 'VARCHAR', "to": 'VARCHAR', amount: 'BIGINT',
        effective_at: 'VARCHAR', tags: 'JSON', unit_id: 'VARCHAR', from_kind: 'VARCHAR',
        to_kind: 'VARCHAR', sequence: 'BIGINT', reverses_entry_id: 'VARCHAR'
    })
    """,
    [PATH],
)
db.execute(
    """
    CREATE VIEW visits AS
    SELECT *, split_part("from", ':', 1) AS branch, strftime(day, '%Y-%m') AS month
    FROM legs
    WHERE service IS NOT NULL AND reverses_entry_id IS NULL
      AND entry_id NOT IN (
          SELECT reverses_entry_id FROM legs WHERE reverses_entry_id IS NOT NULL
      );
    CREATE VIEW parts AS
    SELECT branch, service, month, day, "to" AS member, 1 AS served, 0 AS was_served
    FROM visits WHERE to_kind = 'member'
    UNION ALL
    SELECT branch, service, month, day, "from", 0, 1 FROM visits WHERE from_kind = 'member';
    CREATE VIEW balances AS
    SELECT account, kind, sum(change) AS balance FROM (
        SELECT "to" AS account, to_kind AS kind, amount AS change FROM legs WHERE unit_id = 'time'
        UNION ALL
        SELECT "from", from_kind, -amount FROM legs WHERE unit_id = 'time'
    ) GROUP BY account, kind
    """
)


def activity(by):
    """Rows of the activity report, `(all)` among them."""
    rows = {}
    for of, key in (("(all)", "'(all)'"), (None, by)):
        people = db.execute(
            f"""
            SELECT of, count(*), sum(served), sum(was_served), sum(served * was_served)
            FROM (SELECT {key} AS of, member, max(served) AS served, max(was_served) AS was_served
                  FROM parts GROUP BY ALL)
            GROUP BY of
            """
        ).fetchall()
        hours = db.execute(
            f"""
            SELECT {key} AS of, count(DISTINCT sequence), sum(amount),
                   sum(CASE WHEN to_kind = 'member' THEN amount ELSE 0 END)
            FROM visits GROUP BY of
            """
        ).fetchall()
        for row in people:
            rows[row[0]] = [int(figure) for figure in row[1:]]
        for row in hours:
            rows[row[0]] += [int(figure) for figure in row[1:]]
    return rows


def one(sql, *given):
    return int(db.execute(sql, list(given)).fetchone()[0] or 0)


def dormancy():
    """Members by the month of their first service."""
    rows = db.execute(
        """
        SELECT strftime(min(day), '%Y-%m') AS joined, date_diff('day', max(day), CAST(? AS DATE))
        FROM parts GROUP BY member
        """,
        [TODAY],
    ).fetchall()
    months = {}
    for joined, days in rows:
        for of in (joined, "(all)"):
            row = months.setdefault(of, [0, 0, 0, 0, 0])
            row[0] += 1
            row[1] += days < 30
            row[2] += days < 90
            row[3] += days < 365
            row[4] += days >= 365
    return months


def ages():
    """What members have, by whole years since it came: hours that came first are spent first."""
    rows = db.execute(
        """
        WITH came AS (
            SELECT "to" AS account, day, amount,
                   sum(amount) OVER (PARTITION BY "to" ORDER BY rowid DESC) - amount AS later
            FROM legs WHERE to_kind = 'member' AND unit_id = 'time'
        )
        SELECT date_sub('year', day, CAST(? AS DATE)) AS years,
               sum(greatest(0, least(amount, balance - later)))
        FROM came JOIN balances USING (account) GROUP BY years
        """,
        [TODAY],
    ).fetchall()
    minutes = dict(rows)
    return {
        "under 1 year": int(minutes.pop(0, 0)),
        "1 to 2 years": int(minutes.pop(1, 0)),
        "2 to 5 years": int(sum(minutes.values())),
    }


positive = "SELECT sum(balance) FROM balances WHERE kind = ? AND balance > 0"
json.dump(
    {
        "branch": activity("branch"),
        "service": activity("service"),
        "month": activity("month"),
        "dormancy": dormancy(),
        "outstanding": {
            "members": one(positive, "member"),
            "pools": one(positive, "pool"),
        },
        "ages": ages(),
        "issued": {
            account: -int(balance)
            for account, balance in db.execute(
                "SELECT account, balance FROM balances WHERE kind = 'issuance'"
            ).fetchall()
        },
        "redeemed stock": one("SELECT sum(balance) FROM balances WHERE kind = 'redemption'"),
        "earned": one("SELECT sum(amount) FROM visits WHERE to_kind = 'member'"),
        "redeemed services": one("SELECT sum(amount) FROM visits WHERE from_kind = 'member'"),
    },
    sys.stdout,
)
