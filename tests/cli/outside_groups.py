"""The reports of groups: activity, satisfaction, supply and demand, evaluations."""

from outside_tables import db, within

ACTIVITY = {
    "participants": "count(DISTINCT member)",
    "providers": "count(DISTINCT member) FILTER (is_provider)",
    "recipients": "count(DISTINCT member) FILTER (NOT is_provider)",
    "both": "count(DISTINCT member) FILTER (is_provider)"
    " + count(DISTINCT member) FILTER (NOT is_provider) - count(DISTINCT member)",
    "services": "count(DISTINCT id)",
    "outside_orders": "count(DISTINCT id) FILTER (is_entered)",
    "served_minutes": "coalesce(sum(served), 0)",
    "credited_minutes": "coalesce(sum(credited), 0)",
}

SATISFACTION = {
    "orders": "count(*)",
    "answers": "count(stars)",
    "response_percent": "count(stars) * 10000 // nullif(count(*), 0)",
    "mean_stars": "sum(stars) * 100 // nullif(count(stars), 0)",
    "satisfied_percent": "count(*) FILTER (stars >= 4) * 10000 // nullif(count(stars), 0)",
    **{f"stars_{n}": f"count(*) FILTER (stars = {n})" for n in range(1, 6)},
}

UNMET = "count(*) FILTER (state IN ('published', 'approved', 'expired'))"
WANTED = "count(*) FILTER (state NOT IN ('declined', 'cancelled'))"
DEMAND = {
    "needs": "count(*)",
    "arranged": "count(*) FILTER (state = 'accepted' AND minutes IS NULL)",
    "accepted": "count(*) FILTER (state = 'accepted' AND minutes IS NOT NULL)",
    "waiting": "count(*) FILTER (state IN ('published', 'approved'))",
    "expired": "count(*) FILTER (state = 'expired')",
    "declined": "count(*) FILTER (state = 'declined')",
    "cancelled": "count(*) FILTER (state = 'cancelled')",
    "offers": "coalesce(sum(offers), 0)",
    "unmet_percent": f"{UNMET} * 10000 // nullif({WANTED}, 0)",
    "mean_minutes_to_acceptance": "sum(minutes) // nullif(count(minutes), 0)",
    "accepted_in_a_day_percent": "count(*) FILTER (minutes < 1440) * 10000"
    " // nullif(count(minutes), 0)",
}

EVALUATIONS = {
    "evaluated": "count(*)",
    "reached": "count(*) FILTER (found <> 'not_reached')",
    "denied": "count(*) FILTER (found = 'denied')",
    "as_settled": "count(*) FILTER (found = 'told' AND is_same)",
    "otherwise": "count(*) FILTER (found = 'told' AND NOT is_same)",
    "told_minutes": "coalesce(sum(served_minutes) FILTER (found = 'told'), 0)",
    "settled_minutes": "coalesce(sum(settled_minutes) FILTER (found = 'told'), 0)",
    "mean_quality": "sum(quality) * 100 // nullif(count(quality), 0)",
    "mean_satisfaction": "sum(satisfaction) * 100 // nullif(count(satisfaction), 0)",
}

# Each report of groups: what it is counted from and how, and of its answers with stars the column
# that has them and what is told of them.
REPORTS = {
    "activity": ("took_part", ACTIVITY, {}),
    "satisfaction": ("answers", SATISFACTION, {"stars": [*SATISFACTION][3:]}),
    "supply-demand": ("asked", DEMAND, {}),
    "evaluations": (
        "evaluated",
        EVALUATIONS,
        {"quality": ["mean_quality"], "satisfaction": ["mean_satisfaction"]},
    ),
}


def number(figure, value):
    """As JSON has it: percent, and means of stars, with two decimals."""
    if value is None:
        return None
    is_of_stars = figure.startswith("mean_") and "minutes" not in figure
    return value / 100 if figure.endswith("_percent") or is_of_stars else int(value)


def withhold(rows, counts, figures):
    """Says `too few` of fewer than five answers, and of all where the rest would tell of so few."""
    few = [count for count in counts[:-1] if count < 5]
    for row, count in zip(rows, counts):
        is_of_all = row is rows[-1]
        for figure in figures:
            if count == 0:
                row[figure] = None
            elif count < 5 or is_of_all and 0 < sum(few) < 5:
                row[figure] = "too few"


def grouped(report, by, scope):
    """The rows of a report, that of all the last."""
    table, figures, answers = REPORTS[report]
    keys = by.split(",")
    counts = [f"count({stars})" for stars in answers]
    found = db.execute(
        f"""
        SELECT {by}, {", ".join([*figures.values(), *counts])} FROM {table} WHERE {within(scope)}
        GROUP BY GROUPING SETS (({by}), ())
        ORDER BY grouping({keys[0]}), {", ".join(f"{key} NULLS FIRST" for key in keys)}
        """
    ).fetchall()
    rows = []
    for row in found:
        cells = dict(zip(keys, row))
        for (figure, value) in zip(figures, row[len(keys) :]):
            cells[figure] = number(figure, value)
        rows.append(cells)
    rows[-1][keys[0]] = "(all)"
    for at, told in enumerate(answers.values()):
        withhold(rows, [row[len(keys) + len(figures) + at] for row in found], told)
    return rows
