-- cache.db: what can be fetched again. synchronous=NORMAL; the cursor commits with the mail it passes.

-- A captured folder and its cursor: UIDs low..high are here.
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,  -- ledger account.id
    name TEXT NOT NULL,        -- the server's spelling
    role TEXT NOT NULL,
    uid_validity INTEGER,      -- NULL = never fetched
    low INTEGER,
    high INTEGER,
    captured_at INTEGER,       -- last captured
    UNIQUE (account, name)
) STRICT;

-- A mail, wherever it lies.
CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    content BLOB NOT NULL,
    message_id TEXT NOT NULL,
    refs TEXT NOT NULL,     -- JSON array, oldest first
    in_reply_to TEXT,
    thread INTEGER NOT NULL,
    date INTEGER NOT NULL,  -- ms
    subject TEXT NOT NULL,
    snippet TEXT NOT NULL,
    defects TEXT NOT NULL,  -- JSON array
    size INTEGER NOT NULL,
    raw INTEGER NOT NULL,   -- its bytes, see raw
    marks TEXT,             -- JSON: list, who wrote it, what is sensitive; NULL = not looked at
    UNIQUE (key, content)
) STRICT;
CREATE INDEX mail_date ON mail (date);
CREATE INDEX mail_thread ON mail (thread);

-- Where it lies on the server.
CREATE TABLE copy (
    folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_mail ON copy (mail);

-- The folders it has been seen in, for as long as it is here.
CREATE TABLE place (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    account INTEGER NOT NULL,      -- ledger account.id
    folder TEXT NOT NULL,          -- the server's spelling
    received_at INTEGER NOT NULL,  -- INTERNALDATE, ms; the earliest
    PRIMARY KEY (mail, account, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_folder ON place (folder);

-- The accounts it came to, for as long as it is here.
CREATE TABLE mail_account (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    account INTEGER NOT NULL,  -- ledger account.id
    date INTEGER NOT NULL,     -- mail.date
    PRIMARY KEY (mail, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_account_page ON mail_account (account, date, mail);

-- Everybody in the header.
CREATE TABLE participant (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (mail, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_address ON participant (address, mail);

-- Its files, without their bytes.
CREATE TABLE attachment (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    inline INTEGER NOT NULL,
    content_id TEXT,
    PRIMARY KEY (mail, part)
) STRICT, WITHOUT ROWID;

-- The bytes from the server in pieces; id = mail.raw << 16 | sequence.
CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
-- Large mail still arriving: a crash leaves a row here.
CREATE TABLE arriving (
    raw INTEGER PRIMARY KEY
) STRICT;

-- Which conversation a Message-ID belongs to.
CREATE TABLE thread_member (
    message BLOB PRIMARY KEY,  -- first 16 bytes of its SHA-256
    thread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_member_thread ON thread_member (thread);

-- The CRM's contact index.
CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    parent TEXT,                  -- JSON record
    generation INTEGER NOT NULL,  -- the full listing it was last seen in
    search TEXT NOT NULL DEFAULT '', -- name and addresses, folded; '' = not made yet
    UNIQUE (connection, kind, record)
) STRICT;
CREATE INDEX contact_unsearchable ON contact (connection) WHERE search = '';
CREATE TABLE contact_address (
    address TEXT NOT NULL,
    contact INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,  -- 0 = primary
    PRIMARY KEY (address, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_address_contact ON contact_address (contact);
CREATE TABLE feed (
    connection INTEGER PRIMARY KEY,
    cursor TEXT NOT NULL,
    generation INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
) STRICT;

-- What rules and index say of a mail at a connection.
CREATE TABLE triage (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    verdict TEXT NOT NULL,     -- excluded, unmatched, matched
    triage TEXT NOT NULL,      -- JSON with the reason
    candidates TEXT NOT NULL,  -- JSON: records and why
    advice TEXT NOT NULL DEFAULT '{"advice":"ask","because":[]}', -- JSON: who decides, and why
    first INTEGER NOT NULL DEFAULT 0, -- asked because nobody in it is known yet
    alert INTEGER NOT NULL DEFAULT 0, -- asked because something has to be looked at
    auto INTEGER NOT NULL DEFAULT 0,  -- it would go, or stay, by itself
    PRIMARY KEY (mail, connection)
) STRICT, WITHOUT ROWID;

-- The state each mail shows at a connection, sorted for the lists: made from triage and ledger.review.
CREATE TABLE desk (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    state TEXT NOT NULL,
    date INTEGER NOT NULL,  -- mail.date
    later INTEGER NOT NULL, -- put off by the rep
    first INTEGER NOT NULL, -- these three as in triage, and only while it waits
    alert INTEGER NOT NULL,
    auto INTEGER NOT NULL,  -- and nobody has touched it
    PRIMARY KEY (mail, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_page ON desk (connection, state, later, date, mail);
CREATE INDEX desk_first ON desk (connection, later, date, mail) WHERE first = 1;
CREATE INDEX desk_alert ON desk (connection, later, date, mail) WHERE alert = 1;
CREATE INDEX desk_auto ON desk (connection, mail) WHERE auto = 1;
-- The last ledger.review.change that it knows; one row.
CREATE TABLE desk_mark (
    change INTEGER NOT NULL
) STRICT;

-- How much mail lies in each of the desk's piles; kept by the triggers.
CREATE TABLE desk_tally (
    connection INTEGER NOT NULL,
    state TEXT NOT NULL,
    later INTEGER NOT NULL,
    first INTEGER NOT NULL,
    alert INTEGER NOT NULL,
    mails INTEGER NOT NULL, -- 0 where a pile was emptied
    PRIMARY KEY (connection, state, later, first, alert)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER desk_tally_in AFTER INSERT ON desk BEGIN
    INSERT INTO desk_tally VALUES (new.connection, new.state, new.later, new.first, new.alert, 1)
        ON CONFLICT DO UPDATE SET mails = mails + 1;
END;
CREATE TRIGGER desk_tally_out AFTER DELETE ON desk BEGIN
    UPDATE desk_tally SET mails = mails - 1
        WHERE (connection, state, later, first, alert) = (old.connection, old.state, old.later, old.first, old.alert);
END;
CREATE TRIGGER desk_tally_moved AFTER UPDATE OF state, later, first, alert ON desk
    WHEN (old.state, old.later, old.first, old.alert) IS NOT (new.state, new.later, new.first, new.alert) BEGIN
    UPDATE desk_tally SET mails = mails - 1
        WHERE (connection, state, later, first, alert) = (old.connection, old.state, old.later, old.first, old.alert);
    INSERT INTO desk_tally VALUES (new.connection, new.state, new.later, new.first, new.alert, 1)
        ON CONFLICT DO UPDATE SET mails = mails + 1;
END;

-- How an account has been doing, for two days. Between two spans the program was not running.
CREATE TABLE health (
    account INTEGER NOT NULL,  -- ledger account.id
    since INTEGER NOT NULL,    -- ms
    until INTEGER NOT NULL,    -- ms
    condition TEXT NOT NULL,
    fault TEXT NOT NULL,       -- JSON: what failed; empty where nothing did
    PRIMARY KEY (account, since)
) STRICT, WITHOUT ROWID;

-- The numbers of a POP3 mailbox's messages.
CREATE TABLE uidl_book (
    folder INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    validity INTEGER NOT NULL,        -- when it was begun, s
    next INTEGER NOT NULL,            -- the next uid
    lost INTEGER NOT NULL DEFAULT 0,  -- messages gone before they were fetched
    lost_at INTEGER                   -- the last of them, ms
) STRICT;
-- The messages that the server had the last time.
CREATE TABLE uidl (
    folder INTEGER NOT NULL REFERENCES uidl_book (folder) ON DELETE CASCADE,
    unique_id TEXT NOT NULL,            -- RFC 1939 UIDL
    uid INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0,  -- not there when it was fetched
    PRIMARY KEY (folder, unique_id)
) STRICT, WITHOUT ROWID;

-- When this cache was begun; one row. Mail from before is past mail.
CREATE TABLE born (
    at INTEGER NOT NULL  -- ms
) STRICT;
