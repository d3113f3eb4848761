// Made from the command table (`OTOMO_WRITE_GEN=1 cargo test -p otomo-api`); edit the table instead.

/**
 * What a rule is about, as it is typed or chosen.
 */
export type AboutArgs = { "kind": "address", value: string, } | { "kind": "domain", value: string, } | { "kind": "list", value: string, } | { "kind": "subject", value: string, } | { "kind": "folder", value: string, } | { "kind": "contact", connection: number, record: RecordRef, } | { "kind": "company", connection: number, record: RecordRef, } | { "kind": "thread", value: MailKey, } | { "kind": "account", value: number, };

/**
 * A record at a connection.
 */
export type AboutRecord = { connection: ConnectionId, record: RecordRef, };

export type AccountArgs = { id: number, };

/**
 * Row number of an account in the ledger.
 */
export type AccountId = number;

/**
 * A new password, or a finished sign-in in its place.
 */
export type AccountSignInArgs = { id: number, password?: string, 
/**
 * What `accounts.authorise` gave.
 */
ticket?: number, };

/**
 * A connected mailbox.
 */
export type AccountView = { id: number, address: Address, source: Source, sign_in: SignIn, sending: Sending, role: RepRole | null, share_mode: ShareMode | null, sharing: Sharing, 
/**
 * How many more of its mails are asked about before the mode shares any by itself.
 */
practice_left: number, import_since: Timestamp | null, senders: Array<SenderAddress>, doing: DoingView, folders: Array<FolderView>, 
/**
 * When mail was last captured.
 */
captured_at: Timestamp | null, };

/**
 * The one button that helps.
 */
export type Action = "retry" | "wait" | "sign_in" | "sign_in_at_provider" | "compare_certificate" | "send_by_graph" | "make_app_password" | "edit_settings" | "ask_it" | "unlock" | "review" | "open_crm" | "free_space" | "update" | "none";

/**
 * An addr-spec (RFC 5322 §3.4.1), trimmed and lower-cased.
 *
 * Local parts are case-sensitive by the letter of the RFC, yet no provider treats them so, and a CRM never does.
 */
export type Address = string;

/**
 * What can be changed of an account without asking its server; what is left out stays.
 */
export type AdjustArgs = { id: number, role?: RepRole, share_mode?: ShareMode, 
/**
 * The server's names of the folders to capture; an empty list goes back to the inbox and what was sent.
 */
folders?: Array<string>, 
/**
 * Mail the server got before this time (ms) is left out; what is here stays. 0 takes all of it.
 */
import_since?: Timestamp, senders?: Array<SenderAddress>, 
/**
 * All of it: what is not in it takes its default.
 */
sharing?: Sharing, };

/**
 * What is to become of a matched mail that nobody has decided on.
 */
export type Advice = { "advice": "ask", because: Array<Ask>, } | { "advice": "share", by: Origin, level: Level | null, } | { "advice": "private", by: Origin, };

export type AfterView = { date: Timestamp, mail: number, };

/**
 * What holds from now on, said with a decision about one mail: for its other side, or its conversation.
 */
export type Always = "address" | "contact" | "company" | "domain" | "thread";

/**
 * Something that can be said of a mail's other side, with what it is called.
 */
export type AlwaysOption = { always: Always, 
/**
 * The address, the record's name, the domain; empty for the conversation.
 */
name: string, 
/**
 * Mail can be shared by it; else only kept private.
 */
shares: boolean, };

/**
 * An error as the outside gets it.
 */
export type ApiError = { code: Code, 
/**
 * What happened.
 */
message: Words, 
/**
 * What to do about it.
 */
hint: Words, action: Action, 
/**
 * For IT: the server's own words, a field's name. Never a secret, never a part of a mail.
 */
detail: string, 
/**
 * The certificate that was refused, where it is about one.
 */
certificate: CertificateInfo | null, };

/**
 * How a rep gets an app password; the words for each provider stand in the messages.
 */
export type AppPassword = { 
/**
 * The provider's key in the messages: `google`, `yahoo`, `icloud`, `lineworks`, …
 */
guide: string, 
/**
 * The page where it is made.
 */
page: string | null, };

/**
 * Why a mail waits for the rep. Those that ask in order to look closely come first.
 */
export type Ask = { "ask": "sensitive", kinds: Array<SensitiveKind>, } | { "ask": "new_participant", address: Address, } | { "ask": "many_records", count: number, } | { "ask": "twin" } | { "ask": "dubious" } | { "ask": "rule", id: number | null, } | { "ask": "automated", sign: Automated, } | { "ask": "past" } | { "ask": "unexamined" } | { "ask": "first_contact" } | { "ask": "practising" } | { "ask": "sent" } | { "ask": "mode", mode: ShareMode | null, };

/**
 * An attached or inline part that is not the body.
 */
export type Attachment = { 
/**
 * Which part of the parsed mail it is; the number [`crate::mail::Mail`]'s parser gave it.
 */
part: number, 
/**
 * The name as the sender gave it, unsafe for a file system.
 */
name: string, 
/**
 * Lower-case `type/subtype`.
 */
content_type: string, 
/**
 * Decoded size in bytes.
 */
size: number, 
/**
 * Digest of the decoded bytes.
 */
sha256: Digest, 
/**
 * Shown inside the body (`Content-Disposition: inline` or named by a `cid:`).
 */
inline: boolean, 
/**
 * Without angle brackets.
 */
content_id: string | null, };

/**
 * Which attachments go along where the rep doesn't choose them one by one.
 */
export type AttachmentRule = { "kind": "ask" } | { "kind": "never" } | { "kind": "up_to", 
/**
 * Bytes.
 */
size: number, 
/**
 * `type/subtype` or `type/*`; every kind where it is empty.
 */
types: Array<string>, };

/**
 * A sign-in in the browser. It opens by itself where a person sits at the program; its address is told as an event.
 */
export type AuthoriseArgs = { 
/**
 * `google`, `microsoft`, or the policy's name for another one.
 */
provider: string, purpose: Purpose, sends: boolean, 
/**
 * Whom the page should offer first, and whom the answer is held against.
 */
address?: string, 
/**
 * A number of the caller's choice: the address of the page is told under it, and `op.cancel` gives up.
 */
op: number, };

/**
 * A finished sign-in. It is kept in memory until an account takes it.
 */
export type AuthorisedView = { ticket: number, 
/**
 * Who signed in, by the provider's own word.
 */
address: Address | null, 
/**
 * False where somebody else signed in than was typed: to be asked, never kept silently.
 */
matches: boolean, 
/**
 * Permissions that were not given.
 */
missing: Array<string>, };

/**
 * A sign that a machine wrote a mail; the first that is found, in this order.
 */
export type Automated = "auto_submitted" | "bounce" | "mailing_list" | "bulk" | "calendar" | "no_reply" | "sign_in_notice";

export type CancelArgs = { op: number, };

/**
 * A record a mail may be logged to, with every reason.
 */
export type Candidate = { record: RecordRef, name: string, 
/**
 * The company it belongs to.
 */
company: RecordRef | null, reasons: Array<Reason>, };

/**
 * Whether the rep's mailbox is connected to the CRM itself, too, which then takes mail in without asking.
 */
export type Captures = "yes" | "no" | "unknown";

/**
 * What the rep says: is the mailbox connected to the CRM itself, too?
 */
export type CapturesArgs = { id: number, captures: Captures, };

/**
 * A certificate as a person compares it. What it says is the server's own word.
 */
export type CertificateInfo = { host: string, port: number, subject: string, issuer: string, 
/**
 * The host names it is made for, at most twenty.
 */
names: Array<string>, not_before: Timestamp, not_after: Timestamp, 
/**
 * SHA-256 of the whole certificate.
 */
sha256: Digest, 
/**
 * SHA-256 of its key (`SubjectPublicKeyInfo`): what an exception is made for.
 */
spki: Digest, 
/**
 * The name in it that an authority vouches for and the host's owner may well use, where only the name is wrong.
 */
usable_name: string | null, };

/**
 * Another server, user, way of signing in, or way of sending; what is left out stays.
 */
export type ChangeArgs = { id: number, protocol?: Protocol, endpoint?: Endpoint, user?: string, sending?: Sending, password?: string, ticket?: number, sending_password?: string, };

/**
 * What was looked at.
 */
export type CheckName = "policy_never_log" | "never_log" | "target" | "internal" | "automated" | "match" | "private_rule" | "private_thread" | "look" | "ask_rule" | "share_rule" | "mode";

/**
 * What the rep chose to share.
 */
export type Choice = { level: Level, 
/**
 * The records it is logged to; at least one.
 */
links: Array<RecordRef>, 
/**
 * Digests of the attachments that go along.
 */
attachments: Array<Digest>, 
/**
 * Older mail that is quoted goes along.
 */
quotes: boolean, 
/**
 * The signature goes along.
 */
signature: boolean, 
/**
 * What is blacked out, wherever it stands (see [`crate::redaction`]).
 */
redactions: Array<string>, };

export type ChosenFolder = { 
/**
 * `null` where the person chose none.
 */
path: string | null, };

/**
 * What went wrong. Each has its words under `error_<code>` and its way on under `error_<code>_hint`.
 */
export type Code = "host_unknown" | "connection_refused" | "timed_out" | "unreachable" | "private_unreachable" | "proxy_refused" | "connection_closed" | "tls_failed" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_wrong_name" | "certificate_unknown_issuer" | "certificate_revoked" | "certificate_invalid" | "certificate_key_changed" | "sign_in_denied" | "approval_needed" | "wrong_organisation" | "blocked_by_organisation" | "second_step_needed" | "sign_in_set_up_wrong" | "sign_in_expired" | "cloud_unsupported" | "provider_account_locked" | "provider_unavailable" | "permission_missing" | "protected_account" | "loopback_blocked" | "sign_in_timed_out" | "sign_in_mismatch" | "no_client" | "sign_in_protocol" | "starttls_missing" | "greeting_refused" | "sign_in_refused" | "app_password_needed" | "no_sign_in_method" | "mail_protocol" | "folder_gone" | "server_refused" | "files_unreadable" | "oauth_needed" | "mailbox_missing" | "protocol_disabled" | "too_many_connections" | "mailbox_full" | "uidl_missing" | "send_as_denied" | "relay_denied" | "smtp_auth_disabled" | "sending_refused" | "sending_unknown" | "crm_unavailable" | "crm_rate_limited" | "crm_outcome_unknown" | "crm_maybe_logged" | "crm_sign_in_needed" | "crm_clock_wrong" | "crm_forbidden" | "crm_not_found" | "crm_conflict" | "crm_too_large" | "crm_rejected" | "crm_attachment_missing" | "crm_unsupported" | "crm_protocol" | "crm_folder_unusable" | "crm_no_sender" | "key_store_missing" | "key_store_locked" | "key_store_broken" | "key_missing" | "passphrase_needed" | "passphrase_wrong" | "database_key_wrong" | "database_newer" | "database_damaged" | "database_failed" | "disk_full" | "home_in_use" | "home_unusable" | "policy_invalid" | "unknown_command" | "bad_arguments" | "no_such" | "conflict" | "preview_stale" | "not_possible_now" | "too_late" | "cannot_retract" | "policy_forbids" | "key_taken" | "already_connected" | "other_account" | "no_sender" | "no_link" | "unknown_attachment" | "cannot_redact" | "link_refused" | "file_not_saved" | "engine_stopped";

/**
 * How an account was doing.
 */
export type ConditionView = "in_step" | "waiting" | "needs_person" | "paused";

export type ConnectionArgs = { id: number, };

/**
 * Row number of a CRM connection in the ledger.
 */
export type ConnectionId = number;

/**
 * Whether a connection may send.
 */
export type ConnectionStatus = "active" | "paused" | "sign_in_needed";

/**
 * A connected CRM.
 */
export type ConnectionView = { id: number, kind: string, 
/**
 * What its kind is and can do; none where this version knows no such kind.
 */
info: ConnectorInfo | null, name: string, settings: Record<string, string>, status: ConnectionStatus, 
/**
 * How its contact index is doing.
 */
doing: DoingView, identity: IdentityView | null, 
/**
 * Contacts in the local index.
 */
contacts: number, refreshed_at: Timestamp | null, 
/**
 * What the rep said of the CRM's own capture.
 */
captures: Captures | null, 
/**
 * When the last mail was shared to it.
 */
shared_at: Timestamp | null, 
/**
 * Mail that is in it by Otomo.
 */
shared: number, 
/**
 * Mail on its way to it, or being taken back.
 */
moving: number, 
/**
 * Mail that needs the rep.
 */
failed: number, };

/**
 * A kind of CRM: what it asks for, what it can do, and what to call it.
 */
export type ConnectorInfo = { kind: string, name: Words, 
/**
 * What it is for, in a sentence.
 */
text: Words, 
/**
 * It has not been run against a live CRM of its kind yet.
 */
beta: boolean, fields: Array<Field>, retraction: Retraction, 
/**
 * A contact can be made from here.
 */
creates_contacts: boolean, 
/**
 * It can be searched from here.
 */
searches: boolean, 
/**
 * The rep signs in in the browser, once the form is filled in.
 */
browser: boolean, 
/**
 * The records that a logged mail belongs to can be exchanged.
 */
relinks: boolean, 
/**
 * Its own words for records, where they are not the usual ones.
 */
records: Array<RecordWords>, 
/**
 * What the rep must know before connecting.
 */
notices: Array<Words>, 
/**
 * What it means when the mailbox is connected to the CRM itself too; empty where it takes no mail in by itself.
 */
captures: Words, 
/**
 * Who in the CRM can grant what is missing; empty where nobody can be named.
 */
granted_by: Words, 
/**
 * What a check may remark, by its key.
 */
remarks: Array<Remark>, };

/**
 * A record with what is shown of it and the addresses it is found by.
 */
export type Contact = { record: RecordRef, name: string, 
/**
 * Primary address first.
 */
emails: Array<Address>, 
/**
 * The page of the record in the CRM.
 */
url: string | null, 
/**
 * The company it belongs to.
 */
parent: RecordRef | null, };

/**
 * The records of a CRM that a row is about, in brief.
 */
export type ContactBrief = { name: string, company: string | null, 
/**
 * Further records that matched.
 */
more: number, };

/**
 * Which weeks: so many, the current one last.
 */
export type CoverageArgs = { 
/**
 * 12 where it is left out, 104 at most.
 */
weeks?: number, };

/**
 * The same as a file.
 */
export type CoverageExportArgs = { weeks?: number, 
/**
 * In Japanese: the head of the table.
 */
japanese?: boolean, };

/**
 * What became of the mail of one account in one week, once for each connection, by the day it was decided on; what waits by the day it was written.
 */
export type CoverageRow = { 
/**
 * Monday, 0 o'clock on the wall (ms).
 */
week: Timestamp, 
/**
 * `null` for mail that is not in the cache any more.
 */
account: number | null, 
/**
 * The rep decided to share it.
 */
shared_by_rep: number, 
/**
 * It was shared by itself.
 */
shared_by_itself: number, private: number, failed: number, retracted: number, waiting: number, };

/**
 * A contact to make in the CRM. This tells the CRM its name and address: it is the rep's click that does it.
 */
export type CreateContactArgs = { connection: number, contact: NewContact, };

/**
 * A CRM to sign in to in the browser: one that is being set up, or (`id`) one that is connected.
 */
export type CrmAuthoriseArgs = { new?: NewConnectionArgs, id?: number, 
/**
 * The number by which `op.cancel` gives up.
 */
op: number, };

export type DecidedBy = "rep" | "by_itself";

/**
 * A decision, and how long it can be undone.
 */
export type DecidedView = { decision_id: number, items: Array<QueueRow>, release_at: Timestamp | null, };

/**
 * Something that the rep can do.
 */
export type Deed = "send_now" | "retry" | "cancel" | "say_logged" | "retract" | "relink";

/**
 * Something about a mail that is not as the RFCs want it. A defect never makes a mail unreadable.
 */
export type Defect = "unparsable" | "missing_message_id" | "repeated_message_id" | "missing_date" | "bad_date" | "missing_from" | "repeated_from" | "unlabelled_charset" | "unknown_charset" | "bad_encoding" | "broken_multipart" | "too_deep" | "nul_bytes";

/**
 * What was typed, as it was typed.
 */
export type DetectArgs = { address: string, 
/**
 * A number of the caller's choice: what each source says is told under it, and `op.cancel` stops the search.
 */
op?: number, };

/**
 * What was found about an address.
 */
export type Detected = { 
/**
 * The address as it will be used.
 */
address: Address, 
/**
 * What was typed had full-width or stray characters, and was put right.
 */
normalised: boolean, 
/**
 * `info@`, `sales@`, `support@` …: more than one person may read it.
 */
looks_shared: boolean, verdict: Verdict, };

/**
 * A SHA-256 digest.
 */
export type Digest = string;

/**
 * What an account or a connection is doing.
 */
export type DoingView = { "state": "starting" } | { "state": "working" } | { "state": "in_step" } | { "state": "waiting", error: ApiError, until: Timestamp, } | { "state": "needs_person", error: ApiError, } | { "state": "paused" };

/**
 * It has been done; there is nothing more to say.
 */
export type Done = { done: boolean, };

/**
 * Where a server listens.
 */
export type Endpoint = { host: string, port: number, security: Security, trust?: Trust, };

/**
 * Something that happened.
 */
export type Event = { "event": "changed", tags: Array<Tag>, } | { "event": "step", op: number, step: Step, outcome: StepOutcome, } | { "event": "finding", op: number, origin: SettingsOrigin, finding: Finding, } | { "event": "browse", op: number, url: string, } | { "event": "ended", op: number, code: string | null, };

/**
 * What of a mail a rule met.
 */
export type Evidence = { field: RuleField, 
/**
 * The value in that field, cut for showing.
 */
value: string, };

/**
 * Why a mail is not for the CRM.
 */
export type Exclusion = { "reason": "never_log", rule: Rule, evidence: Evidence, } | { "reason": "internal" } | { "reason": "automated", sign: Automated, } | { "reason": "not_a_target" };

/**
 * Writes the history to a new file in the person's downloads.
 */
export type ExportArgs = { format: ExportFormat, filter?: HistoryFilter, 
/**
 * In Japanese: the head of the table and its words.
 */
japanese?: boolean, };

export type ExportFormat = "csv" | "jsonl";

/**
 * What would become of a mail nobody decides on.
 */
export type Fate = "excluded" | "unmatched" | "asked" | "shared" | "kept_private";

export type FateChange = { from: Fate, to: Fate, count: number, };

/**
 * A setting the rep fills in; the form is drawn from these.
 */
export type Field = { 
/**
 * The key in the settings.
 */
name: string, kind: FieldKind, label: Words, 
/**
 * What helps to fill it in; may be empty.
 */
hint: Words, required: boolean, 
/**
 * What stands there at first.
 */
preset: string, };

/**
 * How a setting is filled in.
 */
export type FieldKind = "text" | "url" | "secret" | "folder";

/**
 * What one source said.
 */
export type Finding = { "outcome": "running" } | { "outcome": "found", detail: string, } | { "outcome": "nothing" } | { "outcome": "failed", detail: string, } | { "outcome": "stopped" };

/**
 * What a folder is for, by its SPECIAL-USE attribute (RFC 6154) or its name.
 */
export type FolderRole = "inbox" | "sent" | "drafts" | "junk" | "trash" | "archive" | "all" | "other";

export type FolderView = { name: string, role: FolderRole, captured_at: Timestamp | null, };

/**
 * A CRM that was removed, or is on its way out.
 */
export type FormerView = { id: number, kind: string, info: ConnectorInfo | null, name: string, stay: Stay, status: ConnectionStatus, 
/**
 * Mail that is still being sent or taken back.
 */
unsettled: number, 
/**
 * Mail that could not be taken back.
 */
failed: number, };

/**
 * A record of the index that fits what was typed.
 */
export type FoundContact = { 
/**
 * The name of the company it belongs to.
 */
company: string | null, record: RecordRef, name: string, 
/**
 * Primary address first.
 */
emails: Array<Address>, 
/**
 * The page of the record in the CRM.
 */
url: string | null, 
/**
 * The company it belongs to.
 */
parent: RecordRef | null, };

/**
 * A mailbox that another mail program of this computer is set up for.
 */
export type FoundHere = { address: Address, offer: Offer, };

/**
 * The last 24 hours of an account, oldest first. Between two spans the program was not running.
 */
export type HealthView = { since: Timestamp, until: Timestamp, spans: Array<SpanView>, 
/**
 * Mail of a POP3 server that was listed and gone before it could be fetched: another program takes it away.
 */
lost: number, 
/**
 * When that was last seen.
 */
lost_at: Timestamp | null, };

export type HistoryAfter = { changed_at: Timestamp, id: number, };

/**
 * A page of what was decided, newest first.
 */
export type HistoryArgs = { filter?: HistoryFilter, after?: HistoryAfter, 
/**
 * 100 where it is left out, 1,000 at most.
 */
limit?: number, };

/**
 * Which of it; what is left out filters nothing.
 */
export type HistoryFilter = { connection?: number, 
/**
 * Of logged, retracted, already_in_crm, remote_missing, private.
 */
states?: Array<State>, 
/**
 * Who decided.
 */
by?: DecidedBy, 
/**
 * Changed at or after this time (ms), and before that one.
 */
since?: Timestamp, until?: Timestamp, 
/**
 * Part of a subject, a name or an address, compared as a reader would.
 */
text?: string, };

export type HistoryPage = { rows: Array<QueueRow>, next: HistoryAfter | null, };

/**
 * Who may host a mailbox behind a gateway.
 */
export type Hosting = "google" | "microsoft" | "other";

/**
 * Who the CRM takes the rep for.
 */
export type IdentityView = { user_id: string, email: Address | null, name: string | null, 
/**
 * Whether a mail can be taken back.
 */
can_unlog: boolean, 
/**
 * Whether a contact can be made.
 */
can_create_contacts: boolean, max_attachment_bytes: number | null, 
/**
 * Keys of the kind's remarks: what the rep should know about this connection.
 */
remarks: Array<string>, };

/**
 * Mail that a rule keeps out, to be decided on all the same.
 */
export type IncludeArgs = { connection: number, items: Array<Item>, };

/**
 * A mail as the rep saw it.
 */
export type Item = { mail: number, expected_rev?: number, };

export type KeepPrivateArgs = { connection: number, items: Array<Item>, 
/**
 * The same from now on; undoing the decision takes it back, too.
 */
always?: Always, };

/**
 * Mail to put off until a time (ms).
 */
export type LaterArgs = { connection: number, items: Array<Item>, until: Timestamp, };

/**
 * What is not sent of a mail.
 */
export type LeftOut = { 
/**
 * Receivers whom nobody else knows of.
 */
bcc: Array<Person>, 
/**
 * Receivers who are blacked out.
 */
people: number, subject: boolean, body: boolean, 
/**
 * There is HTML, and only the text is sent.
 */
html: boolean, 
/**
 * Lines of older mail.
 */
quoted_lines: number, signature_lines: number, 
/**
 * How often something is blacked out of the text.
 */
redacted: number, 
/**
 * Names of the files that stay here.
 */
attachments: Array<string>, };

/**
 * How much of a mail is shared.
 */
export type Level = "metadata" | "subject" | "full";

/**
 * Whoever has this address is that record, whatever the CRM says of it.
 */
export type LinkArgs = { connection: number, address: Address, record: RecordRef, };

/**
 * A page of mail at a connection, newest first.
 */
export type ListArgs = { connection: number, 
/**
 * Only these; what waits for the rep where it is left out.
 */
states?: Array<State>, 
/**
 * Which of them; all but what was put off where it is left out.
 */
pile?: Pile, 
/**
 * Where the page before ended.
 */
after?: AfterView, 
/**
 * 100 where it is left out, 1,000 at most.
 */
limit?: number, };

/**
 * A mail as it stands at a connection.
 */
export type MailArgs = { connection: number, mail: number, };

/**
 * A mail to read; without a connection nothing is said about a CRM.
 */
export type MailGetArgs = { mail: number, connection?: number, };

/**
 * SHA-256 of the normalised Message-ID: the same for every rep and on every machine.
 */
export type MailKey = string;

/**
 * Mail of one account or of all, newest first.
 */
export type MailListArgs = { 
/**
 * The connection whose states and contacts are shown.
 */
connection?: number, account?: number, 
/**
 * Where the page before ended.
 */
after?: AfterView, 
/**
 * 100 where it is left out, 1,000 at most.
 */
limit?: number, };

/**
 * A page of mail, newest first.
 */
export type MailPage = { rows: Array<MailRowView>, 
/**
 * The next page's `after`; `null` at the end.
 */
next: AfterView | null, 
/**
 * How many rows there are on all pages.
 */
total: number, };

/**
 * A mail in a list. Where no CRM was asked about there is no connection, no state and no contact.
 */
export type MailRowView = { mail: number, account: number, connection: number | null, 
/**
 * Give it back with a decision: it fails if the row changed meanwhile.
 */
rev: number, state: State | null, date: Timestamp, 
/**
 * The other side: who wrote a received mail, the first receiver of a sent one.
 */
who: Person | null, 
/**
 * The rep wrote it.
 */
outgoing: boolean, contact: ContactBrief | null, subject: string, snippet: string, 
/**
 * Mail with the same number is one conversation.
 */
thread: number, attachments: number, release_at: Timestamp | null, 
/**
 * The rep put it off until then.
 */
snoozed_until: Timestamp | null, 
/**
 * Why it waits for the rep, the most urgent first.
 */
asks: Array<Ask>, };

/**
 * A mail to read.
 */
export type MailView = { message_id: string, date: Timestamp, subject: string, participants: Array<Participant>, attachments: Array<Attachment>, defects: Array<Defect>, text: string, 
/**
 * Sanitised. Show it only in a frame without scripts and network all the same.
 */
html: string | null, 
/**
 * The rep wrote it.
 */
outgoing: boolean, 
/**
 * How many things the HTML would have fetched from elsewhere.
 */
remote: number, 
/**
 * What the rep should look at before it leaves.
 */
sensitive: Array<SensitiveView>, };

/**
 * How much of the mail that is here is of people whom a CRM's contact index knows.
 */
export type MatchedView = { mails: number, matched: number, 
/**
 * How long it took to look (ms).
 */
milliseconds: number, };

/**
 * A mailbox to test or to connect. Without `endpoint` the company's preset for the address is used; with `path` it is a
 * folder of mail files, a Maildir, or an mbox file.
 */
export type NewAccountArgs = { address: string, protocol?: Protocol, endpoint?: Endpoint, 
/**
 * The name the server knows the rep by; the address where it is left out.
 */
user?: string, password?: string, 
/**
 * A finished sign-in in place of a password: what `accounts.authorise` gave.
 */
ticket?: number, path?: string, 
/**
 * The account only sends.
 */
send_only?: boolean, sending?: Sending, sending_password?: string, 
/**
 * Who signs in, where the mailbox is a shared one that the rep was given access to (Exchange: Full Access).
 */
delegate?: string, role?: RepRole, share_mode?: ShareMode, 
/**
 * Folders to capture, by the server's names; the inbox and what was sent where it is left out.
 */
folders?: Array<string>, 
/**
 * Mail the server got before this time (ms) is left out.
 */
import_since?: Timestamp, 
/**
 * A number of the caller's choice: steps are told under it, and `op.cancel` stops the test.
 */
op?: number, };

/**
 * A CRM to test or to connect. `settings` has the fields that the kind describes, `token` its secret one.
 */
export type NewConnectionArgs = { kind: string, 
/**
 * What the rep calls it; the kind's name where it is left out.
 */
name?: string, settings: Record<string, string>, token?: string, 
/**
 * What `crm.authorise` gave, for a kind that is signed in to in the browser.
 */
ticket?: number, };

/**
 * A contact that the rep wants to make in the CRM, as they confirmed it.
 */
export type NewContact = { name: string, email: Address, 
/**
 * The name of the company; may be empty.
 */
company: string, };

/**
 * A rule as a person makes it.
 */
export type NewRule = { about: AboutArgs, then: Then, 
/**
 * How much it lets go; as the account shares where it is left out.
 */
level?: Level, 
/**
 * It doesn't hold any more from then on (ms).
 */
expires_at?: Timestamp, reason?: string, };

/**
 * A command without arguments.
 */
export type Nothing = Record<symbol, never>;

/**
 * A way to connect.
 */
export type Offer = { 
/**
 * The service as people call it, where it is known.
 */
service: string | null, protocol: Protocol, 
/**
 * Where mail is received; `None` where only sending was found.
 */
receive: Endpoint | null, send: Endpoint | null, 
/**
 * The name the server wants.
 */
user: string, 
/**
 * The name the sending server wants, where it is another.
 */
send_user: string | null, sign_in: SignIn, 
/**
 * A password that the provider makes for mail programs is needed.
 */
app_password: AppPassword | null, origin: SettingsOrigin, 
/**
 * The servers are neither on the domain of the address nor on that of the hosts which take its mail, and nothing
 * but a page or the DNS says so: to be looked at before a password is typed (RFC 6186 §6).
 */
foreign: boolean, warning: Warning | null, 
/**
 * The policy fixed it: nothing can be changed.
 */
locked: boolean, };

export type OpenLinkArgs = { url: string, };

/**
 * Whose word something is; stored with every transition.
 */
export type Origin = { "by": "user" } | { "by": "rule", "id": number } | { "by": "policy" } | { "by": "mode", "id": number } | { "by": "thread" } | { "by": "engine" };

/**
 * A person in a role.
 */
export type Participant = { role: Role, address: Address, name: string, };

export type PathArgs = { path: string, };

/**
 * Somebody in a mail: an address, and the name that stood beside it (may be empty, is never matched on).
 */
export type Person = { address: Address, name: string, };

/**
 * Which of the mail that waits.
 */
export type Pile = "all" | "first" | "alert" | "later";

/**
 * The policy as it holds here.
 */
export type PolicyView = { 
/**
 * Why it can't be read; nothing is shared until it can.
 */
error: ApiError | null, 
/**
 * The grace period of a decision in seconds.
 */
grace_seconds: number, max_level: Level | null, 
/**
 * Domains whose mail servers are set already.
 */
preset_domains: Array<string>, 
/**
 * The mode that every account has.
 */
share_mode: ShareMode | null, 
/**
 * The least grace period in seconds.
 */
min_grace_seconds: number, 
/**
 * What may go along of attachments at most.
 */
attachments: AttachmentRule | null, 
/**
 * The history may be written to files.
 */
export_allowed: boolean, 
/**
 * Nobody may go without TLS.
 */
forbids_clear_text: boolean, 
/**
 * Nobody may go without TLS outside private networks.
 */
forbids_clear_text_outside: boolean, 
/**
 * Nobody may trust a certificate that the computer doesn't.
 */
forbids_certificate_exceptions: boolean, 
/**
 * Providers that this program can sign in at: those it has a client for.
 */
providers: Array<string>, };

/**
 * Exactly what would be sent, and what would not.
 */
export type Preview = { 
/**
 * The payload's bytes as text.
 */
payload: string, 
/**
 * Its digest; give it to `review.share` to share this and nothing else.
 */
sha256: Digest, rev: number, 
/**
 * The choice that holds, with every default filled in.
 */
choice: Choice, records: Array<RecordView>, 
/**
 * The subject and the text as they stand in the mail, for a comparison.
 */
original_subject: string, original_text: string, left_out: LeftOut, 
/**
 * What is sensitive in what would be sent.
 */
sensitive: Array<SensitiveView>, 
/**
 * Quotes go along, and the conversation has mail that is private or undecided.
 */
quotes_undecided: boolean, too_large: Array<TooLarge>, 
/**
 * How long the decision could be taken back, in seconds.
 */
grace_seconds: number, };

export type PreviewArgs = { connection: number, mail: number, wish?: WishArgs, };

export type Protocol = "imap" | "pop3";

/**
 * What the rep wants to do at a provider.
 */
export type Purpose = "imap" | "pop3" | "send_only";

export type QueueArgs = { id: number, };

/**
 * A mail that has been decided on, and how far it has come.
 */
export type QueueRow = { id: number, connection: number, key: MailKey, state: State, rev: number, 
/**
 * The mail's row in the cache; `null` while the mail is not there.
 */
mail: number | null, who: Person | null, outgoing: boolean, 
/**
 * The names of the records it goes to, as the local index has them.
 */
records: Array<string>, 
/**
 * The subject as it was sent, or as it stands in the mail.
 */
subject: string, choice: Choice | null, payload_sha256: Digest | null, release_at: Timestamp | null, 
/**
 * It will be taken back as soon as it has arrived.
 */
retract_after: boolean, 
/**
 * Give it to `review.undo` to take the decision back.
 */
decision_id: number | null, 
/**
 * Whose decision it is.
 */
origin: Origin | null, returned: Returned | null, attempt: number, next_attempt_at: Timestamp | null, error: ApiError | null, remote: RemoteMail | null, changed_at: Timestamp, 
/**
 * What the rep can do with it. Undoing its decision is `review.undo`'s.
 */
deeds: Array<Deed>, };

/**
 * Hours in which nothing goes by itself, by the clock on the wall.
 */
export type Quiet = { 
/**
 * Minutes after midnight at which it begins.
 */
from: number, 
/**
 * Minutes after midnight at which it ends; before `from` it lies in the next day.
 */
to: number, 
/**
 * Saturday and Sunday are quiet all day.
 */
weekends: boolean, };

/**
 * Why a record was proposed.
 */
export type Reason = { role: Role, address: Address, primary: boolean, };

/**
 * A record of a CRM.
 */
export type RecordRef = { type: RecordType, id: string, };

/**
 * What kind of record; the words of the contract (`RecordType`).
 */
export type RecordType = "contact" | "company" | "deal" | "lead" | "ticket" | "candidate" | "other";

/**
 * A record that a mail goes to.
 */
export type RecordView = { record: RecordRef, 
/**
 * As the local index has it; its number where it is not there.
 */
name: string, company: string | null, url: string | null, };

/**
 * What a CRM calls a type of record.
 */
export type RecordWords = { type: RecordType, words: Words, };

/**
 * Exchanges the records that a shared mail belongs to.
 */
export type RelinkArgs = { id: number, 
/**
 * All of them, as they are to be.
 */
links: Array<RecordRef>, };

/**
 * Something that a check may find out about a connection that works, and that the rep should know.
 */
export type Remark = { 
/**
 * As [`Identity::remarks`] names it.
 */
key: string, words: Words, };

/**
 * The mail as the CRM has it.
 */
export type RemoteMail = { id: string, 
/**
 * The page of the record.
 */
url: string | null, 
/**
 * The CRM had the key already: somebody else logged it, or an earlier attempt got through.
 */
already_known: boolean, };

/**
 * What becomes of an account that is removed.
 */
export type RemoveArgs = { id: number, 
/**
 * Removes the mail that only this account has from this computer; what was shared stays in the history.
 */
wipe: boolean, 
/**
 * Takes back what was shared of it.
 */
retract: boolean, };

/**
 * Removes a CRM.
 */
export type RemoveConnectionArgs = { id: number, 
/**
 * Takes back what was shared to it before it is forgotten.
 */
retract: boolean, };

export type RenameArgs = { id: number, name: string, };

/**
 * Who reads the mailbox; the wizard recommends a mode by it.
 */
export type RepRole = "rep" | "executive" | "shared_address";

/**
 * What becomes of a mail that is taken back.
 */
export type Retraction = "delete" | "recycle" | "none";

/**
 * Why a scheduled mail came back to the rep.
 */
export type Returned = "payload_changed" | "denied" | "mail_gone" | "key_taken" | "rule_changed";

/**
 * How much mail there is in each tab of the review desk.
 */
export type ReviewCounts = { all: number, first: number, alert: number, later: number, unmatched: number, excluded: number, };

/**
 * Where in a mail a person stands.
 */
export type Role = "from" | "sender" | "reply_to" | "to" | "cc" | "bcc";

/**
 * A rule. One without a number is a policy's.
 */
export type Rule = { id: number | null, then: Then, 
/**
 * How much it lets go; what the account says where it is left out.
 */
level: Level | null, 
/**
 * It doesn't hold any more from then on.
 */
expires_at: Timestamp | null, created_at: Timestamp, 
/**
 * Why it is there, in the words of whoever made it; may be empty.
 */
reason: string, } & ({ "kind": "address", "value": Address } | { "kind": "domain", "value": string } | { "kind": "contact", "value": AboutRecord } | { "kind": "company", "value": AboutRecord } | { "kind": "thread", "value": MailKey } | { "kind": "account", "value": AccountId } | { "kind": "list", "value": string } | { "kind": "subject", "value": string } | { "kind": "folder", "value": string });

/**
 * A rule that was added, and how to take that back.
 */
export type RuleAdded = { 
/**
 * Give it to `review.undo`: it brings back what the rule replaced. `null` where the same was said already.
 */
decision_id: number | null, rule: Rule, 
/**
 * What the record, the conversation or the account is called; `null` where the value says it.
 */
name: string | null, 
/**
 * It has ended.
 */
expired: boolean, };

export type RuleArgs = { id: number, };

/**
 * Where a rule met something.
 */
export type RuleField = "from" | "sender" | "reply_to" | "to" | "cc" | "bcc" | "record" | "company" | "subject" | "list" | "folder" | "thread" | "account" | "body" | "header";

/**
 * A rule; one without a number is a policy's.
 */
export type RuleView = { rule: Rule, 
/**
 * What the record, the conversation or the account is called; `null` where the value says it.
 */
name: string | null, 
/**
 * It has ended.
 */
expired: boolean, };

export type SaveAttachmentArgs = { mail: number, part: number, };

/**
 * A file that was written.
 */
export type SavedFile = { path: string, 
/**
 * Its name; an attachment's is the sender's, made safe.
 */
name: string, };

/**
 * Part of a name, of a company or of an address, in kanji, kana or Latin letters. Only this computer is asked, but by
 * `contacts.search_crm`, which tells the CRM what was typed.
 */
export type SearchArgs = { connection: number, text: string, };

/**
 * How the way to a server is protected.
 */
export type Security = "tls" | "start_tls" | "clear";

/**
 * An address that the rep may send from.
 */
export type SenderAddress = { address: Address, name: string, 
/**
 * The provider told it; others were typed by the rep.
 */
from_provider: boolean, };

/**
 * How an account sends.
 */
export type Sending = { "kind": "off" } | { "kind": "smtp", endpoint: Endpoint, auth: SmtpAuth, } | { "kind": "graph" };

/**
 * What the test of sending found.
 */
export type SendingView = { "state": "off" } | { "state": "ready" } | { "state": "failed", error: ApiError, };

/**
 * What kind of sensitive thing stands in a text.
 */
export type SensitiveKind = "card" | "my_number" | "bank_account" | "password" | "code" | "health";

/**
 * Something sensitive in a mail, as it stands there.
 */
export type SensitiveView = { kind: SensitiveKind, text: string, 
/**
 * It stands in the subject, else in the text.
 */
in_subject: boolean, };

/**
 * Where settings may come from, in the order in which they count.
 */
export type SettingsOrigin = "policy" | "known_domain" | "mx" | "tenant" | "autoconfig" | "ispdb" | "srv" | "guess" | "thunderbird";

export type ShareArgs = { connection: number, items: Array<Item>, wish?: WishArgs, 
/**
 * The digest of the preview the rep looked at.
 */
payload_sha256?: Digest, 
/**
 * The same from now on; undoing the decision takes it back, too.
 */
always?: Always, };

/**
 * What becomes of mail from people the CRM knows, in the words of the wizard.
 */
export type ShareMode = "share" | "ask_once" | "manual";

/**
 * What the rep chose for sharing an account's mail, besides its mode.
 */
export type Sharing = { 
/**
 * How long a decision of the rep can be taken back, in seconds; see [`GRACE_BOUNDS`].
 */
grace: number, 
/**
 * How long mail that goes by itself waits, in seconds.
 */
grace_auto: number, 
/**
 * When nothing goes by itself.
 */
quiet: Quiet | null, level: Level, attachments: AttachmentRule, 
/**
 * Older mail that is quoted goes along.
 */
quotes: boolean, 
/**
 * The signature goes along.
 */
signature: boolean, 
/**
 * Mail that the rep sent goes by itself, too.
 */
sent_too: boolean, 
/**
 * The rep ended the time in which every mail is asked about.
 */
practised: boolean, 
/**
 * The connections it is shared to; every one where it is left out.
 */
targets: Array<ConnectionId> | null, };

/**
 * How the rep proves who they are, to the server that receives and to the one that sends.
 */
export type SignIn = { "kind": "password" } | { "kind": "oauth", provider: string, };

export type SignInArgs = { id: number, token?: string, 
/**
 * What `crm.authorise` gave.
 */
ticket?: number, };

/**
 * What would become of the mail of the last days if a rule were added, or, with `without`, if that one were removed.
 */
export type SimulateArgs = { connection: number, rule?: NewRule, without?: number, 
/**
 * 90 where it is left out.
 */
days?: number, };

/**
 * The outcome of a simulation.
 */
export type Simulated = { days: number, 
/**
 * How much mail was looked at.
 */
looked_at: number, 
/**
 * How much of it the rule is about.
 */
matched: number, changes: Array<FateChange>, 
/**
 * Some of the mail whose fate changes, newest first, at most 20.
 */
examples: Array<MailRowView>, 
/**
 * It is about nearly everything: at least nine mails in ten, of at least twenty.
 */
nearly_everything: boolean, };

/**
 * With what an account signs in to its submission server.
 */
export type SmtpAuth = { "with": "mailbox" } | { "with": "own", user: string, } | { "with": "nothing" };

/**
 * Where an account's mail comes from.
 */
export type Source = { "kind": "imap", endpoint: Endpoint, user: string, } | { "kind": "pop3", endpoint: Endpoint, user: string, } | { "kind": "files", path: string, } | { "kind": "nothing" };

/**
 * A stretch of time in which nothing changed.
 */
export type SpanView = { since: Timestamp, until: Timestamp, condition: ConditionView, 
/**
 * What went wrong; its words are those of the code.
 */
code: Code | null, };

/**
 * The answer of a command that takes long.
 */
export type Started = { op: number, };

/**
 * Where a mail stands at a connection.
 */
export type State = "excluded" | "unmatched" | "pending" | "private" | "scheduled" | "queued" | "uploading" | "verifying" | "logged" | "failed_retry" | "failed_perm" | "retract_queued" | "retracting" | "retracted" | "retract_failed" | "already_in_crm" | "remote_missing";

/**
 * How the program is doing.
 */
export type Status = { version: string, 
/**
 * The data folder.
 */
home: string, accounts: number, connections: number, 
/**
 * Mail in the cache.
 */
mails: number, 
/**
 * Mail that waits for the rep, over all connections.
 */
waiting: number, scheduled: number, logged: number, 
/**
 * Mail that a CRM refused.
 */
needs_attention: number, 
/**
 * False while the policy file cannot be read.
 */
sharing_allowed: boolean, 
/**
 * This is the sample data, of which nothing is kept.
 */
sample: boolean, };

/**
 * Whether a connection stays, and how it goes.
 */
export type Stay = "connected" | "settling" | "retracting" | "gone";

/**
 * A step of a mailbox test, in this order.
 */
export type Step = "name" | "connect" | "certificate" | "sign_in" | "inbox" | "folders" | "send_server" | "send_sign_in" | "send_as";

/**
 * How a step came out. `detail` is for IT, in no particular language: a host, a port, a TLS version, a count.
 */
export type StepOutcome = { "outcome": "running" } | { "outcome": "passed", detail: string, } | { "outcome": "failed", error: ApiError, };

/**
 * How much is in a folder.
 */
export type Survey = { messages: number, 
/**
 * What all of them take on the server; `None` where it doesn't tell (RFC 8438).
 */
bytes: number | null, 
/**
 * How many came since each of the times asked about.
 */
since: Array<number>, 
/**
 * When the oldest one came.
 */
oldest: Timestamp | null, };

/**
 * A mailbox to look through before it is connected.
 */
export type SurveyArgs = { account: NewAccountArgs, 
/**
 * Times (ms) to count from.
 */
since: Array<Timestamp>, };

/**
 * How much is in a folder.
 */
export type SurveyRow = { name: string, role: FolderRole, 
/**
 * `null` where the server doesn't tell without being read.
 */
survey: Survey | null, };

/**
 * Which account to look at; all of them where it is left out.
 */
export type SyncArgs = { account?: number, };

/**
 * A piece of the picture that a view may show.
 */
export type Tag = "accounts" | "connections" | "contacts" | "mail" | "review" | "queue" | "history" | "rules";

/**
 * What a test of a mailbox found.
 */
export type Tested = { folders: Array<FolderView>, 
/**
 * Messages in the inbox.
 */
inbox: number, sending: SendingView, };

/**
 * What a rule says, from the strictest to the laxest.
 */
export type Then = "never_log" | "internal" | "private" | "ask" | "share";

/**
 * A finished sign-in; it waits for `crm.test`, `crm.connect` or `crm.sign_in`.
 */
export type Ticket = { ticket: number, };

/**
 * Milliseconds since 1970-01-01T00:00:00Z.
 */
export type Timestamp = number;

/**
 * Something that is larger than the CRM takes, in bytes.
 */
export type TooLarge = { 
/**
 * The file; `null` for the text.
 */
name: string | null, size: number, most: number, };

/**
 * One transition of a mail.
 */
export type TraceRow = { 
/**
 * Its row in the audit trace.
 */
seq: number, at: Timestamp, act: string, from: State, to: State, origin: Origin, };

/**
 * What the rules and the index say of a mail nobody has decided on. Kept with the mail, made anew when they change.
 */
export type Triage = { "triage": "excluded", why: Exclusion, } | { "triage": "unmatched" } | { "triage": "matched" };

/**
 * Whom a server has to prove to be.
 */
export type Trust = { "by": "authority" } | { "by": "name", name: string, } | { "by": "key", spki: Digest, };

export type UndoArgs = { decision_id: number, };

export type UnlinkArgs = { connection: number, address: Address, };

export type UnlockArgs = { passphrase: string, };

/**
 * Why a mailbox can't be connected; each has its own sentence.
 */
export type Unsupported = "microsoft_government" | "microsoft_china" | "proton_without_bridge" | "forwarder_only" | "no_mailbox" | "null_mx" | "own_app_only";

/**
 * What to do next.
 */
export type Verdict = { "kind": "offers", offers: Array<Offer>, } | { "kind": "ask", gateway: string, likely: Hosting | null, offers: Array<Offer>, } | { "kind": "unsupported", why: Unsupported, } | { "kind": "manual", guess: Offer | null, } | { "kind": "offline" };

/**
 * What a check of the trace found.
 */
export type Verified = { rows: number, intact: boolean, 
/**
 * The first row that does not fit the one before it.
 */
broken_at: number | null, 
/**
 * The last seal. Keep it elsewhere: a trace that was written anew has another.
 */
head: Digest, };

/**
 * What a rep should know before connecting.
 */
export type Warning = "work_mail_ends" | "enable_imap_first" | "hoster_certificate" | "no_client" | "clear_text";

/**
 * Why a mail is where it is.
 */
export type Why = { state: State, triage: Triage, 
/**
 * What is to become of it while nobody decides.
 */
advice: Advice, candidates: Array<Candidate>, 
/**
 * Everything that was looked at, in order.
 */
steps: Array<WhyStep>, 
/**
 * Whose decision stands, if one does.
 */
origin: Origin | null, 
/**
 * Why it came back after a decision.
 */
returned: Returned | null, snoozed_until: Timestamp | null, 
/**
 * The rep may decide on it although a rule keeps it out.
 */
can_include: boolean, 
/**
 * What the rep can say of its other side from now on; for sharing, [`AlwaysOption::shares`] must be true.
 */
always: Array<AlwaysOption>, 
/**
 * When the contact index was last refreshed.
 */
index_refreshed_at: Timestamp | null, 
/**
 * How many contacts it has.
 */
index_size: number, };

/**
 * One check, in the order in which they are made.
 */
export type WhyStep = { check: CheckName, 
/**
 * Whether it has something to say of this mail.
 */
applies: boolean, 
/**
 * Whether its word was the one that counted.
 */
wins: boolean, rule: Rule | null, evidence: Evidence | null, };

/**
 * What the rep wants to share of a mail; what is left out takes its default.
 */
export type WishArgs = { level?: Level, 
/**
 * The records it is logged to; everybody who matched where it is left out.
 */
links?: Array<RecordRef>, 
/**
 * Digests of the attachments that go along; as the account shares where it is left out.
 */
attachments?: Array<Digest>, 
/**
 * Whether older mail that is quoted goes along.
 */
quotes?: boolean, 
/**
 * Whether the signature goes along.
 */
signature?: boolean, 
/**
 * What is blacked out, wherever it stands.
 */
redactions?: Array<string>, };

/**
 * A sentence in both languages.
 */
export type Words = { en: string, ja: string, };

/** Every command with the types of its argument and its answer. */
export type Commands = {
  "app.status": { args: Nothing; answer: Status };
  "app.unlock": { args: UnlockArgs; answer: Done };
  "app.open_sample": { args: Nothing; answer: Done };
  "app.close_sample": { args: Nothing; answer: Done };
  "app.choose_folder": { args: Nothing; answer: ChosenFolder };
  "app.open_link": { args: OpenLinkArgs; answer: Done };
  "app.reveal": { args: PathArgs; answer: Done };
  "accounts.list": { args: Nothing; answer: Array<AccountView> };
  "accounts.health": { args: AccountArgs; answer: HealthView };
  "accounts.found_here": { args: Nothing; answer: Array<FoundHere> };
  "accounts.detect": { args: DetectArgs; answer: Detected };
  "accounts.authorise": { args: AuthoriseArgs; answer: AuthorisedView };
  "accounts.test": { args: NewAccountArgs; answer: Tested };
  "accounts.survey": { args: SurveyArgs; answer: Array<SurveyRow> };
  "accounts.add": { args: NewAccountArgs; answer: AccountView };
  "accounts.sign_in": { args: AccountSignInArgs; answer: AccountView };
  "accounts.change": { args: ChangeArgs; answer: AccountView };
  "accounts.adjust": { args: AdjustArgs; answer: AccountView };
  "accounts.remove": { args: RemoveArgs; answer: Done };
  "accounts.send_test": { args: AccountArgs; answer: Done };
  "accounts.refresh_senders": { args: AccountArgs; answer: AccountView };
  "accounts.pause": { args: AccountArgs; answer: AccountView };
  "accounts.resume": { args: AccountArgs; answer: AccountView };
  "mail.sync": { args: SyncArgs; answer: Started };
  "mail.list": { args: MailListArgs; answer: MailPage };
  "mail.get": { args: MailGetArgs; answer: MailView };
  "mail.save_attachment": { args: SaveAttachmentArgs; answer: SavedFile };
  "review.list": { args: ListArgs; answer: MailPage };
  "review.counts": { args: ConnectionArgs; answer: ReviewCounts };
  "review.preview": { args: PreviewArgs; answer: Preview };
  "review.why": { args: MailArgs; answer: Why };
  "review.share": { args: ShareArgs; answer: DecidedView };
  "review.keep_private": { args: KeepPrivateArgs; answer: DecidedView };
  "review.later": { args: LaterArgs; answer: DecidedView };
  "review.include": { args: IncludeArgs; answer: DecidedView };
  "review.undo": { args: UndoArgs; answer: Array<QueueRow> };
  "rules.list": { args: Nothing; answer: Array<RuleView> };
  "rules.add": { args: NewRule; answer: RuleAdded };
  "rules.remove": { args: RuleArgs; answer: Done };
  "rules.simulate": { args: SimulateArgs; answer: Simulated };
  "queue.list": { args: Nothing; answer: Array<QueueRow> };
  "queue.send_now": { args: QueueArgs; answer: QueueRow };
  "queue.retry": { args: QueueArgs; answer: QueueRow };
  "queue.cancel": { args: QueueArgs; answer: QueueRow };
  "queue.say_logged": { args: QueueArgs; answer: QueueRow };
  "history.list": { args: HistoryArgs; answer: HistoryPage };
  "history.retract": { args: QueueArgs; answer: QueueRow };
  "history.relink": { args: RelinkArgs; answer: QueueRow };
  "history.trace": { args: QueueArgs; answer: Array<TraceRow> };
  "history.export": { args: ExportArgs; answer: SavedFile };
  "stats.coverage": { args: CoverageArgs; answer: Array<CoverageRow> };
  "stats.matching": { args: ConnectionArgs; answer: MatchedView };
  "stats.export": { args: CoverageExportArgs; answer: SavedFile };
  "audit.verify": { args: Nothing; answer: Verified };
  "audit.export": { args: Nothing; answer: SavedFile };
  "crm.kinds": { args: Nothing; answer: Array<ConnectorInfo> };
  "crm.list": { args: Nothing; answer: Array<ConnectionView> };
  "crm.former": { args: Nothing; answer: Array<FormerView> };
  "crm.test": { args: NewConnectionArgs; answer: IdentityView };
  "crm.authorise": { args: CrmAuthoriseArgs; answer: Ticket };
  "crm.connect": { args: NewConnectionArgs; answer: ConnectionView };
  "crm.sign_in": { args: SignInArgs; answer: ConnectionView };
  "crm.rename": { args: RenameArgs; answer: ConnectionView };
  "crm.say_captures": { args: CapturesArgs; answer: ConnectionView };
  "crm.remove": { args: RemoveConnectionArgs; answer: Done };
  "crm.refresh": { args: ConnectionArgs; answer: Started };
  "crm.pause": { args: ConnectionArgs; answer: ConnectionView };
  "crm.resume": { args: ConnectionArgs; answer: ConnectionView };
  "contacts.search": { args: SearchArgs; answer: Array<FoundContact> };
  "contacts.search_crm": { args: SearchArgs; answer: Array<FoundContact> };
  "contacts.link": { args: LinkArgs; answer: Done };
  "contacts.unlink": { args: UnlinkArgs; answer: Done };
  "contacts.create": { args: CreateContactArgs; answer: Contact };
  "policy.get": { args: Nothing; answer: PolicyView };
  "op.cancel": { args: CancelArgs; answer: Done };
};

/** Queries name the tags they are cached under, commands the tags they make stale. */
export const commands: Record<keyof Commands, { query: boolean; tags: Tag[] }> = {
  "app.status": { query: true, tags: ["accounts","connections","review","queue"] },
  "app.unlock": { query: false, tags: ["accounts","connections","review","queue"] },
  "app.open_sample": { query: false, tags: ["accounts","connections","contacts","mail","review","queue","history","rules"] },
  "app.close_sample": { query: false, tags: ["accounts","connections","contacts","mail","review","queue","history","rules"] },
  "app.choose_folder": { query: false, tags: [] },
  "app.open_link": { query: false, tags: [] },
  "app.reveal": { query: false, tags: [] },
  "accounts.list": { query: true, tags: ["accounts"] },
  "accounts.health": { query: true, tags: ["accounts"] },
  "accounts.found_here": { query: true, tags: ["accounts"] },
  "accounts.detect": { query: false, tags: [] },
  "accounts.authorise": { query: false, tags: [] },
  "accounts.test": { query: false, tags: [] },
  "accounts.survey": { query: false, tags: [] },
  "accounts.add": { query: false, tags: ["accounts","mail"] },
  "accounts.sign_in": { query: false, tags: ["accounts"] },
  "accounts.change": { query: false, tags: ["accounts"] },
  "accounts.adjust": { query: false, tags: ["accounts"] },
  "accounts.remove": { query: false, tags: ["accounts","mail","review","queue"] },
  "accounts.send_test": { query: false, tags: [] },
  "accounts.refresh_senders": { query: false, tags: ["accounts"] },
  "accounts.pause": { query: false, tags: ["accounts"] },
  "accounts.resume": { query: false, tags: ["accounts"] },
  "mail.sync": { query: false, tags: ["mail"] },
  "mail.list": { query: true, tags: ["mail","review"] },
  "mail.get": { query: true, tags: ["mail"] },
  "mail.save_attachment": { query: false, tags: [] },
  "review.list": { query: true, tags: ["review"] },
  "review.counts": { query: true, tags: ["review"] },
  "review.preview": { query: true, tags: ["review"] },
  "review.why": { query: true, tags: ["review"] },
  "review.share": { query: false, tags: ["review","queue","rules"] },
  "review.keep_private": { query: false, tags: ["review","queue","rules"] },
  "review.later": { query: false, tags: ["review"] },
  "review.include": { query: false, tags: ["review"] },
  "review.undo": { query: false, tags: ["review","queue","rules"] },
  "rules.list": { query: true, tags: ["rules"] },
  "rules.add": { query: false, tags: ["rules","review"] },
  "rules.remove": { query: false, tags: ["rules","review"] },
  "rules.simulate": { query: true, tags: ["rules","review","mail"] },
  "queue.list": { query: true, tags: ["queue"] },
  "queue.send_now": { query: false, tags: ["queue"] },
  "queue.retry": { query: false, tags: ["queue"] },
  "queue.cancel": { query: false, tags: ["queue","review"] },
  "queue.say_logged": { query: false, tags: ["queue","history","review"] },
  "history.list": { query: true, tags: ["history"] },
  "history.retract": { query: false, tags: ["history","queue"] },
  "history.relink": { query: false, tags: ["history","review"] },
  "history.trace": { query: true, tags: ["history"] },
  "history.export": { query: false, tags: [] },
  "stats.coverage": { query: true, tags: ["history","review","queue"] },
  "stats.matching": { query: true, tags: ["contacts","mail"] },
  "stats.export": { query: false, tags: [] },
  "audit.verify": { query: true, tags: ["history"] },
  "audit.export": { query: false, tags: [] },
  "crm.kinds": { query: true, tags: [] },
  "crm.list": { query: true, tags: ["connections","contacts","queue"] },
  "crm.former": { query: true, tags: ["connections","queue"] },
  "crm.test": { query: false, tags: [] },
  "crm.authorise": { query: false, tags: [] },
  "crm.connect": { query: false, tags: ["connections","contacts"] },
  "crm.sign_in": { query: false, tags: ["connections","queue"] },
  "crm.rename": { query: false, tags: ["connections"] },
  "crm.say_captures": { query: false, tags: ["connections"] },
  "crm.remove": { query: false, tags: ["connections","contacts","mail","review","queue","history","rules"] },
  "crm.refresh": { query: false, tags: ["contacts","review"] },
  "crm.pause": { query: false, tags: ["connections","queue"] },
  "crm.resume": { query: false, tags: ["connections","queue"] },
  "contacts.search": { query: true, tags: ["contacts"] },
  "contacts.search_crm": { query: false, tags: [] },
  "contacts.link": { query: false, tags: ["contacts","review"] },
  "contacts.unlink": { query: false, tags: ["contacts","review"] },
  "contacts.create": { query: false, tags: ["contacts","review"] },
  "policy.get": { query: true, tags: [] },
  "op.cancel": { query: false, tags: [] },
};
