-- Version 1. The journal is the truth; every other table is a projection of it,
-- but for notes and personal fields, which the journal only commits to.

CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY,
  bytes    BLOB NOT NULL,         -- the encoded timebank.v1.Record
  nodes    BLOB NOT NULL          -- the Merkle nodes that it completes, 32 bytes each
) STRICT;

-- Entries and holds by their UUID: the first record of that id.
CREATE TABLE ids (
  id       BLOB PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Units that were declared; `time` is built in.
CREATE TABLE units (
  id   TEXT PRIMARY KEY,
  step TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What changes seldom of an account; accounts are numbered from 1 as they are
-- opened.
CREATE TABLE accounts (
  no              INTEGER PRIMARY KEY,
  id              TEXT    NOT NULL UNIQUE,
  kind            INTEGER NOT NULL,   -- timebank.v1.AccountKind
  unit            TEXT    NOT NULL,
  floor           INTEGER,
  ceiling         INTEGER,
  limits_sequence INTEGER NOT NULL,   -- the record that set them
  first_floor     INTEGER,            -- as it was opened
  first_ceiling   INTEGER,
  opened_sequence INTEGER NOT NULL,
  opened_at_us    INTEGER NOT NULL,
  closed_sequence INTEGER,
  closed_at_us    INTEGER
) STRICT;

-- What changes often of an account; written once a commit.
CREATE TABLE balances (
  no            INTEGER PRIMARY KEY,
  balance       INTEGER NOT NULL,
  held          INTEGER NOT NULL,
  open_holds    INTEGER NOT NULL,
  posting_count INTEGER NOT NULL,
  last_posting  INTEGER
) STRICT;

-- A transfer is two postings. Its position is its record's sequence * 16384 + leg;
-- the links are explained in ledger/chain.rs, their bytes in store/projection/link.rs.
CREATE TABLE transfers (
  position       INTEGER PRIMARY KEY,
  debit_no       INTEGER NOT NULL,
  debit_balance  INTEGER NOT NULL,
  debit_link     BLOB NOT NULL,
  credit_no      INTEGER NOT NULL,
  credit_balance INTEGER NOT NULL,
  credit_link    BLOB NOT NULL
) STRICT;

CREATE TABLE holds (
  sequence       INTEGER PRIMARY KEY,
  debit_no       INTEGER NOT NULL,
  credit_no      INTEGER NOT NULL,
  amount         INTEGER NOT NULL,
  expires_at_us  INTEGER,
  state          INTEGER NOT NULL,  -- timebank.v1.HoldState
  ended_sequence INTEGER
) STRICT;
CREATE INDEX holds_due ON holds (expires_at_us)
  WHERE state = 1 AND expires_at_us IS NOT NULL;
CREATE INDEX holds_by_debit ON holds (debit_no, sequence);
CREATE INDEX holds_by_credit ON holds (credit_no, sequence);
CREATE INDEX holds_by_state ON holds (state, sequence);
CREATE INDEX holds_open_by_debit ON holds (debit_no) WHERE state = 1;

CREATE TABLE reversals (
  of_sequence INTEGER PRIMARY KEY,
  by_sequence INTEGER NOT NULL
) STRICT;

-- The ids of the time bank's steps, and the record of each: an object that was
-- created ('staff/1001'), or a UUID.
CREATE TABLE steps (
  id       TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the time bank keeps, as it stands: 'staff/1001'.
CREATE TABLE objects (
  id       TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,      -- the record that changed it last
  state    TEXT NOT NULL          -- JSON
) STRICT;

-- The objects in the order of their lists: the list's name, a blank, the object's id; and what
-- most readers of the list want of the object, if anything.
CREATE TABLE keys (
  key  TEXT PRIMARY KEY,
  line BLOB
) STRICT, WITHOUT ROWID;

-- The records of services that were rendered outside orders and groups, by the minute at which
-- they were effective, counted from 1970-01-01T00:00:00Z.
CREATE TABLE served (
  sequence INTEGER PRIMARY KEY,
  minute   INTEGER NOT NULL
) STRICT;
CREATE INDEX served_by_minute ON served (minute, sequence);

-- The records of reversals that somebody had let past limits, by the minute at which they were
-- recorded, counted alike.
CREATE TABLE forced (
  sequence INTEGER PRIMARY KEY,
  minute   INTEGER NOT NULL
) STRICT;
CREATE INDEX forced_by_minute ON forced (minute, sequence);

-- The personal fields that a record commits to, kept apart so that they can be
-- erased; all that a member ever had, so that the audit can look at each.
CREATE TABLE personal (
  sequence INTEGER PRIMARY KEY,
  member   TEXT NOT NULL,
  secret   BLOB NOT NULL,         -- what the salts of the fields are made of
  fields   TEXT NOT NULL,         -- JSON
  identity BLOB                   -- the keyed digest of an identity number, as in the fields
) STRICT;
CREATE INDEX personal_of_member ON personal (member);
CREATE INDEX personal_of_identity ON personal (identity) WHERE identity IS NOT NULL;

-- What digests are keyed with.
CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO secrets (name, bytes) VALUES ('identity', randomblob(32)), ('token', randomblob(32));

-- Free text, kept apart so that it can be erased.
CREATE TABLE notes (
  sequence INTEGER PRIMARY KEY,
  salt     BLOB NOT NULL,
  text     TEXT NOT NULL
) STRICT;

CREATE TRIGGER journal_is_append_only_1 BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_2 BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER ids_are_append_only_1 BEFORE UPDATE ON ids
  BEGIN SELECT RAISE(ABORT, 'ids are append-only'); END;
CREATE TRIGGER ids_are_append_only_2 BEFORE DELETE ON ids
  BEGIN SELECT RAISE(ABORT, 'ids are append-only'); END;
CREATE TRIGGER steps_are_append_only_1 BEFORE UPDATE ON steps
  BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;
CREATE TRIGGER steps_are_append_only_2 BEFORE DELETE ON steps
  BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;
CREATE TRIGGER personal_is_erased_only BEFORE UPDATE ON personal
  BEGIN SELECT RAISE(ABORT, 'personal fields are erased, not changed'); END;
CREATE TRIGGER transfers_are_append_only_1 BEFORE UPDATE ON transfers
  BEGIN SELECT RAISE(ABORT, 'transfers are append-only'); END;
CREATE TRIGGER transfers_are_append_only_2 BEFORE DELETE ON transfers
  BEGIN SELECT RAISE(ABORT, 'transfers are append-only'); END;
