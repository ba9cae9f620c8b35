-- The same tables and columns as migrations/sqlite/0001_init.sql, which says what they mean (held by
-- tests/contract/schema.rs). Ids are uuid, hashes and ciphertext bytea, instants bigint microseconds
-- since the epoch, flags bigint 0 or 1, JSON text; text sorts by its bytes, as in SQLite.
--
-- A unique index is named table_column_column_key, as PostgreSQL names a unique constraint: that name
-- is what a caller sees on both databases.

-- One row: what the whole installation must remember.
CREATE TABLE installation (
  id        bigint PRIMARY KEY CHECK (id = 1),
  -- A known text sealed with the master key: tells a wrong key at the start, not at the first use.
  key_check bytea NOT NULL
);

CREATE TABLE organization (
  id         uuid PRIMARY KEY,
  slug       text COLLATE "C" NOT NULL UNIQUE,
  name       text COLLATE "C" NOT NULL,
  time_zone  text COLLATE "C" NOT NULL,
  locale     text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  -- What becomes of a booking when a calendar was not read for longer than this.
  on_stale   text COLLATE "C" NOT NULL CHECK (on_stale IN ('allow', 'tentative', 'refuse')),
  stale_after_minutes bigint NOT NULL CHECK (stale_after_minutes > 0)
);

-- Users: "user" itself is a reserved word in PostgreSQL.
CREATE TABLE member (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  email           text COLLATE "C" NOT NULL UNIQUE,
  password_hash   text COLLATE "C" NOT NULL,
  created_at      bigint NOT NULL
);

-- Only hashes of what the browser or the program holds.
CREATE TABLE session (
  token_hash bytea PRIMARY KEY,
  member_id  uuid NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE api_key (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  name            text COLLATE "C" NOT NULL,
  key_hash        bytea NOT NULL UNIQUE,
  created_at      bigint NOT NULL
);

CREATE TABLE host (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  name            text COLLATE "C" NOT NULL
);

CREATE TABLE schedule (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  time_zone       text COLLATE "C" NOT NULL,
  hours           text COLLATE "C" NOT NULL
);

CREATE TABLE event_type (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL REFERENCES organization (id),
  position         bigint NOT NULL,
  slug             text COLLATE "C" NOT NULL,
  name             text COLLATE "C" NOT NULL,
  description      text COLLATE "C" NOT NULL,
  duration_minutes bigint NOT NULL,
  grid_minutes     bigint NOT NULL,
  notice_minutes   bigint NOT NULL,
  horizon_days     bigint NOT NULL,
  assignment       text COLLATE "C" NOT NULL CHECK (assignment IN ('any', 'all')),
  capacity         bigint NOT NULL CHECK (capacity >= 1),
  needs_approval   bigint NOT NULL,
  text             text COLLATE "C" NOT NULL,
  reminders        text COLLATE "C" NOT NULL,
  UNIQUE (organization_id, slug)
);

-- Who offers it, each in hours of their own.
CREATE TABLE event_type_host (
  event_type_id uuid NOT NULL REFERENCES event_type (id),
  position      bigint NOT NULL,
  host_id       uuid NOT NULL REFERENCES host (id),
  schedule_id   uuid NOT NULL REFERENCES schedule (id),
  PRIMARY KEY (event_type_id, position),
  UNIQUE (event_type_id, host_id)
);

CREATE TABLE booking (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES organization (id),
  event_type_id     uuid NOT NULL REFERENCES event_type (id),
  -- The host; of several, the first. Who else is bound shows in the claims.
  host_id           uuid NOT NULL REFERENCES host (id),
  starts_at         bigint NOT NULL,
  ends_at           bigint NOT NULL CHECK (ends_at > starts_at),
  -- What was agreed on the wall clock, and under which rules the instant was worked out.
  civil_start       text COLLATE "C" NOT NULL,
  time_zone         text COLLATE "C" NOT NULL,
  zone_rules        text COLLATE "C" NOT NULL,
  status            text COLLATE "C" NOT NULL CHECK (status IN ('requested', 'unverified', 'confirmed',
                      'completed', 'no_show', 'cancelled', 'declined')),
  version           bigint NOT NULL,
  -- Where it was born: here, or as an event of a two-way calendar.
  origin            text COLLATE "C" NOT NULL CHECK (origin IN ('here', 'google')),
  -- Placed on top of others on purpose, by someone of the organization.
  forced            bigint NOT NULL,
  capacity          bigint NOT NULL CHECK (capacity >= 1),
  text              text COLLATE "C" NOT NULL,
  reminders         text COLLATE "C" NOT NULL,
  -- Which texts somebody edited by hand: a template does not write over them.
  edited            text COLLATE "C",
  cancelled_at      bigint,
  cancel_cause      text COLLATE "C",
  cancel_reason     text COLLATE "C",
  created_at        bigint NOT NULL,
  CHECK ((status IN ('cancelled', 'declined')) = (cancelled_at IS NOT NULL))
);

CREATE INDEX booking_by_start ON booking (organization_id, status, starts_at, id);
CREATE INDEX booking_of_event_type ON booking (event_type_id, starts_at, id);

-- A seat on a booking. Seat 0 is the one who made it; a left seat keeps its row.
CREATE TABLE attendee (
  id                uuid PRIMARY KEY,
  booking_id        uuid NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  seat              bigint NOT NULL,
  manage_token_hash bytea NOT NULL UNIQUE,
  left_at           bigint,
  name              text COLLATE "C" NOT NULL,
  email             text COLLATE "C",
  phone             text COLLATE "C",
  time_zone         text COLLATE "C" NOT NULL,
  locale            text COLLATE "C" NOT NULL,
  notes             text COLLATE "C",
  UNIQUE (booking_id, seat)
);

CREATE INDEX attendee_by_email ON attendee (email) WHERE email IS NOT NULL;

-- A slot kept for one visitor until it expires or becomes a booking.
CREATE TABLE hold (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  event_type_id   uuid NOT NULL REFERENCES event_type (id),
  token_hash      bytea NOT NULL UNIQUE,
  starts_at       bigint NOT NULL,
  ends_at         bigint NOT NULL CHECK (ends_at > starts_at),
  expires_at      bigint NOT NULL,
  -- Whose hold it counts as, as a keyed hash; empty for the organization's own.
  caller          bytea
);

CREATE INDEX hold_by_expiry ON hold (expires_at, id);
CREATE INDEX hold_by_event_type ON hold (event_type_id);
CREATE INDEX hold_by_caller ON hold (caller) WHERE caller IS NOT NULL;

-- How much anonymous callers may still do: the instant at which all of it is theirs again. Callers are
-- keyed hashes; a row whose instant has passed says nothing and is forgotten.
CREATE TABLE allowance (
  subject bytea PRIMARY KEY,
  full_at bigint NOT NULL
);

CREATE INDEX allowance_by_age ON allowance (full_at);

-- The time a live booking or a hold takes from a host. No two exclusive ones of one host and lane
-- overlap: the database says so. Core time only: buffers, notice and caps are policy.
CREATE TABLE claim (
  id         uuid PRIMARY KEY,
  host_id    uuid NOT NULL REFERENCES host (id),
  -- Above 0 for a host who serves several in parallel.
  lane       bigint NOT NULL,
  starts_at  bigint NOT NULL,
  ends_at    bigint NOT NULL,
  booking_id uuid REFERENCES booking (id) ON DELETE CASCADE,
  hold_id    uuid REFERENCES hold (id) ON DELETE CASCADE,
  -- Of a hold. No constraint can say now(): who wants the time removes expired holds first.
  expires_at bigint,
  -- 0 for a forced booking: it may lie on top of others, and new ones still see it.
  exclusive  bigint NOT NULL,
  CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CHECK ((hold_id IS NULL) = (expires_at IS NULL)),
  -- Seven days: it bounds how far back an overlap must be looked for.
  CHECK (ends_at > starts_at AND ends_at - starts_at <= 604800000000),
  -- A backend that meets a conflict says this name; SQLite's triggers raise it.
  CONSTRAINT claim_no_overlap EXCLUDE USING gist
    (host_id WITH =, lane WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (exclusive = 1)
);

CREATE INDEX claim_by_host ON claim (host_id, starts_at, ends_at);
CREATE INDEX claim_of_booking ON claim (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX claim_of_hold ON claim (hold_id) WHERE hold_id IS NOT NULL;

-- What was decided for a request that may be repeated, written by the unit that decided.
CREATE TABLE idempotency_key (
  organization_id uuid NOT NULL REFERENCES organization (id),
  key_hash        bytea NOT NULL,
  request_hash    bytea NOT NULL,
  -- Sealed: it holds what only the asker may know. Empty while the deciding unit runs.
  decision        bytea,
  created_at      bigint NOT NULL,
  PRIMARY KEY (organization_id, key_hash)
);

CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);

CREATE TABLE timeline (
  id         uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  at         bigint NOT NULL,
  kind       text COLLATE "C" NOT NULL,
  cause      text COLLATE "C",
  detail     text COLLATE "C" NOT NULL
);

CREATE INDEX timeline_by_booking ON timeline (booking_id, at, id);

-- An unverified booking, due to be looked at again. Gone when it is confirmed or over.
CREATE TABLE verification (
  booking_id uuid PRIMARY KEY REFERENCES booking (id) ON DELETE CASCADE,
  -- Since when it is unverified: calendars must have been read after that.
  since      bigint NOT NULL,
  run_at     bigint NOT NULL
);

CREATE INDEX verification_by_run ON verification (run_at, booking_id);

-- A consent under way: single use, bound to the browser that began it.
CREATE TABLE oauth_attempt (
  state_hash      bytea PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  browser_hash    bytea NOT NULL,
  verifier        bytea NOT NULL,
  nonce           text COLLATE "C" NOT NULL,
  expires_at      bigint NOT NULL
);

-- A granted Google account. Tokens are encrypted before they come here.
CREATE TABLE connection (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES organization (id),
  kind              text COLLATE "C" NOT NULL CHECK (kind IN ('oauth', 'service_account', 'api_key')),
  account_sub       text COLLATE "C" NOT NULL,
  account_email     text COLLATE "C" NOT NULL,
  scopes            text COLLATE "C" NOT NULL,
  state             text COLLATE "C" NOT NULL CHECK (state IN ('connected', 'error', 'inactive')),
  cause             text COLLATE "C",
  access_token      bytea,
  access_expires_at bigint NOT NULL,
  -- Of a person's grant; a service account signs with the key in the settings.
  refresh_token     bytea,
  granted_at        bigint NOT NULL,
  -- When it last gave a token: unused for six months it would end.
  used_at           bigint NOT NULL,
  -- Grants in a row that ended after about a week.
  short_grants      bigint NOT NULL,
  -- When to look at the connection itself: to prove it, or to keep its grant alive.
  run_at            bigint NOT NULL,
  failures          bigint NOT NULL,
  -- The test event, chosen before it is written: it proves that we may.
  proof             text COLLATE "C" NOT NULL CHECK (proof IN ('none', 'wanted', 'writing', 'written')),
  proof_event       text COLLATE "C",
  proof_problem     text COLLATE "C",
  proven_at         bigint,
  created_at        bigint NOT NULL,
  -- Until when one worker has it for itself, and how often it was taken.
  lease_until       bigint NOT NULL DEFAULT 0,
  lease_epoch       bigint NOT NULL DEFAULT 0,
  -- When it was last taken: the time of whatever a worker finds out about it.
  worked_at         bigint NOT NULL DEFAULT 0,
  -- Since when it is as `cause` says.
  cause_since       bigint,
  -- How its owner wants conflicts decided; what is not named is as by default.
  policy            TEXT COLLATE "C" NOT NULL DEFAULT '{}',
  -- Once disconnected there is no token left.
  CHECK ((kind = 'oauth' AND state <> 'inactive') = (refresh_token IS NOT NULL)),
  CHECK (state <> 'inactive' OR access_token IS NULL),
  UNIQUE (organization_id, account_sub)
);

CREATE INDEX connection_by_run ON connection (run_at, id) WHERE state = 'connected';
CREATE INDEX connection_by_account ON connection (account_sub);

-- A grant to be given back to Google, with what it takes, until Google has it or its time is over.
CREATE TABLE revocation (
  connection_id uuid PRIMARY KEY REFERENCES connection (id),
  refresh_token bytea NOT NULL,
  run_at        bigint NOT NULL,
  failures      bigint NOT NULL,
  -- Until when a request that was sent may still arrive there.
  asked_until   bigint NOT NULL,
  expires_at    bigint NOT NULL
);

CREATE INDEX revocation_by_run ON revocation (run_at, connection_id);

-- What may still be asked of Google: a row for each account and one for our project.
CREATE TABLE quota (
  subject       text COLLATE "C" PRIMARY KEY,
  spent_until   bigint NOT NULL,
  -- Microseconds after which one unit is there again.
  unit_interval bigint NOT NULL
);

CREATE TABLE calendar (
  id            uuid PRIMARY KEY,
  connection_id uuid NOT NULL REFERENCES connection (id),
  google_id     text COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,
  zone          text COLLATE "C",
  -- What it is connected for: busy, write or two_way.
  mode          text COLLATE "C" NOT NULL,
  pull_at       bigint NOT NULL,
  failures      bigint NOT NULL,
  -- When the first request of the last completed pull was sent.
  as_of         bigint,
  sync_token    text COLLATE "C",
  -- The pull under way: how far it has come, and since when.
  page_token    text COLLATE "C",
  pull_began_at bigint,
  -- Which rows of the mirror count; a full listing fills another generation beside it.
  generation    bigint NOT NULL,
  shadow        bigint,
  dirty         bigint NOT NULL DEFAULT 0,
  push_at       bigint DEFAULT 0,
  push_failures bigint NOT NULL DEFAULT 0,
  push_problem  text COLLATE "C",
  -- Taken away by its organization; the row stays for the links of its bookings.
  removed_at    bigint,
  -- The comparison with Google's own expansion: when next, when last, what it has found since connected.
  audit_at      bigint NOT NULL,
  audited_at    bigint,
  audit_differences bigint NOT NULL,
  -- When a pull last brought something.
  changed_at    bigint,
  -- Until when it is looked at often: somebody looks for a time that it may block.
  interesting_until bigint NOT NULL DEFAULT 0,
  -- When somebody last asked for a pull begun after that.
  asked_at      bigint NOT NULL DEFAULT 0,
  -- What an event of a two-way calendar becomes; the first that its host offers, where that is not told.
  import_event_type_id uuid REFERENCES event_type (id),
  -- How many changed events its pulls have brought since it was connected.
  events_read   bigint NOT NULL,
  UNIQUE (connection_id, google_id)
);

CREATE TABLE push_channel (
  id          text COLLATE "C" PRIMARY KEY,
  calendar_id uuid NOT NULL REFERENCES calendar (id),
  token_hash  bytea NOT NULL,
  resource_id text COLLATE "C",
  address     text COLLATE "C" NOT NULL,
  state       text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'live', 'stopping', 'stopped')),
  expires_at  bigint NOT NULL,
  run_at      bigint NOT NULL,
  failures    bigint NOT NULL,
  created_at  bigint NOT NULL
);

CREATE INDEX push_channel_of_calendar ON push_channel (calendar_id, state, expires_at);
CREATE INDEX push_channel_by_run ON push_channel (run_at, id)
  WHERE state = 'stopping' AND resource_id IS NOT NULL;
CREATE INDEX push_channel_by_expiry ON push_channel (expires_at, id);

-- Which calendars block a host's time, and which one a host's bookings go to where that was told.
CREATE TABLE host_calendar (
  host_id     uuid NOT NULL REFERENCES host (id),
  calendar_id uuid NOT NULL REFERENCES calendar (id),
  blocks      bigint NOT NULL,
  receives    bigint NOT NULL,
  PRIMARY KEY (host_id, calendar_id)
);

CREATE UNIQUE INDEX host_calendar_host_id_key ON host_calendar (host_id) WHERE receives = 1;

-- The mirror: events of connected calendars as Google last showed them.
CREATE TABLE mirror_event (
  calendar_id uuid NOT NULL REFERENCES calendar (id),
  generation  bigint NOT NULL,
  event_id    text COLLATE "C" NOT NULL,
  -- The id under which its busy time is kept: its series', or its own.
  series      text COLLATE "C" NOT NULL,
  body        text COLLATE "C" NOT NULL,
  -- Of a series: until when its busy time is known.
  known_until bigint,
  -- Whether it is all-day and shown as free: it blocks nothing, which surprises people.
  is_free_day bigint NOT NULL,
  PRIMARY KEY (calendar_id, generation, event_id)
);

CREATE INDEX mirror_event_series ON mirror_event (calendar_id, generation, series);
CREATE INDEX mirror_event_known ON mirror_event (calendar_id, generation, known_until, event_id)
  WHERE known_until IS NOT NULL;
CREATE INDEX mirror_event_free_day ON mirror_event (calendar_id, generation, event_id)
  WHERE is_free_day = 1;

-- Events of two-way calendars that are to become bookings, as a page last showed them; gone when they have.
CREATE TABLE incoming_event (
  calendar_id uuid NOT NULL REFERENCES calendar (id),
  event_id    text COLLATE "C" NOT NULL,
  body        text COLLATE "C" NOT NULL,
  PRIMARY KEY (calendar_id, event_id)
);

-- Busy time seen in connected calendars. Filled by the mirror; asked by every decision.
CREATE TABLE busy_interval (
  calendar_id uuid NOT NULL REFERENCES calendar (id),
  generation  bigint NOT NULL,
  starts_at   bigint NOT NULL,
  ends_at     bigint NOT NULL CHECK (ends_at > starts_at),
  -- The event or series it comes from, and which of its instances.
  source      text COLLATE "C" NOT NULL,
  instance    text COLLATE "C" NOT NULL,
  -- The link whose booking the event shows, if it is one of ours.
  link_id     uuid,
  PRIMARY KEY (calendar_id, generation, starts_at, ends_at, source, instance)
);

CREATE INDEX busy_interval_source ON busy_interval (calendar_id, source, generation);

CREATE TABLE event_link (
  id             uuid PRIMARY KEY,
  booking_id     uuid NOT NULL REFERENCES booking (id),
  calendar_id    uuid NOT NULL REFERENCES calendar (id),
  event_id       text COLLATE "C" NOT NULL,
  generation     bigint NOT NULL,
  attempt        bigint NOT NULL,
  state          text COLLATE "C" NOT NULL CHECK (state IN ('due', 'settled', 'parked', 'ignored',
                   'detached', 'closed')),
  problem        text COLLATE "C",
  ours           text COLLATE "C",
  theirs         text COLLATE "C",
  inflight       text COLLATE "C",
  unanswered     text COLLATE "C",
  seen           text COLLATE "C",
  -- Which texts are the event's own, and what a person decided about what was seen.
  own            TEXT COLLATE "C",
  decided        TEXT COLLATE "C",
  html_link      text COLLATE "C",
  run_at         bigint NOT NULL,
  failures       bigint NOT NULL,
  last_synced_at bigint,
  -- When its booking last lost its time because the event was moved or deleted, and whether that is held
  -- back, or a person said that it is meant.
  lost_at        bigint,
  loss           text COLLATE "C" CHECK (loss IN ('held', 'meant')),
  -- Who made the event of generation 0: we, or somebody in Google.
  origin         text COLLATE "C" NOT NULL CHECK (origin IN ('here', 'google')),
  -- leaving: its booking went to another calendar, and its event is to go. returning: and is then wanted anew.
  stay           text COLLATE "C" NOT NULL DEFAULT 'wanted' CHECK (stay IN ('wanted', 'leaving', 'returning')),
  -- In which other calendar its event was last seen, and since when it is known to be gone from its own.
  moved_to_id    uuid REFERENCES calendar (id),
  missing_since  bigint,
  UNIQUE (calendar_id, event_id)
);

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
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  booking_id      uuid NOT NULL REFERENCES booking (id),
  -- Of which of its events; empty where it is about the time itself,
  -- or about many of a calendar's events at once; the booking is then the first of theirs.
  link_id         uuid REFERENCES event_link (id),
  calendar_id     uuid REFERENCES calendar (id),
  kind            text COLLATE "C" NOT NULL,
  -- Google's words, where it said any.
  said            text COLLATE "C" NOT NULL,
  -- Counts how often the link was parked for it: whoever decides on an older one is told.
  version         bigint NOT NULL,
  opened_at       bigint NOT NULL,
  closed_at       bigint,
  -- What became of it: what a person chose last, or how it ended by itself.
  resolution      text COLLATE "C",
  -- Of a field that both sides changed: which, and both versions of it.
  field           TEXT COLLATE "C",
  aside           TEXT COLLATE "C",
  CHECK (closed_at IS NULL OR resolution IS NOT NULL)
);

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
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization (id),
  kind            text COLLATE "C" NOT NULL,
  audience        text COLLATE "C" NOT NULL CHECK (audience IN ('owner', 'operator', 'attendee')),
  idempotency_key text COLLATE "C" NOT NULL UNIQUE,
  -- What it is about.
  connection_id   uuid REFERENCES connection (id),
  calendar_id     uuid REFERENCES calendar (id),
  booking_id      uuid REFERENCES booking (id),
  created_at      bigint NOT NULL,
  -- cleared: its cause has ended. replaced: a later one of the same attendee says more.
  state           text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'cleared', 'replaced')),
  -- To an attendee: the how manieth, of which version of the booking, from when on it may be sent, and all
  -- that it says.
  attendee_id     uuid REFERENCES attendee (id),
  number          bigint,
  version         bigint,
  due_at          bigint,
  content         text COLLATE "C",
  CHECK ((audience = 'attendee') = (attendee_id IS NOT NULL)),
  CHECK (attendee_id IS NULL OR (booking_id IS NOT NULL AND number IS NOT NULL AND version IS NOT NULL
    AND due_at IS NOT NULL AND content IS NOT NULL))
);

CREATE INDEX outgoing_message_by_age ON outgoing_message (organization_id, created_at, id)
  WHERE attendee_id IS NULL;
CREATE UNIQUE INDEX outgoing_message_attendee_id_number_key ON outgoing_message (attendee_id, number)
  WHERE attendee_id IS NOT NULL;
CREATE INDEX outgoing_message_ready ON outgoing_message (due_at, id)
  WHERE attendee_id IS NOT NULL AND state = 'waiting';
CREATE INDEX outgoing_message_to_attendees_by_age ON outgoing_message (created_at, id)
  WHERE attendee_id IS NOT NULL;
