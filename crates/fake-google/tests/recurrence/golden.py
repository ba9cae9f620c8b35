"""Writes golden.json: recurrence rules and their starts as python-dateutil and zoneinfo know them.

    python3 -m venv .venv && .venv/bin/pip install python-dateutil==2.9.0.post0
    .venv/bin/python golden.py > golden.json

The same seed gives the same file. Left out, because python-dateutil and RFC 5545 differ there:
BYDAY that mixes numbered and plain days (it takes both together), a bare BYWEEKNO (it takes the
whole week), BYSETPOS in a weekly rule (its first week begins at the start), weeks 52 and 53 (it
takes 2 January 2022 for week 53 of 2021, which has 52).

A row is [start, zone or null for days, lines, starts]; starts are days, or instants in UTC, at
most LIMIT of them. A civil time in a gap goes forward by the gap, one that is there twice is the
first: zoneinfo's fold=0.
"""

import json
import random
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

LIMIT = 24
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ZONES = [
    "UTC",
    "Europe/Madrid",
    "America/Montevideo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
]

WRITTEN = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=10",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;BYMONTH=1,2",
    "FREQ=DAILY;BYMONTHDAY=-1",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYMONTH=3,10",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=1FR",
    "FREQ=MONTHLY;BYDAY=-1MO",
    "FREQ=MONTHLY;BYDAY=1SU,-1SU",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=2,15,-1",
    "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15;COUNT=10",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=5TU",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=6,7",
    "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
    "FREQ=YEARLY;BYYEARDAY=-1,366",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYDAY=-1SU",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYWEEKNO=1,20;BYDAY=MO,SU",
    "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH;WKST=SU",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0,30",
    "FREQ=WEEKLY;BYDAY=SU;BYHOUR=1,2,3",
    "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=8,20;BYSETPOS=-1",
]


def rule(rng):
    """A random rule."""
    frequency = rng.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = ["FREQ=" + frequency]
    if rng.random() < 0.4:
        parts.append("INTERVAL=%d" % rng.choice([1, 2, 2, 3, 4, 5, 7, 12]))
    if rng.random() < 0.3:
        parts.append("BYMONTH=" + several(rng, range(1, 13), 4))
    shape = rng.random()
    if shape < 0.5:
        days = rng.sample(DAYS, rng.randint(1, 4))
        if frequency in ("MONTHLY", "YEARLY") and rng.random() < 0.5:
            far = 5 if frequency == "MONTHLY" or "BYMONTH" in "".join(parts) else 50
            nths = [n for n in range(-far, far + 1) if n]
            days = [str(rng.choice(nths)) + day for day in days]
        parts.append("BYDAY=" + ",".join(days))
    if frequency != "WEEKLY" and rng.random() < 0.25:
        parts.append("BYMONTHDAY=" + several(rng, [n for n in range(-31, 32) if n], 9))
    if frequency == "YEARLY" and rng.random() < 0.15:
        parts.append("BYYEARDAY=" + several(rng, [n for n in range(-366, 367) if n], 30))
    has_nth = any(c.isdigit() for p in parts if p.startswith("BYDAY") for c in p)
    if frequency == "YEARLY" and "BYDAY" in "".join(parts) and not has_nth and rng.random() < 0.3:
        parts.append("BYWEEKNO=" + several(rng, [n for n in range(-51, 52) if n], 10))
    if frequency not in ("WEEKLY", "DAILY") and rng.random() < 0.2 and "BY" in "".join(parts):
        parts.append("BYSETPOS=" + several(rng, [1, 2, 3, -1, -2], 2))
    if rng.random() < 0.3:
        parts.append("WKST=" + rng.choice(DAYS))
    return ";".join(parts)


def several(rng, numbers, most):
    return ",".join(map(str, rng.sample(list(numbers), rng.randint(1, most))))


def compact(at):
    return at.strftime("%Y%m%dT%H%M%S")


def utc(civil, zone):
    return civil.replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


def row(start, zone, lines, starts):
    """One case, in the shape the module says."""
    if zone is None:
        return [start.date().isoformat(), None, lines, [at.date().isoformat() for at in starts]]
    seen = []
    for at in starts:
        text = utc(at, zone).strftime("%Y-%m-%dT%H:%M:%SZ")
        if text not in seen:
            seen.append(text)
    return [start.isoformat(), zone, lines, sorted(seen)]


def until(rng, last, zone):
    """UNTIL in one of its forms, exactly at `last`."""
    if zone is None:
        return last.strftime("%Y%m%d")
    if rng.random() < 0.7:
        return utc(last, zone).strftime("%Y%m%dT%H%M%SZ")
    return compact(last)


def case(rng, text):
    """One rule with a start that it names, and one end of three."""
    has_times = "BYHOUR" in text
    zone = rng.choice(ZONES) if has_times or rng.random() < 0.7 else None
    around = datetime(rng.randint(2019, 2027), rng.randint(1, 12), rng.randint(1, 28))
    if zone is not None:
        around = around.replace(hour=rng.randint(0, 23), minute=rng.choice([0, 15, 30]))
    first = next(iter(rrulestr(text, dtstart=around)), None)
    if first is None or first.year > 2040:
        return None
    starts = list(islice(rrulestr(text, dtstart=first), LIMIT))
    if not starts or starts[0] != first:
        return None
    end = rng.random()
    if "COUNT" not in text and end < 0.3:
        count = rng.randint(1, 12)
        text, starts = "%s;COUNT=%d" % (text, count), starts[:count]
    elif "COUNT" not in text and end < 0.6:
        kept = rng.randint(1, min(12, len(starts)))
        text, starts = "%s;UNTIL=%s" % (text, until(rng, starts[kept - 1], zone)), starts[:kept]
    return row(first, zone, ["RRULE:" + text], starts)


def unmatched(rng):
    """A start that the rule does not name: it is there and counts."""
    start = datetime(2026, 3, rng.randint(2, 28), 10)
    others = [day for index, day in enumerate(DAYS) if index != start.weekday()]
    text = "FREQ=WEEKLY;BYDAY=%s" % ",".join(rng.sample(others, 2))
    count = rng.randint(2, 8)
    starts = [start] + list(islice(rrulestr(text, dtstart=start), count - 1))
    return row(start, "Europe/Madrid", ["RRULE:%s;COUNT=%d" % (text, count)], starts)


def mixed(rng):
    """A rule with dates added and dates taken away, in the forms these come in."""
    zone = rng.choice(ZONES + [None])
    start = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), 0 if zone is None else 10)
    text = rng.choice(["FREQ=DAILY;COUNT=20", "FREQ=WEEKLY;COUNT=12", "FREQ=MONTHLY;COUNT=9"])
    whole = rruleset()
    whole.rrule(rrulestr(text, dtstart=start))
    starts = list(rrulestr(text, dtstart=start))
    lines = ["RRULE:" + text]
    taken = rng.sample(starts, 3)
    added = [start + timedelta(days=n) for n in rng.sample(range(1, 60), 2)]
    for at in taken:
        whole.exdate(at)
    for at in added:
        whole.rdate(at)
    for name, dates in (("EXDATE", taken), ("RDATE", added)):
        if zone is None:
            lines.append(name + ";VALUE=DATE:" + ",".join(at.strftime("%Y%m%d") for at in dates))
        elif rng.random() < 0.5:
            lines.append("%s;TZID=%s:%s" % (name, zone, ",".join(map(compact, dates))))
        else:
            dates = [utc(at, zone).strftime("%Y%m%dT%H%M%SZ") for at in dates]
            lines.append(name + ":" + ",".join(dates))
    if rng.random() < 0.3:
        cut = "FREQ=WEEKLY;BYDAY=" + rng.choice(DAYS)
        whole.exrule(rrulestr(cut, dtstart=start))
        lines.append("EXRULE:" + cut)
    return row(start, zone, lines, list(whole))


def main():
    rng = random.Random(20261120)
    rows = []
    for text in WRITTEN:
        while (made := case(rng, text)) is None:
            pass
        rows.append(made)
    while len(rows) < 400:
        made = case(rng, rule(rng))
        if made is not None:
            rows.append(made)
    rows += [unmatched(rng) for _ in range(20)]
    rows += [mixed(rng) for _ in range(60)]
    print("[\n" + ",\n".join(json.dumps(made) for made in rows) + "\n]")


main()
