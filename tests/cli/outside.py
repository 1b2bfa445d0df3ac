"""Rows of reports by another engine: SQL of DuckDB, over what ledger-cli lists.

Prints one JSON object: for each request of `ledger-cli report` the rows that it should have. Knows
nothing of the server's code; what the words mean is in report.proto and docs/indicators.md.

What the client lists is as of now: reports as of an earlier position are left to the tally of the
simulated year. Hours older than a year are not here, but in the city that figures.py is of.
"""

import json
import sys

# It lies among the sources.
sys.dont_write_bytecode = True

from outside_figures import dormancy, indicators, redeemability, rows
from outside_groups import REPORTS, grouped
from outside_tables import one

# The whole range, a centre, a part of the month, and both.
SCOPES = [
    (None, None, None),
    ("shapingba", None, None),
    (None, "2025-01-08", "2025-01-21"),
    ("yubei", "2025-01-08", "2025-01-21"),
]
GROUPS = ["branch", "service", "block", "point", "month", "service,block"]

# What has to be there: figures of nothing are soon the same.
THERE = [
    "orders WHERE state = 'resolved'",
    "orders WHERE unit_id = 'points'",
    "journal WHERE action = 'correct'",
    "journal WHERE fact = 'visit_recorded'",
    "journal WHERE fact = 'visit_arose'",
    "groups WHERE kind = 'lesson' AND state = 'settled'",
    "groups WHERE kind = 'event' AND state = 'settled'",
    "places WHERE NOT attended",
    "outside_entries",
    "export WHERE reverses_entry_id IS NOT NULL",
    "owners WHERE account_id <> member",
    "evaluations WHERE found = 'denied'",
    "evaluations WHERE found = 'not_reached'",
    "balances WHERE kind = 'member' AND balance < 0",
    "standing WHERE minutes = 0",
]
STATES = ["approved", "accepted", "expired", "declined", "cancelled"]

def request(report, scope):
    """As it is given to `ledger-cli report`."""
    given = zip(("--branch", "--since", "--until"), scope)
    return " ".join([report, *(f"{name} {value}" for name, value in given if value)])


for what in [*THERE, *(f"needs WHERE state = '{state}'" for state in STATES)]:
    assert one(f"SELECT count(*) FROM {what}") > 0, f"no {what}"
# The accounts have what the entries come to: what the client exports and what it lists agree.
assert one("SELECT count(*) FROM balances WHERE balance <> listed") == 0

result = {}
for scope in SCOPES:
    for by in GROUPS:
        for report in REPORTS:
            result[request(f"{report} --by {by}", scope)] = grouped(report, by, scope)
    of_all = [grouped(report, "month", scope)[-1] for report in REPORTS]
    result[request("redeemability", scope)] = rows(redeemability(scope))
    result[request("dormancy", scope)] = dormancy(scope)
    result[request("indicators", scope)] = rows(indicators(scope, of_all))
json.dump(result, sys.stdout)
