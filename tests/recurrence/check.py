"""Holds what Lockstep and the fake Google agree on against a third opinion: python-dateutil.

Reads the lines of `cargo run --release -p sim --example mirror`: the release of its zone data, then
one series with its exceptions each. Expands it by python-dateutil and zoneinfo (with the zone data of the tzdata package, not of
the machine), and compares the merged busy time. Says how many agree; fails if one does not.

python-dateutil sees civil times without a zone and neither ends nor dates: UNTIL, COUNT, EXDATE and
RDATE are read here, a second time and apart from the Rust code. A civil time in a gap goes forward
by the gap, one that is there twice is the first: zoneinfo's fold=0.
"""

import json
import multiprocessing
import sys
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone

import tzdata
from dateutil.rrule import rrulestr

# A rule is walked from its start; cases begin in 1996 at the earliest.
STARTS_MAX = 100_000


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def utc(civil, zone):
    return civil.replace(tzinfo=zone).astimezone(timezone.utc)


def stamp(text):
    """A date, a time without a zone, or an instant."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").date()
    civil = datetime.strptime(text[:15], "%Y%m%dT%H%M%S")
    return civil.replace(tzinfo=timezone.utc) if text.endswith("Z") else civil


class Series:
    def __init__(self, case):
        self.is_day = case["zone"] is None
        self.zone = zoneinfo.ZoneInfo(case["calendar_zone"] if self.is_day else case["zone"])
        self.first = datetime.fromisoformat(case["first"])
        self.length = timedelta(seconds=case["seconds"])
        self.window = [instant(text) for text in case["window"]]
        self.exceptions = case["exceptions"]
        self.rules, self.added, self.excluded = [], [], []
        for line in case["lines"]:
            head, value = line.split(":", 1)
            name, *parameters = head.split(";")
            if name == "RRULE":
                self.rules.append(dict(part.split("=") for part in value.upper().split(";")))
            else:
                dates = self.dates(parameters, value)
                (self.added if name == "RDATE" else self.excluded).extend(dates)

    def dates(self, parameters, value):
        """Keys of the dates that are of the series' kind."""
        zone = self.zone
        for parameter in parameters:
            if parameter.startswith("TZID="):
                zone = zoneinfo.ZoneInfo(parameter[5:])
        for text in value.split(","):
            at = stamp(text)
            if self.is_day != isinstance(at, datetime):
                if self.is_day:
                    yield at
                else:
                    yield at if at.tzinfo else utc(at, zone)

    def key(self, civil):
        """What tells a start from others: its day, or its instant."""
        return civil.date() if self.is_day else utc(civil, self.zone)

    def is_past(self, civil, until):
        if until is None:
            return False
        last = stamp(until)
        if self.is_day:
            return civil.date() > (last.date() if isinstance(last, datetime) else last)
        if not isinstance(last, datetime):
            return civil.date() > last
        return utc(civil, self.zone) > (last if last.tzinfo else utc(last, self.zone))

    def keys(self):
        """Starts up to the end of the window."""
        keys = {self.key(self.first), *self.added}
        stop = self.window[1].replace(tzinfo=None) + timedelta(days=2)
        for rule in self.rules:
            until, count = rule.pop("UNTIL", None), int(rule.pop("COUNT", STARTS_MAX))
            text = ";".join("%s=%s" % part for part in rule.items())
            for number, civil in enumerate(rrulestr(text, dtstart=self.first)):
                if number >= count or civil > stop:
                    break
                if not self.is_past(civil, until):
                    keys.add(self.key(civil))
        return keys - set(self.excluded)

    def busy(self):
        originals = set()
        for exception in self.exceptions:
            text = exception["original"]
            originals.add(instant(text) if "T" in text else date.fromisoformat(text))
            if exception["busy"]:
                yield tuple(instant(edge) for edge in exception["busy"])
        for key in self.keys() - originals:
            if self.is_day:
                midnight = datetime.combine(key, time())
                yield utc(midnight, self.zone), utc(midnight + self.length, self.zone)
            else:
                yield key, key + self.length

    def blocks(self):
        """The busy time that reaches into the window, merged."""
        blocks = []
        for start, end in sorted(self.busy()):
            if start == end or end <= self.window[0] or start >= self.window[1]:
                continue
            if blocks and start <= blocks[-1][1]:
                blocks[-1][1] = max(blocks[-1][1], end)
            else:
                blocks.append([start, end])
        return blocks


def use_pinned_zones():
    zoneinfo.reset_tzpath(to=[])


def difference(line):
    """What one case says that python-dateutil does not, in words; None when they agree."""
    case = json.loads(line)
    expected = [[instant(edge) for edge in block] for block in case["blocks"]]
    blocks = Series(case).blocks()
    if blocks == expected:
        return None
    only = [block for block in blocks if block not in expected]
    missing = [block for block in expected if block not in blocks]
    show = lambda some: " ".join("%s/%s" % tuple(e.isoformat() for e in b) for b in some[:4])
    return "%s\n  python-dateutil alone: %s\n  the others alone: %s" % (line.strip()[:600], show(only), show(missing))


def main():
    use_pinned_zones()
    release = json.loads(sys.stdin.readline() or "{}").get("zone_data")
    if release != tzdata.IANA_VERSION:
        print("zone data of the build is %s, of tzdata %s: pin the same" % (release, tzdata.IANA_VERSION))
        return 1
    same = different = 0
    # python-dateutil is what takes the time: on every processor there is.
    with multiprocessing.Pool(initializer=use_pinned_zones) as pool:
        for words in pool.imap(difference, sys.stdin, chunksize=50):
            if words is None:
                same += 1
            else:
                different += 1
                print(words)
    print("%d series the same by python-dateutil, %d different" % (same, different))
    return 1 if different or not same else 0


if __name__ == "__main__":
    sys.exit(main())
