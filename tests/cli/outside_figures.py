"""The reports of figures: redeemability, dormancy, indicators."""

from outside_tables import TODAY, db, one, within, within_branch, within_days

AGES = [
    ("under 1 year", 0, 1),
    ("1 to 2 years", 1, 2),
    ("2 to 5 years", 2, 5),
    ("5 to 10 years", 5, 10),
    ("10 years and more", 10, 5000),
]


def amount(sql):
    return int(one(sql) or 0)


def outstanding(scope):
    """What stands as the journal ends, whatever the days of the report."""
    total = f"SELECT sum(balance) FROM balances WHERE {within_branch(scope)} AND"
    yield "outstanding", "members", amount(f"{total} kind = 'member' AND balance > 0")
    for name, least, most in AGES:
        yield "outstanding by age", name, amount(
            f"""
            SELECT sum(minutes) FROM standing WHERE {within_branch(scope)}
            AND greatest(date_sub('year', day, DATE '{TODAY}'), 0) BETWEEN {least} AND {most} - 1
            """
        )
    yield "outstanding", "pools", amount(f"{total} kind = 'pool'")
    yield "outstanding", "organisations", amount(f"{total} kind IN ('organisation', 'project')")
    yield "outstanding", "clearing", amount(f"{total} kind = 'clearing'")
    overdrawn = -amount(f"{total} kind = 'member' AND balance < 0")
    yield "overdrawn", "members", overdrawn
    issued = db.execute(
        f"""
        SELECT account, -balance FROM balances
        WHERE {within_branch(scope)} AND kind = 'issuance' ORDER BY account
        """
    ).fetchall()
    for account, out in issued:
        yield "issued", account, int(out)
    sources = "SELECT source_id FROM journal WHERE fact = 'source_opened'"
    without = f"kind = 'issuance' AND account NOT IN ({sources})"
    yield "owed, not backed", None, overdrawn - amount(f"{total} {without}")


def redeemed(scope, members):
    """What was earned and redeemed on the days of the report."""
    hours = f"SELECT sum({{}}) FROM services JOIN moved USING (id) WHERE {within(scope)}"
    stock = "SELECT sum(change) FROM changes WHERE kind = 'redemption' AND"
    earned, spent = amount(hours.format("credited")), amount(hours.format("paid"))
    on_days = amount(f"{stock} {within(scope)}")
    yield "earned", "services", earned
    yield "redeemed", "services", spent
    yield "redeemed", "stock", on_days
    yield "redeemed ever", "stock", amount(f"{stock} {within_branch(scope)}")
    rate = (spent + on_days) * 10_000 // earned / 100 if earned else None
    yield "redemption rate", None, rate
    days = None
    if scope[1] and spent + on_days:
        last = f"least(DATE '{TODAY}', DATE '{scope[2] or TODAY}')"
        days = members * (one(f"SELECT {last} - DATE '{scope[1]}'") + 1) // (spent + on_days)
    yield "days to redeem", None, days


def redeemability(scope):
    stands = list(outstanding(scope))
    return stands + list(redeemed(scope, stands[0][2]))


def dormancy(scope):
    """Members of the branch by the month in which they joined, and their last service anywhere."""
    last = f"least(DATE '{TODAY}', DATE '{scope[2] or TODAY}')"
    found = db.execute(
        f"""
        WITH here AS (
            SELECT member, min(day_of(opened_at)) AS opened,
                   bool_and(coalesce(day_of(closed_at) <= {last}, false)) AS is_gone
            FROM accounts JOIN owners USING (account_id)
            WHERE kind = 'member' AND unit_id = 'time' AND day_of(opened_at) <= {last}
            AND {within_branch(scope, "branch_of(account_id)")}
            GROUP BY member
        ), seen AS (
            SELECT member, min(day) AS first, {last} - max(day) AS ago
            FROM took_part WHERE member IS NOT NULL AND day <= {last} GROUP BY member
        )
        SELECT strftime(least(opened, first), '%Y-%m') AS joined, count(*),
               count(*) FILTER (is_gone),
               count(*) FILTER (NOT is_gone AND ago < 30),
               count(*) FILTER (NOT is_gone AND ago < 90),
               count(*) FILTER (NOT is_gone AND ago < 365),
               count(*) FILTER (NOT is_gone AND ago >= 365),
               count(*) FILTER (NOT is_gone AND ago IS NULL)
        FROM here LEFT JOIN seen USING (member)
        GROUP BY GROUPING SETS ((joined), ()) ORDER BY grouping(joined), joined
        """
    ).fetchall()
    names = ["joined", "members", "gone", "active_30_days", "active_90_days", "active_365_days"]
    names += ["active_before", "never_active"]
    rows = [dict(zip(names, row)) for row in found]
    rows[-1]["joined"] = "(all)"
    for row in rows:
        here = row["members"] - row["gone"]
        percent = row["active_90_days"] * 10_000 // here / 100 if here else None
        row["active_90_days_percent"] = percent
    return rows


def share(part, whole, of=10_000):
    """In hundredths, with what is less dropped."""
    return part * of // whole / 100 if whole else None


def flows(scope):
    """Hours that went out of accounts which issue, by who stands behind them."""
    kinds = [("public investment", "sector = 'public'"), ("social investment", "sector = 'social'")]
    for name, kind in [*kinds, ("unfunded issuance", "sector IS NULL")]:
        yield name, None, -amount(
            f"""
            SELECT sum(change) FROM changes
            LEFT JOIN (SELECT source_id, sector FROM journal WHERE fact = 'source_opened')
                ON source_id = account
            WHERE kind = 'issuance' AND {kind} AND {within(scope)}
            """
        )


def money(scope):
    """Money that was donated, or went out of accounts of money, by who stands behind them."""
    stands_behind = f"""
        SELECT account_id, branch_of(account_id) AS branch, CASE
            WHEN account_id LIKE '%:donations:cny' THEN 'social' ELSE sector END AS sector
        FROM accounts LEFT JOIN (SELECT source_id, sector FROM journal
            WHERE fact = 'source_opened') ON source_id = account_id
        WHERE unit_id = 'cny' AND kind = 'issuance'
    """
    has_any = amount(f"SELECT count(*) FROM ({stands_behind}) WHERE {within_branch(scope)}")
    kinds = [("public money", "sector = 'public'"), ("social money", "sector = 'social'")]
    for name, kind in [*kinds, ("unfunded money", "sector IS NULL")]:
        yield name, "cny", amount(
            f"""
            SELECT sum(out) FROM (
                SELECT branch, sector, day, out FROM ({stands_behind}) JOIN (
                    SELECT "from" AS account_id, amount AS out, day_of(effective_at) AS day
                    FROM export UNION ALL
                    SELECT "to", -amount, day_of(effective_at) FROM export
                ) USING (account_id)
            ) WHERE {kind} AND {within(scope)}
            """
        ) if has_any else None


def of_journal(scope):
    """What the journal alone has: what staff did."""
    yield "months signed off", None, amount(
        f"""
        SELECT count(DISTINCT centre || month) FROM (
            SELECT *, CAST(month || '-01' AS DATE) AS first, centre AS branch
            FROM journal WHERE fact = 'period_signed_off'
        ) WHERE {within_branch(scope)}
            AND {within_days(scope, "first")}
            AND {within_days(scope, "last_day(first)")}
        """
    )
    yield "forced bookings", None, amount(
        f"""
        SELECT count(*) FROM (
            SELECT day_of(journal.recorded_at) AS day,
                   branch_of(arg_min("from", export.rowid)) AS branch
            FROM journal JOIN export USING (sequence)
            WHERE fact = 'entry_posted' AND forced GROUP BY sequence, day
        ) WHERE {within(scope)}
        """
    )


def incidents(scope):
    """Disputes, also those that come about as both sides confirm, and what else was reported."""
    return amount(
        f"""
        SELECT count(*) FROM (
            SELECT day_of(recorded_at) AS day, orders.centre AS branch
            FROM journal JOIN (SELECT DISTINCT id, centre FROM orders) AS orders ON id = order_id
            WHERE fact = 'incident_reported'
            OR fact = 'order_stepped' AND journal.state = 'disputed'
        ) WHERE {within(scope)}
        """
    )


def heard(scope):
    rows = db.execute(
        f"""
        SELECT coalesce(heard_of, 'not said') AS said, count(*) FROM (
            SELECT heard_of, day_of(recorded_at) AS day, centre AS branch
            FROM journal WHERE fact = 'member_registered'
        ) WHERE {within(scope)} GROUP BY said, heard_of ORDER BY heard_of NULLS LAST
        """
    ).fetchall()
    return [("heard of it", said, count) for said, count in rows]


def indicators(scope, of_all):
    """By the rows of all of the reports of groups, and by what these do not have."""
    active, pleased, asked, told = of_all
    people, services = active["participants"], active["services"]
    twice = amount(
        f"""
        SELECT count(*) FROM (
            SELECT member FROM took_part WHERE member IS NOT NULL AND {within(scope)}
            GROUP BY member HAVING count(DISTINCT id) >= 2
        )
        """
    )
    yield "participants", None, people
    yield "providers", None, active["providers"]
    yield "recipients", None, active["recipients"]
    yield "services", None, services
    yield "time served", None, active["served_minutes"]
    yield "time per participant", None, active["served_minutes"] // people if people else None
    yield "outside orders", None, share(active["outside_orders"], services)
    yield "satisfaction", None, pleased["mean_stars"]
    yield "response", None, pleased["response_percent"]
    yield "evaluated", None, told["evaluated"]
    yield "confirmed by evaluation", None, share(told["as_settled"], told["reached"])
    yield "quality", None, told["mean_quality"]
    yield "satisfaction told", None, told["mean_satisfaction"]
    yield "incidents", None, share(incidents(scope), services)
    yield "needs", None, asked["needs"]
    yield "unmet needs", None, asked["unmet_percent"]
    yield "accepted in a day", None, asked["accepted_in_a_day_percent"]
    yield from flows(scope)
    yield from money(scope)
    yield from of_journal(scope)
    yield "activity index", None, share(twice + active["both"], people, 5_000)
    yield from heard(scope)


def rows(figures):
    return [{"figure": figure, "of": of, "value": value} for figure, of, value in figures]
