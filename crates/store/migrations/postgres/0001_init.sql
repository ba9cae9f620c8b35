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
  created_at bigint NOT NULL
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
  host_id          uuid NOT NULL REFERENCES host (id),
  schedule_id      uuid NOT NULL REFERENCES schedule (id),
  position         bigint NOT NULL,
  slug             text COLLATE "C" NOT NULL,
  name             text COLLATE "C" NOT NULL,
  description      text COLLATE "C" NOT NULL,
  duration_minutes bigint NOT NULL,
  grid_minutes     bigint NOT NULL,
  notice_minutes   bigint NOT NULL,
  horizon_days     bigint NOT NULL,
  text             text COLLATE "C" NOT NULL,
  UNIQUE (organization_id, slug)
);

CREATE TABLE booking (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES organization (id),
  event_type_id     uuid NOT NULL REFERENCES event_type (id),
  host_id           uuid NOT NULL REFERENCES host (id),
  starts_at         bigint NOT NULL,
  ends_at           bigint NOT NULL CHECK (ends_at > starts_at),
  -- What was agreed on the wall clock, and under which rules the instant was worked out.
  civil_start       text COLLATE "C" NOT NULL,
  time_zone         text COLLATE "C" NOT NULL,
  zone_rules        text COLLATE "C" NOT NULL,
  status            text COLLATE "C" NOT NULL CHECK (status IN ('confirmed', 'cancelled')),
  version           bigint NOT NULL,
  text              text COLLATE "C" NOT NULL,
  manage_token_hash bytea NOT NULL UNIQUE,
  cancelled_at      bigint,
  cancel_cause      text COLLATE "C",
  cancel_reason     text COLLATE "C",
  created_at        bigint NOT NULL,
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
);

CREATE INDEX booking_by_start ON booking (organization_id, status, starts_at, id);

CREATE TABLE attendee (
  id         uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  name       text COLLATE "C" NOT NULL,
  email      text COLLATE "C",
  phone      text COLLATE "C",
  time_zone  text COLLATE "C" NOT NULL,
  locale     text COLLATE "C" NOT NULL,
  notes      text COLLATE "C"
);

CREATE INDEX attendee_by_booking ON attendee (booking_id);

-- The time a live booking takes from its host. No two of one host overlap: the database says so.
CREATE TABLE claim (
  booking_id uuid PRIMARY KEY REFERENCES booking (id) ON DELETE CASCADE,
  host_id    uuid NOT NULL REFERENCES host (id),
  starts_at  bigint NOT NULL,
  ends_at    bigint NOT NULL,
  -- Seven days: it bounds how far back an overlap must be looked for.
  CHECK (ends_at > starts_at AND ends_at - starts_at <= 604800000000),
  -- A backend that meets a conflict says this name; SQLite's triggers raise it.
  CONSTRAINT claim_no_overlap EXCLUDE USING gist
    (host_id WITH =, int8range(starts_at, ends_at) WITH &&)
);

CREATE INDEX claim_by_host ON claim (host_id, starts_at, ends_at);

CREATE TABLE timeline (
  id         uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  at         bigint NOT NULL,
  kind       text COLLATE "C" NOT NULL,
  cause      text COLLATE "C",
  detail     text COLLATE "C" NOT NULL
);

CREATE INDEX timeline_by_booking ON timeline (booking_id, at, id);

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
  account_sub       text COLLATE "C" NOT NULL,
  account_email     text COLLATE "C" NOT NULL,
  scopes            text COLLATE "C" NOT NULL,
  state             text COLLATE "C" NOT NULL CHECK (state IN ('connected', 'error')),
  cause             text COLLATE "C",
  access_token      bytea,
  access_expires_at bigint NOT NULL,
  refresh_token     bytea NOT NULL,
  created_at        bigint NOT NULL,
  UNIQUE (organization_id, account_sub)
);

CREATE TABLE calendar (
  id            uuid PRIMARY KEY,
  connection_id uuid NOT NULL REFERENCES connection (id),
  google_id     text COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,
  receives      bigint NOT NULL,
  poll_at       bigint NOT NULL,
  polled_at     bigint,
  -- Where the next look continues, and how far the one under way has come.
  poll_from     text COLLATE "C",
  poll_page     text COLLATE "C",
  poll_newest   text COLLATE "C",
  failures      bigint NOT NULL,
  UNIQUE (connection_id, google_id)
);

CREATE TABLE event_link (
  id             uuid PRIMARY KEY,
  booking_id     uuid NOT NULL REFERENCES booking (id),
  calendar_id    uuid NOT NULL REFERENCES calendar (id),
  event_id       text COLLATE "C" NOT NULL,
  generation     bigint NOT NULL,
  attempt        bigint NOT NULL,
  state          text COLLATE "C" NOT NULL CHECK (state IN ('due', 'settled', 'parked', 'closed')),
  problem        text COLLATE "C",
  ours           text COLLATE "C",
  theirs         text COLLATE "C",
  inflight       text COLLATE "C",
  seen           text COLLATE "C",
  html_link      text COLLATE "C",
  run_at         bigint NOT NULL,
  failures       bigint NOT NULL,
  last_synced_at bigint,
  UNIQUE (booking_id, calendar_id),
  UNIQUE (calendar_id, event_id)
);

CREATE INDEX event_link_due ON event_link (run_at, id) WHERE state = 'due';
