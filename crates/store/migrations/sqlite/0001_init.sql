-- Ids are 16-byte UUIDs, instants are microseconds since the epoch, JSON is text.

-- One row: what the whole installation must remember.
CREATE TABLE installation (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  -- A known text sealed with the master key: tells a wrong key at the start, not at the first use.
  key_check BLOB NOT NULL
) STRICT;

CREATE TABLE organization (
  id         BLOB PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  time_zone  TEXT NOT NULL,
  locale     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- What becomes of a booking when a calendar was not read for longer than this.
  on_stale   TEXT NOT NULL CHECK (on_stale IN ('allow', 'tentative', 'refuse')),
  stale_after_minutes INTEGER NOT NULL CHECK (stale_after_minutes > 0)
) STRICT, WITHOUT ROWID;

-- Users: "user" itself is a reserved word in PostgreSQL.
CREATE TABLE member (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  email           TEXT NOT NULL UNIQUE,
  password_hash   TEXT NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only hashes of what the browser or the program holds.
CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  member_id  BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  name            TEXT NOT NULL,
  key_hash        BLOB NOT NULL UNIQUE,
  created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE host (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  name            TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  time_zone       TEXT NOT NULL,
  hours           TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_type (
  id               BLOB PRIMARY KEY,
  organization_id  BLOB NOT NULL REFERENCES organization (id),
  position         INTEGER NOT NULL,
  slug             TEXT NOT NULL,
  name             TEXT NOT NULL,
  description      TEXT NOT NULL,
  duration_minutes INTEGER NOT NULL,
  grid_minutes     INTEGER NOT NULL,
  notice_minutes   INTEGER NOT NULL,
  horizon_days     INTEGER NOT NULL,
  assignment       TEXT NOT NULL CHECK (assignment IN ('any', 'all')),
  capacity         INTEGER NOT NULL CHECK (capacity >= 1),
  needs_approval   INTEGER NOT NULL,
  text             TEXT NOT NULL,
  reminders        TEXT NOT NULL,
  UNIQUE (organization_id, slug)
) STRICT, WITHOUT ROWID;

-- Who offers it, each in hours of their own.
CREATE TABLE event_type_host (
  event_type_id BLOB NOT NULL REFERENCES event_type (id),
  position      INTEGER NOT NULL,
  host_id       BLOB NOT NULL REFERENCES host (id),
  schedule_id   BLOB NOT NULL REFERENCES schedule (id),
  PRIMARY KEY (event_type_id, position),
  UNIQUE (event_type_id, host_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE booking (
  id                BLOB PRIMARY KEY,
  organization_id   BLOB NOT NULL REFERENCES organization (id),
  event_type_id     BLOB NOT NULL REFERENCES event_type (id),
  -- The host; of several, the first. Who else is bound shows in the claims.
  host_id           BLOB NOT NULL REFERENCES host (id),
  starts_at         INTEGER NOT NULL,
  ends_at           INTEGER NOT NULL CHECK (ends_at > starts_at),
  -- What was agreed on the wall clock, and under which rules the instant was worked out.
  civil_start       TEXT NOT NULL,
  time_zone         TEXT NOT NULL,
  zone_rules        TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN ('requested', 'unverified', 'confirmed',
                      'completed', 'no_show', 'cancelled', 'declined')),
  version           INTEGER NOT NULL,
  -- Where it was born: here, or as an event of a two-way calendar.
  origin            TEXT NOT NULL CHECK (origin IN ('here', 'google')),
  -- Placed on top of others on purpose, by someone of the organization.
  forced            INTEGER NOT NULL,
  capacity          INTEGER NOT NULL CHECK (capacity >= 1),
  text              TEXT NOT NULL,
  reminders         TEXT NOT NULL,
  -- Which texts somebody edited by hand: a template does not write over them.
  edited            TEXT,
  cancelled_at      INTEGER,
  cancel_cause      TEXT,
  cancel_reason     TEXT,
  created_at        INTEGER NOT NULL,
  CHECK ((status IN ('cancelled', 'declined')) = (cancelled_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX booking_by_start ON booking (organization_id, status, starts_at, id);
CREATE INDEX booking_of_event_type ON booking (event_type_id, starts_at, id);

-- A seat on a booking. Seat 0 is the one who made it; a left seat keeps its row.
CREATE TABLE attendee (
  id                BLOB PRIMARY KEY,
  booking_id        BLOB NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  seat              INTEGER NOT NULL,
  manage_token_hash BLOB NOT NULL UNIQUE,
  left_at           INTEGER,
  name              TEXT NOT NULL,
  email             TEXT,
  phone             TEXT,
  time_zone         TEXT NOT NULL,
  locale            TEXT NOT NULL,
  notes             TEXT,
  UNIQUE (booking_id, seat)
) STRICT, WITHOUT ROWID;

CREATE INDEX attendee_by_email ON attendee (email) WHERE email IS NOT NULL;

-- A slot kept for one visitor until it expires or becomes a booking.
CREATE TABLE hold (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  event_type_id   BLOB NOT NULL REFERENCES event_type (id),
  token_hash      BLOB NOT NULL UNIQUE,
  starts_at       INTEGER NOT NULL,
  ends_at         INTEGER NOT NULL CHECK (ends_at > starts_at),
  expires_at      INTEGER NOT NULL,
  -- Whose hold it counts as, as a keyed hash; empty for the organization's own.
  caller          BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX hold_by_expiry ON hold (expires_at, id);
CREATE INDEX hold_by_event_type ON hold (event_type_id);
CREATE INDEX hold_by_caller ON hold (caller) WHERE caller IS NOT NULL;

-- How much anonymous callers may still do: the instant at which all of it is theirs again. Callers are
-- keyed hashes; a row whose instant has passed says nothing and is forgotten.
CREATE TABLE allowance (
  subject BLOB PRIMARY KEY,
  full_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX allowance_by_age ON allowance (full_at);

-- The time a live booking or a hold takes from a host. No two exclusive ones of one host and lane
-- overlap: the database says so. Core time only: buffers, notice and caps are policy.
CREATE TABLE claim (
  id         BLOB PRIMARY KEY,
  host_id    BLOB NOT NULL REFERENCES host (id),
  -- Above 0 for a host who serves several in parallel.
  lane       INTEGER NOT NULL,
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  booking_id BLOB REFERENCES booking (id) ON DELETE CASCADE,
  hold_id    BLOB REFERENCES hold (id) ON DELETE CASCADE,
  -- Of a hold. No constraint can say now(): who wants the time removes expired holds first.
  expires_at INTEGER,
  -- 0 for a forced booking: it may lie on top of others, and new ones still see it.
  exclusive  INTEGER NOT NULL,
  CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CHECK ((hold_id IS NULL) = (expires_at IS NULL)),
  -- Seven days: it bounds how far back an overlap must be looked for.
  CHECK (ends_at > starts_at AND ends_at - starts_at <= 604800000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_by_host ON claim (host_id, starts_at, ends_at);
CREATE INDEX claim_of_booking ON claim (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX claim_of_hold ON claim (hold_id) WHERE hold_id IS NOT NULL;

CREATE TRIGGER claim_no_overlap_insert BEFORE INSERT ON claim
WHEN NEW.exclusive = 1 AND EXISTS (
  SELECT 1 FROM claim
  WHERE host_id = NEW.host_id AND lane = NEW.lane AND exclusive = 1 AND id <> NEW.id
    AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 604800000000
    AND ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'claim_no_overlap'); END;

CREATE TRIGGER claim_no_overlap_update BEFORE UPDATE ON claim
WHEN NEW.exclusive = 1 AND EXISTS (
  SELECT 1 FROM claim
  WHERE host_id = NEW.host_id AND lane = NEW.lane AND exclusive = 1 AND id <> NEW.id
    AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 604800000000
    AND ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'claim_no_overlap'); END;

-- What was decided for a request that may be repeated, written by the unit that decided.
CREATE TABLE idempotency_key (
  organization_id BLOB NOT NULL REFERENCES organization (id),
  key_hash        BLOB NOT NULL,
  request_hash    BLOB NOT NULL,
  -- Sealed: it holds what only the asker may know. Empty while the deciding unit runs.
  decision        BLOB,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);

CREATE TABLE timeline (
  id         BLOB PRIMARY KEY,
  booking_id BLOB NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  cause      TEXT,
  detail     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX timeline_by_booking ON timeline (booking_id, at, id);

-- An unverified booking, due to be looked at again. Gone when it is confirmed or over.
CREATE TABLE verification (
  booking_id BLOB PRIMARY KEY REFERENCES booking (id) ON DELETE CASCADE,
  -- Since when it is unverified: calendars must have been read after that.
  since      INTEGER NOT NULL,
  run_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX verification_by_run ON verification (run_at, booking_id);

-- A consent under way: single use, bound to the browser that began it.
CREATE TABLE oauth_attempt (
  state_hash      BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  browser_hash    BLOB NOT NULL,
  verifier        BLOB NOT NULL,
  nonce           TEXT NOT NULL,
  expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A granted Google account. Tokens are encrypted before they come here.
CREATE TABLE connection (
  id                BLOB PRIMARY KEY,
  organization_id   BLOB NOT NULL REFERENCES organization (id),
  kind              TEXT NOT NULL CHECK (kind IN ('oauth', 'service_account', 'api_key')),
  account_sub       TEXT NOT NULL,
  account_email     TEXT NOT NULL,
  scopes            TEXT NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('connected', 'error', 'inactive')),
  cause             TEXT,
  access_token      BLOB,
  access_expires_at INTEGER NOT NULL,
  -- Of a person's grant; a service account signs with the key in the settings.
  refresh_token     BLOB,
  granted_at        INTEGER NOT NULL,
  -- When it last gave a token: unused for six months it would end.
  used_at           INTEGER NOT NULL,
  -- Grants in a row that ended after about a week.
  short_grants      INTEGER NOT NULL,
  -- When to look at the connection itself: to prove it, or to keep its grant alive.
  run_at            INTEGER NOT NULL,
  failures          INTEGER NOT NULL,
  -- The test event, chosen before it is written: it proves that we may.
  proof             TEXT NOT NULL CHECK (proof IN ('none', 'wanted', 'writing', 'written')),
  proof_event       TEXT,
  proof_problem     TEXT,
  proven_at         INTEGER,
  created_at        INTEGER NOT NULL,
  -- Until when one worker has it for itself, and how often it was taken.
  lease_until       INTEGER NOT NULL DEFAULT 0,
  lease_epoch       INTEGER NOT NULL DEFAULT 0,
  -- When it was last taken: the time of whatever a worker finds out about it.
  worked_at         INTEGER NOT NULL DEFAULT 0,
  -- Since when it is as `cause` says.
  cause_since       INTEGER,
  -- How its owner wants conflicts decided; what is not named is as by default.
  policy            TEXT NOT NULL DEFAULT '{}',
  -- Once disconnected there is no token left.
  CHECK ((kind = 'oauth' AND state <> 'inactive') = (refresh_token IS NOT NULL)),
  CHECK (state <> 'inactive' OR access_token IS NULL),
  UNIQUE (organization_id, account_sub)
) STRICT, WITHOUT ROWID;

CREATE INDEX connection_by_run ON connection (run_at, id) WHERE state = 'connected';
CREATE INDEX connection_by_account ON connection (account_sub);

-- A grant to be given back to Google, with what it takes, until Google has it or its time is over.
CREATE TABLE revocation (
  connection_id BLOB PRIMARY KEY REFERENCES connection (id),
  refresh_token BLOB NOT NULL,
  run_at        INTEGER NOT NULL,
  failures      INTEGER NOT NULL,
  -- Until when a request that was sent may still arrive there.
  asked_until   INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX revocation_by_run ON revocation (run_at, connection_id);

-- What may still be asked of Google: a row for each account and one for our project.
CREATE TABLE quota (
  subject       TEXT PRIMARY KEY,
  spent_until   INTEGER NOT NULL,
  -- Microseconds after which one unit is there again.
  unit_interval INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar (
  id            BLOB PRIMARY KEY,
  connection_id BLOB NOT NULL REFERENCES connection (id),
  google_id     TEXT NOT NULL,
  name          TEXT NOT NULL,
  zone          TEXT,
  -- What it is connected for: busy, write or two_way.
  mode          TEXT NOT NULL,
  pull_at       INTEGER NOT NULL,
  failures      INTEGER NOT NULL,
  -- When the first request of the last completed pull was sent.
  as_of         INTEGER,
  sync_token    TEXT,
  -- The pull under way: how far it has come, and since when.
  page_token    TEXT,
  pull_began_at INTEGER,
  -- Which rows of the mirror count; a full listing fills another generation beside it.
  generation    INTEGER NOT NULL,
  shadow        INTEGER,
  -- Something changed since the last listing began, says a push.
  dirty         INTEGER NOT NULL DEFAULT 0,
  -- When to look at its channels; never, where Google has no push for it.
  push_at       INTEGER DEFAULT 0,
  push_failures INTEGER NOT NULL DEFAULT 0,
  -- Why it has no channel.
  push_problem  TEXT,
  -- Taken away by its organization; the row stays for the links of its bookings.
  removed_at    INTEGER,
  -- The comparison with Google's own expansion: when next, when last, what it has found since connected.
  audit_at      INTEGER NOT NULL,
  audited_at    INTEGER,
  audit_differences INTEGER NOT NULL,
  -- When a pull last brought something.
  changed_at    INTEGER,
  -- Until when it is looked at often: somebody looks for a time that it may block.
  interesting_until INTEGER NOT NULL DEFAULT 0,
  -- When somebody last asked for a pull begun after that.
  asked_at      INTEGER NOT NULL DEFAULT 0,
  -- What an event of a two-way calendar becomes; the first that its host offers, where that is not told.
  import_event_type_id BLOB REFERENCES event_type (id),
  -- How many changed events its pulls have brought since it was connected.
  events_read   INTEGER NOT NULL,
  UNIQUE (connection_id, google_id)
) STRICT, WITHOUT ROWID;

-- Google's push subscription on a calendar: one row for each that was asked for, kept until some days after
-- its end, so that pushes on it are known for what they are.
CREATE TABLE push_channel (
  -- Ours, drawn anew for each try.
  id          TEXT PRIMARY KEY,
  calendar_id BLOB NOT NULL REFERENCES calendar (id),
  -- Of the token that comes back with each push, and that nobody keeps.
  token_hash  BLOB NOT NULL,
  -- Google's name of what is watched: unknown until it answers or a push says it; no stop without it.
  resource_id TEXT,
  -- Where its pushes go.
  address     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'live', 'stopping', 'stopped')),
  -- As Google granted it; until it has, the longest that it can be.
  expires_at  INTEGER NOT NULL,
  -- When to try to stop it.
  run_at      INTEGER NOT NULL,
  failures    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX push_channel_of_calendar ON push_channel (calendar_id, state, expires_at);
CREATE INDEX push_channel_by_run ON push_channel (run_at, id)
  WHERE state = 'stopping' AND resource_id IS NOT NULL;
CREATE INDEX push_channel_by_expiry ON push_channel (expires_at, id);

-- Which calendars block a host's time, and which one a host's bookings go to where that was told.
CREATE TABLE host_calendar (
  host_id     BLOB NOT NULL REFERENCES host (id),
  calendar_id BLOB NOT NULL REFERENCES calendar (id),
  blocks      INTEGER NOT NULL,
  receives    INTEGER NOT NULL,
  PRIMARY KEY (host_id, calendar_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX host_calendar_host_id_key ON host_calendar (host_id) WHERE receives = 1;

-- The mirror: events of connected calendars as Google last showed them.
CREATE TABLE mirror_event (
  calendar_id BLOB NOT NULL REFERENCES calendar (id),
  generation  INTEGER NOT NULL,
  event_id    TEXT NOT NULL,
  -- The id under which its busy time is kept: its series', or its own.
  series      TEXT NOT NULL,
  body        TEXT NOT NULL,
  -- Of a series: until when its busy time is known.
  known_until INTEGER,
  -- Whether it is all-day and shown as free: it blocks nothing, which surprises people.
  is_free_day INTEGER NOT NULL,
  PRIMARY KEY (calendar_id, generation, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX mirror_event_series ON mirror_event (calendar_id, generation, series);
CREATE INDEX mirror_event_known ON mirror_event (calendar_id, generation, known_until, event_id)
  WHERE known_until IS NOT NULL;
CREATE INDEX mirror_event_free_day ON mirror_event (calendar_id, generation, event_id)
  WHERE is_free_day = 1;

-- Events of two-way calendars that are to become bookings, as a page last showed them; gone when they have.
CREATE TABLE incoming_event (
  calendar_id BLOB NOT NULL REFERENCES calendar (id),
  event_id    TEXT NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (calendar_id, event_id)
) STRICT, WITHOUT ROWID;

-- Busy time seen in connected calendars. Filled by the mirror; asked by every decision.
CREATE TABLE busy_interval (
  calendar_id BLOB NOT NULL REFERENCES calendar (id),
  generation  INTEGER NOT NULL,
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL CHECK (ends_at > starts_at),
  -- The event or series it comes from, and which of its instances.
  source      TEXT NOT NULL,
  instance    TEXT NOT NULL,
  -- The link whose booking the event shows, if it is one of ours.
  link_id     BLOB,
  PRIMARY KEY (calendar_id, generation, starts_at, ends_at, source, instance)
) STRICT, WITHOUT ROWID;

CREATE INDEX busy_interval_source ON busy_interval (calendar_id, source, generation);

CREATE TABLE event_link (
  id             BLOB PRIMARY KEY,
  booking_id     BLOB NOT NULL REFERENCES booking (id),
  calendar_id    BLOB NOT NULL REFERENCES calendar (id),
  event_id       TEXT NOT NULL,
  generation     INTEGER NOT NULL,
  attempt        INTEGER NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('due', 'settled', 'parked', 'ignored',
                   'detached', 'closed')),
  problem        TEXT,
  ours           TEXT,
  theirs         TEXT,
  inflight       TEXT,
  unanswered     TEXT,
  seen           TEXT,
  -- Which texts are the event's own, and what a person decided about what was seen.
  own            TEXT,
  decided        TEXT,
  html_link      TEXT,
  run_at         INTEGER NOT NULL,
  failures       INTEGER NOT NULL,
  last_synced_at INTEGER,
  -- When its booking last lost its time because the event was moved or deleted, and whether that is held
  -- back, or a person said that it is meant.
  lost_at        INTEGER,
  loss           TEXT CHECK (loss IN ('held', 'meant')),
  -- Who made the event of generation 0: we, or somebody in Google.
  origin         TEXT NOT NULL CHECK (origin IN ('here', 'google')),
  -- leaving: its booking went to another calendar, and its event is to go. returning: and is then wanted anew.
  stay           TEXT NOT NULL DEFAULT 'wanted' CHECK (stay IN ('wanted', 'leaving', 'returning')),
  -- In which other calendar its event was last seen, and since when it is known to be gone from its own.
  moved_to_id    BLOB REFERENCES calendar (id),
  missing_since  INTEGER,
  UNIQUE (calendar_id, event_id)
) STRICT, WITHOUT ROWID;

-- One event for a booking in a calendar, but for those that are on their way out.
CREATE UNIQUE INDEX event_link_booking_id_calendar_id_key ON event_link (booking_id, calendar_id)
  WHERE stay <> 'leaving';
CREATE INDEX event_link_booking ON event_link (booking_id);
CREATE INDEX event_link_event ON event_link (event_id);
CREATE INDEX event_link_missing ON event_link (missing_since) WHERE missing_since IS NOT NULL;
CREATE INDEX event_link_lost ON event_link (calendar_id, lost_at) WHERE lost_at IS NOT NULL;
CREATE INDEX event_link_born ON event_link (calendar_id, event_id) WHERE origin = 'google';
CREATE INDEX event_link_due ON event_link (run_at, id) WHERE state = 'due';
-- Those that are not shrunk yet: of coming bookings, and of the last weeks.
CREATE INDEX event_link_whole ON event_link (booking_id) WHERE ours IS NOT NULL;

-- What a person must decide about one booking's event. Kept when it is over: it is history.
CREATE TABLE conflict (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  booking_id      BLOB NOT NULL REFERENCES booking (id),
  -- Of which of its events; empty where it is about the time itself,
  -- or about many of a calendar's events at once; the booking is then the first of theirs.
  link_id         BLOB REFERENCES event_link (id),
  calendar_id     BLOB REFERENCES calendar (id),
  kind            TEXT NOT NULL,
  -- Google's words, where it said any.
  said            TEXT NOT NULL,
  -- Counts how often the link was parked for it: whoever decides on an older one is told.
  version         INTEGER NOT NULL,
  opened_at       INTEGER NOT NULL,
  closed_at       INTEGER,
  -- What became of it: what a person chose last, or how it ended by itself.
  resolution      TEXT,
  -- Of a field that both sides changed: which, and both versions of it.
  field           TEXT,
  aside           TEXT,
  CHECK (closed_at IS NULL OR resolution IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX conflict_link_id_key ON conflict (link_id)
  WHERE closed_at IS NULL AND field IS NULL;
CREATE UNIQUE INDEX conflict_link_id_field_key ON conflict (link_id, field)
  WHERE closed_at IS NULL AND field IS NOT NULL;
CREATE UNIQUE INDEX conflict_booking_id_key ON conflict (booking_id)
  WHERE closed_at IS NULL AND link_id IS NULL AND calendar_id IS NULL;
CREATE UNIQUE INDEX conflict_calendar_id_key ON conflict (calendar_id)
  WHERE closed_at IS NULL AND calendar_id IS NOT NULL;
CREATE INDEX conflict_open ON conflict (organization_id, opened_at, id) WHERE closed_at IS NULL;

-- A message to people, written in the transaction of its cause and once for it. Delivery reads it.
CREATE TABLE outgoing_message (
  id              BLOB PRIMARY KEY,
  organization_id BLOB NOT NULL REFERENCES organization (id),
  kind            TEXT NOT NULL,
  audience        TEXT NOT NULL CHECK (audience IN ('owner', 'operator', 'attendee')),
  idempotency_key TEXT NOT NULL UNIQUE,
  -- What it is about.
  connection_id   BLOB REFERENCES connection (id),
  calendar_id     BLOB REFERENCES calendar (id),
  booking_id      BLOB REFERENCES booking (id),
  created_at      INTEGER NOT NULL,
  -- cleared: its cause has ended. replaced: a later one of the same attendee says more.
  state           TEXT NOT NULL CHECK (state IN ('waiting', 'cleared', 'replaced')),
  -- To an attendee: the how manieth, of which version of the booking, from when on it may be sent, and all
  -- that it says.
  attendee_id     BLOB REFERENCES attendee (id),
  number          INTEGER,
  version         INTEGER,
  due_at          INTEGER,
  content         TEXT,
  CHECK ((audience = 'attendee') = (attendee_id IS NOT NULL)),
  CHECK (attendee_id IS NULL OR (booking_id IS NOT NULL AND number IS NOT NULL AND version IS NOT NULL
    AND due_at IS NOT NULL AND content IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX outgoing_message_by_age ON outgoing_message (organization_id, created_at, id)
  WHERE attendee_id IS NULL;
CREATE UNIQUE INDEX outgoing_message_attendee_id_number_key ON outgoing_message (attendee_id, number)
  WHERE attendee_id IS NOT NULL;
CREATE INDEX outgoing_message_ready ON outgoing_message (due_at, id)
  WHERE attendee_id IS NOT NULL AND state = 'waiting';
CREATE INDEX outgoing_message_to_attendees_by_age ON outgoing_message (created_at, id)
  WHERE attendee_id IS NOT NULL;
