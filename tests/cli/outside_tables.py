"""Tables of what ledger-cli lists, in DuckDB: services, needs, evaluations, and what accounts have.

Knows nothing of the server's code; what the words mean is in report.proto.
"""

import sys

import duckdb

DIR = sys.argv[1]

db = duckdb.connect()


def load(name, **columns):
    """Makes a table of a file: of each line so many fields."""
    fields = ", ".join(f"\"{field}\": '{kind}'" for field, kind in columns.items())
    db.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_json('{DIR}/{name}.jsonl', "
        f"format = 'newline_delimited', columns = {{{fields}}})"
    )


def texts(names):
    return dict.fromkeys(names.split(), "VARCHAR")


load(
    "export",
    **texts("entry_id from to unit_id from_kind to_kind reverses_entry_id effective_at"),
    amount="BIGINT",
    sequence="BIGINT",
    tags="JSON",
)
load(
    "journal",
    **texts("recorded_at fact need_id order_id member_id account_id action state"),
    **texts("source_id sector centre month heard_of"),
    sequence="BIGINT",
    rating="BIGINT",
    confirmed="BIGINT",
    forced="BOOLEAN",
)
load("accounts", **texts("account_id kind unit_id opened_at closed_at"), balance="BIGINT")
load("members", **texts("id account_id"))
load("needs", **texts("id state centre service block point published_at"), offers="JSON")
load(
    "orders",
    **texts("id state centre service block point on recipient_id provider_id entry_id unit_id"),
)
load(
    "groups",
    **texts("id state kind centre leader_id service point on"),
    minutes="BIGINT",
    entry_ids="JSON",
)
load("places", **texts("group_id member_id"), attended="BOOLEAN")
load(
    "evaluations",
    **texts("order_id on centre service point block found"),
    served_minutes="BIGINT",
    settled_minutes="BIGINT",
    quality="BIGINT",
    satisfaction="BIGINT",
)
# The ledger's zone is Asia/Shanghai, as `ledger-cli status` says: eight hours ahead, always.
db.execute(
    """
    CREATE MACRO day_of(time) AS CAST(CAST(time AS TIMESTAMP) + INTERVAL 8 HOUR AS DATE);
    CREATE MACRO branch_of(account) AS regexp_replace(account, ':[^:]*:[^:]*$', '');
    CREATE MACRO hundredths(part, whole) AS CASE WHEN whole > 0 THEN part * 100 // whole END;

    -- Whose an account is: it has the member's id, unless they moved or have one of another unit.
    CREATE VIEW owners AS
    SELECT account_id, id AS member FROM members WHERE account_id IS NOT NULL
    UNION SELECT id, id FROM members
    UNION SELECT account_id, member_id FROM journal WHERE fact = 'member_moved';
    """
)

# Services, each with who took part. An order was settled if hours moved, and somebody was served if
# the last reckoning says so: there is none before, and another one after each correction.
db.execute(
    """
    CREATE TABLE served_orders AS
    WITH reckoned AS (
        SELECT order_id, arg_max(confirmed, sequence) AS minutes
        FROM journal WHERE fact = 'order_stepped' AND confirmed IS NOT NULL GROUP BY order_id
    ), said AS (
        SELECT order_id, member_id, arg_max(rating, sequence) AS stars
        FROM journal WHERE fact = 'order_stepped' AND action = 'confirm' GROUP BY ALL
    )
    SELECT DISTINCT orders.* EXCLUDE "on", CAST("on" AS DATE) AS day, minutes, stars
    FROM orders JOIN reckoned ON orders.id = reckoned.order_id
    LEFT JOIN said ON orders.id = said.order_id AND said.member_id = recipient_id
    WHERE minutes > 0 AND state IN ('settled', 'resolved');

    CREATE TABLE outside_entries AS
    SELECT export.*, tags->>'service' AS service, day_of(effective_at) AS day,
           min("from") OVER (PARTITION BY entry_id) AS payer
    FROM export JOIN journal USING (sequence)
    WHERE tags->>'service' IS NOT NULL AND fact NOT IN ('order_stepped', 'group_stepped')
      AND reverses_entry_id IS NULL AND entry_id NOT IN (
          SELECT reverses_entry_id FROM export WHERE reverses_entry_id IS NOT NULL
      );

    CREATE TABLE services AS
    SELECT id, centre AS branch, service, nullif(block, '') AS block, nullif(point, '') AS point,
           day, false AS is_entered
    FROM served_orders
    UNION ALL
    SELECT id, centre, service, NULL, nullif(point, ''), CAST("on" AS DATE), false
    FROM groups WHERE state = 'settled'
    UNION ALL
    SELECT entry_id, branch_of(payer), service, NULL, tags->>'point', day, true
    FROM outside_entries GROUP BY ALL;

    -- The entries by which hours moved for a service: an order's is its last one.
    CREATE VIEW entries AS
    SELECT id, entry_id FROM served_orders
    UNION ALL
    SELECT id, unnest(entry_ids->>'$[*].entry_id') FROM groups
    WHERE state = 'settled'
    UNION ALL
    SELECT DISTINCT entry_id, entry_id FROM outside_entries;

    CREATE TABLE moved AS
    SELECT id, sum(amount) FILTER (to_kind = 'member') AS credited,
           sum(amount) FILTER (from_kind = 'member') AS paid
    FROM entries JOIN export USING (entry_id) WHERE unit_id = 'time' GROUP BY id;

    -- Who served, who was served, and how long it took: in one row of each service that has both.
    CREATE TABLE parts AS
    SELECT id, provider_id AS provider, recipient_id AS recipient, minutes AS served
    FROM served_orders
    UNION ALL
    SELECT id, leader_id, NULL, minutes FROM groups WHERE kind = 'lesson'
    UNION ALL
    SELECT id, CASE WHEN kind = 'event' THEN member_id END,
           CASE WHEN kind = 'lesson' THEN member_id END,
           CASE WHEN kind = 'event' THEN minutes END
    FROM groups JOIN places ON id = group_id WHERE attended
    UNION ALL
    SELECT entry_id, of_to.member, of_from.member, amount
    FROM outside_entries
    LEFT JOIN owners AS of_to ON of_to.account_id = "to" AND to_kind = 'member'
    LEFT JOIN owners AS of_from ON of_from.account_id = "from" AND from_kind = 'member';

    CREATE VIEW took_part AS
    SELECT services.*, strftime(day, '%Y-%m') AS month, provider AS member, true AS is_provider,
           served, NULL AS credited FROM services JOIN parts USING (id)
    UNION ALL
    SELECT services.*, strftime(day, '%Y-%m'), recipient, false, NULL, NULL
    FROM services JOIN parts USING (id)
    UNION ALL
    SELECT services.*, strftime(day, '%Y-%m'), NULL, NULL, NULL, credited
    FROM services LEFT JOIN moved USING (id);

    CREATE VIEW answers AS
    SELECT *, centre AS branch, strftime(day, '%Y-%m') AS month FROM (
        SELECT * REPLACE (nullif(block, '') AS block, nullif(point, '') AS point) FROM served_orders
    );
    """
)

# A need was arranged if no step of its own accepted it: it came about with its order.
db.execute(
    """
    CREATE TABLE asked AS
    WITH accepted AS (
        SELECT need_id, min(CAST(recorded_at AS TIMESTAMP)) AS accepted_at
        FROM journal WHERE fact = 'order_accepted' GROUP BY need_id
    )
    SELECT DISTINCT id, centre AS branch, service, nullif(block, '') AS block,
           nullif(point, '') AS point, day_of(published_at) AS day, state,
           strftime(day, '%Y-%m') AS month, json_array_length(offers) AS offers,
           date_diff('second', CAST(published_at AS TIMESTAMP), accepted_at) // 60 AS minutes
    FROM needs LEFT JOIN accepted ON needs.id = need_id;

    CREATE TABLE evaluated AS
    SELECT * EXCLUDE (centre, "on")
           REPLACE (nullif(block, '') AS block, nullif(point, '') AS point),
           centre AS branch, CAST("on" AS DATE) AS day, strftime(day, '%Y-%m') AS month,
           served_minutes = settled_minutes AS is_same
    FROM evaluations;
    """
)

# What came to each account and went, in the order of the journal.
db.execute(
    """
    CREATE TABLE changes AS
    SELECT *, branch_of(account) AS branch FROM (
        SELECT rowid AS leg, "to" AS account, to_kind AS kind, amount AS change,
               day_of(effective_at) AS day FROM export WHERE unit_id = 'time'
        UNION ALL
        SELECT rowid, "from", from_kind, -amount, day_of(effective_at)
        FROM export WHERE unit_id = 'time'
    );
    CREATE TABLE balances AS
    SELECT account_id AS account, accounts.kind, branch_of(account_id) AS branch,
           coalesce(sum(change), 0) AS balance, any_value(accounts.balance) AS listed
    FROM accounts LEFT JOIN changes ON account = account_id
    WHERE unit_id = 'time' GROUP BY ALL;
    """
)

# Hours that came first are spent first: what stands on an account is what came to it last.
db.execute(
    """
    CREATE VIEW standing AS
    SELECT branch, day, greatest(0, least(change, balance - later)) AS minutes
    FROM (
        SELECT account, day, change,
               sum(change) OVER (PARTITION BY account ORDER BY leg DESC) - change AS later
        FROM changes WHERE change > 0 AND kind = 'member'
    ) JOIN balances USING (account);
    """
)


def one(sql):
    return db.execute(sql).fetchone()[0]


# The day of the last record: reports without a last day go up to it.
TODAY = one("SELECT max(day_of(recorded_at)) FROM journal")


def within_branch(scope, of="branch"):
    return f"coalesce({of} = '{scope[0]}', false)" if scope[0] else "true"


def within_days(scope, of="day"):
    return f"{of} BETWEEN '{scope[1] or '0001-01-01'}' AND '{scope[2] or '9999-12-31'}'"


def within(scope):
    return f"{within_branch(scope)} AND {within_days(scope)}"
