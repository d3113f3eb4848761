-- ledger.db: what can't be fetched again. synchronous=FULL.

-- A mailbox the rep connected.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,      -- normalised addr-spec
    source TEXT NOT NULL,              -- JSON: kind, endpoint, user name; no secret
    import_since INTEGER,              -- ms; NULL imports everything
    connected_at INTEGER NOT NULL,     -- ms; mail from before is past mail
    paused INTEGER NOT NULL DEFAULT 0, -- 1 = not captured for now
    settings TEXT NOT NULL DEFAULT '{}' -- JSON: sign-in, sending, role, share mode, sharing, folders, sender addresses; no secret
) STRICT;

-- Passwords and tokens. Read one by one, never listed.
CREATE TABLE secret (
    owner TEXT NOT NULL,  -- account:N or connection:N
    name TEXT NOT NULL,   -- password, token
    value TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

-- A CRM the rep connected.
CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,      -- name in the registry of connectors
    name TEXT NOT NULL,      -- the rep's name for it
    settings TEXT NOT NULL,  -- JSON, the connector's own; no secret
    status TEXT NOT NULL,    -- active, paused, sign_in_needed
    identity TEXT,           -- JSON: who the CRM takes the rep for, its limits, the company's policy
    created_at INTEGER NOT NULL DEFAULT 0, -- ms
    stay TEXT NOT NULL DEFAULT 'connected', -- connected, settling, retracting, gone
    captures TEXT            -- yes, no, unknown: the mailbox is connected to the CRM itself
) STRICT;

-- What the rep said about mail in general.
CREATE TABLE rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    about TEXT NOT NULL,           -- JSON: kind and value
    says TEXT NOT NULL,            -- never_log, internal, private, ask, share
    level TEXT,                    -- NULL = as the account has it
    expires_at INTEGER,            -- ms
    created_at INTEGER NOT NULL,   -- ms; sharing holds for mail from then on
    reason TEXT NOT NULL,
    decision INTEGER REFERENCES decision (id), -- undone with it
    replaced_by INTEGER REFERENCES decision (id) -- not in force while that decision's rule has its place
) STRICT;
CREATE UNIQUE INDEX rule_about ON rule (about) WHERE replaced_by IS NULL;

-- Who was in mail that the rep has decided on.
CREATE TABLE acquaintance (
    connection INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (connection, address)
) STRICT, WITHOUT ROWID;

-- Addresses that the rep gave to a record.
CREATE TABLE alias (
    connection INTEGER NOT NULL REFERENCES connection (id),
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    name TEXT NOT NULL,           -- the record's, as it was then
    created_at INTEGER NOT NULL,  -- ms
    PRIMARY KEY (connection, address, kind, record)
) STRICT, WITHOUT ROWID;

-- A command of the rep's, or something that was decided by itself; undo takes back all it did.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL
) STRICT;

-- One mail at one connection, once it has been decided on. No row = undecided.
CREATE TABLE review (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection (id),
    key BLOB NOT NULL,      -- SHA-256 of the Message-ID
    content BLOB NOT NULL,  -- SHA-256 of what the rep sees
    state TEXT,
    rev INTEGER NOT NULL,   -- counts changes
    decision INTEGER REFERENCES decision (id),
    choice TEXT,            -- JSON: level, links, attachments, what is cut out
    payload BLOB,           -- SHA-256 of the payload decided on
    release_at INTEGER,     -- end of the grace period
    retract_after INTEGER NOT NULL, -- made private while on the wire
    returned TEXT,          -- why it came back to the rep
    attempt INTEGER NOT NULL,
    next_attempt_at INTEGER,
    fault TEXT,             -- JSON: the last refusal or failure
    remote TEXT,            -- JSON: the record in the CRM
    changed_at INTEGER NOT NULL,
    change INTEGER NOT NULL DEFAULT 0, -- counts the changes of all reviews; the desk reads on from the last it knows
    origin TEXT,            -- JSON: whose decision it is
    snoozed_until INTEGER,  -- ms; put off until then
    included INTEGER NOT NULL DEFAULT 0, -- the rep overruled what keeps it out
    decided_at INTEGER,     -- ms; the rep's last word about sharing it
    missed INTEGER NOT NULL DEFAULT 0, -- look-ups after a lost answer that did not show it
    in_vain INTEGER NOT NULL DEFAULT 0, -- how often it was sent and had not arrived
    UNIQUE (connection, key, content)
) STRICT;
CREATE INDEX review_state ON review (state, connection);
CREATE INDEX review_change ON review (change);
CREATE INDEX review_changed_at ON review (state, changed_at);
CREATE INDEX review_decision ON review (decision) WHERE decision IS NOT NULL;

-- The released bytes, from the release until they are retracted.
CREATE TABLE outbox (
    review INTEGER PRIMARY KEY REFERENCES review (id),
    connection INTEGER NOT NULL,
    key BLOB NOT NULL,
    frozen BLOB NOT NULL,  -- canonical JSON, exactly as previewed
    UNIQUE (connection, key)
) STRICT;

-- The files that go with it, until they have arrived.
CREATE TABLE frozen_file (
    id INTEGER PRIMARY KEY,
    review INTEGER NOT NULL REFERENCES outbox (review) ON DELETE CASCADE,
    sha256 BLOB NOT NULL,
    UNIQUE (review, sha256)
) STRICT;
CREATE TABLE frozen_piece (
    file INTEGER NOT NULL REFERENCES frozen_file (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (file, sequence)
) STRICT;

-- Every transition, each row sealed to the one before.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    entry TEXT NOT NULL,  -- canonical JSON
    seal BLOB NOT NULL    -- SHA-256 of the previous seal and the entry
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit rows are never removed'); END;

-- Single values.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
