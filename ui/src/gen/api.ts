// Made from the command table (`OTOMO_WRITE_GEN=1 cargo test -p otomo-api`); edit the table instead.

export type AccountArgs = { id: number, };

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
export type AccountView = { id: number, address: Address, source: Source, sign_in: SignIn, sending: Sending, role: RepRole | null, share_mode: ShareMode | null, import_since: Timestamp | null, senders: Array<SenderAddress>, doing: DoingView, folders: Array<FolderView>, 
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
import_since?: Timestamp, senders?: Array<SenderAddress>, };

export type AfterView = { date: Timestamp, mail: number, };

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

export type CancelArgs = { op: number, };

/**
 * A record a mail may be logged to, with every reason.
 */
export type Candidate = { record: RecordRef, name: string, reasons: Array<Reason>, };

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
attachments: Array<Digest>, };

export type ChosenFolder = { 
/**
 * `null` where the person chose none.
 */
path: string | null, };

/**
 * What went wrong. Each has its words under `error_<code>` and its way on under `error_<code>_hint`.
 */
export type Code = "host_unknown" | "connection_refused" | "timed_out" | "unreachable" | "private_unreachable" | "connection_closed" | "tls_failed" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_wrong_name" | "certificate_unknown_issuer" | "certificate_revoked" | "certificate_invalid" | "certificate_key_changed" | "sign_in_denied" | "approval_needed" | "wrong_organisation" | "blocked_by_organisation" | "second_step_needed" | "sign_in_set_up_wrong" | "sign_in_expired" | "cloud_unsupported" | "provider_account_locked" | "provider_unavailable" | "permission_missing" | "protected_account" | "loopback_blocked" | "sign_in_timed_out" | "sign_in_mismatch" | "no_client" | "sign_in_protocol" | "starttls_missing" | "greeting_refused" | "sign_in_refused" | "app_password_needed" | "no_sign_in_method" | "mail_protocol" | "folder_gone" | "server_refused" | "files_unreadable" | "oauth_needed" | "mailbox_missing" | "protocol_disabled" | "too_many_connections" | "mailbox_full" | "uidl_missing" | "send_as_denied" | "relay_denied" | "smtp_auth_disabled" | "sending_refused" | "sending_unknown" | "crm_unavailable" | "crm_rate_limited" | "crm_outcome_unknown" | "crm_sign_in_needed" | "crm_forbidden" | "crm_not_found" | "crm_conflict" | "crm_too_large" | "crm_rejected" | "crm_attachment_missing" | "crm_unsupported" | "crm_protocol" | "crm_folder_unusable" | "key_store_missing" | "key_store_locked" | "key_store_broken" | "key_missing" | "passphrase_needed" | "passphrase_wrong" | "database_key_wrong" | "database_newer" | "database_damaged" | "database_failed" | "disk_full" | "home_in_use" | "home_unusable" | "policy_invalid" | "unknown_command" | "bad_arguments" | "no_such" | "conflict" | "preview_stale" | "not_possible_now" | "too_late" | "policy_forbids" | "key_taken" | "already_connected" | "no_sender" | "no_link" | "unknown_attachment" | "link_refused" | "file_not_saved" | "engine_stopped";

/**
 * How an account was doing.
 */
export type ConditionView = "in_step" | "waiting" | "needs_person" | "paused";

export type ConnectionArgs = { id: number, };

/**
 * Whether a connection may send.
 */
export type ConnectionStatus = "active" | "paused" | "sign_in_needed";

/**
 * A connected CRM.
 */
export type ConnectionView = { id: number, kind: string, name: string, settings: Record<string, string>, status: ConnectionStatus, 
/**
 * How its contact index is doing.
 */
doing: DoingView, identity: IdentityView | null, 
/**
 * Contacts in the local index.
 */
contacts: number, refreshed_at: Timestamp | null, };

/**
 * A kind of CRM: what it asks for and what it can do.
 */
export type ConnectorInfo = { kind: string, fields: Array<Field>, retraction: Retraction, };

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
 * A decision, and how long it can be undone.
 */
export type DecidedView = { decision_id: number, items: Array<QueueRow>, release_at: Timestamp | null, };

/**
 * Something about a mail that is not as the RFCs want it. A defect never makes a mail unreadable.
 */
export type Defect = "unparsable" | "missing_message_id" | "repeated_message_id" | "missing_date" | "bad_date" | "missing_from" | "repeated_from" | "unlabelled_charset" | "unknown_charset" | "bad_encoding" | "broken_multipart" | "too_deep" | "nul_bytes";

/**
 * A deny rule and whose it is.
 */
export type DenyRule = { origin: Origin, } & ({ "kind": "never_log_address", "value": Address } | { "kind": "never_log_domain", "value": string } | { "kind": "internal_domain", "value": string });

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
 * Why a mail is not for the CRM.
 */
export type Exclusion = { "reason": "never_log", address: Address, rule: DenyRule, } | { "reason": "internal" };

/**
 * A setting the rep fills in; the form is drawn from these.
 */
export type Field = { 
/**
 * The key in the settings, and the stem of its words.
 */
name: string, 
/**
 * Kept as a secret, never shown again.
 */
secret: boolean, required: boolean, };

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
export type HistoryArgs = { after?: HistoryAfter, 
/**
 * 100 where it is left out, 1,000 at most.
 */
limit?: number, };

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
can_unlog: boolean, max_attachment_bytes: number | null, };

/**
 * A mail as the rep saw it.
 */
export type Item = { mail: number, expected_rev?: number, };

export type KeepPrivateArgs = { connection: number, items: Array<Item>, };

/**
 * How much of a mail is shared.
 */
export type Level = "metadata" | "subject" | "full";

export type LinkArgs = { url: string, };

/**
 * A page of mail at a connection, newest first.
 */
export type ListArgs = { connection: number, 
/**
 * Only these; what waits for the rep where it is left out.
 */
states?: Array<State>, 
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
thread: number, attachments: number, release_at: Timestamp | null, };

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
remote: number, };

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
name?: string, settings: Record<string, string>, token?: string, };

/**
 * A rule as a person types it.
 */
export type NewRule = { 
/**
 * `never_log_address`, `never_log_domain` or `internal_domain`.
 */
kind: string, value: string, };

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

/**
 * Whose word something is; stored with every transition.
 */
export type Origin = { "by": "user" } | { "by": "rule", "id": number } | { "by": "policy" } | { "by": "engine" };

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
 * Exactly what would be sent.
 */
export type Preview = { 
/**
 * The payload's bytes as text.
 */
payload: string, 
/**
 * Its digest; give it to `review.share` to share this and nothing else.
 */
sha256: Digest, rev: number, };

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
retract_after: boolean, returned: Returned | null, attempt: number, next_attempt_at: Timestamp | null, error: ApiError | null, remote: RemoteMail | null, changed_at: Timestamp, };

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
export type Returned = "payload_changed" | "denied" | "mail_gone" | "key_taken";

/**
 * Where in a mail a person stands.
 */
export type Role = "from" | "sender" | "reply_to" | "to" | "cc" | "bcc";

export type RuleArgs = { id: number, };

/**
 * A rule; one without a number is the policy's.
 */
export type RuleView = { id: number | null, rule: DenyRule, };

export type SaveAttachmentArgs = { mail: number, part: number, };

/**
 * A file that was written.
 */
export type SavedFile = { path: string, 
/**
 * Its name: the sender's, made safe.
 */
name: string, };

/**
 * Part of a name or an address. Only this computer is asked.
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
 * Where settings may come from, in the order in which they count.
 */
export type SettingsOrigin = "policy" | "known_domain" | "mx" | "tenant" | "autoconfig" | "ispdb" | "srv" | "guess" | "thunderbird";

export type ShareArgs = { connection: number, items: Array<Item>, wish?: WishArgs, 
/**
 * The digest of the preview the rep looked at.
 */
payload_sha256?: Digest, };

/**
 * What becomes of mail from people the CRM knows, in the words of the wizard.
 */
export type ShareMode = "share" | "ask_once" | "manual";

/**
 * How the rep proves who they are, to the server that receives and to the one that sends.
 */
export type SignIn = { "kind": "password" } | { "kind": "oauth", provider: string, };

export type SignInArgs = { id: number, token: string, };

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
 * Milliseconds since 1970-01-01T00:00:00Z.
 */
export type Timestamp = number;

/**
 * What the rules and the index say of a mail nobody has decided on. Kept with the mail, made anew when they change.
 */
export type Triage = { "triage": "excluded", why: Exclusion, } | { "triage": "unmatched" } | { "triage": "matched" };

/**
 * Whom a server has to prove to be.
 */
export type Trust = { "by": "authority" } | { "by": "name", name: string, } | { "by": "key", spki: Digest, };

export type UndoArgs = { decision_id: number, };

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
export type Why = { state: State, triage: Triage, candidates: Array<Candidate>, 
/**
 * Why it came back after a decision.
 */
returned: Returned | null, 
/**
 * When the contact index was last refreshed.
 */
index_refreshed_at: Timestamp | null, };

/**
 * What the rep wants to share of a mail; what is left out takes its default.
 */
export type WishArgs = { level?: Level, 
/**
 * The records it is logged to; everybody who matched where it is left out.
 */
links?: Array<RecordRef>, 
/**
 * Digests of the attachments that go along; none where it is left out.
 */
attachments?: Array<Digest>, };

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
  "app.open_link": { args: LinkArgs; answer: Done };
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
  "review.preview": { args: PreviewArgs; answer: Preview };
  "review.why": { args: MailArgs; answer: Why };
  "review.share": { args: ShareArgs; answer: DecidedView };
  "review.keep_private": { args: KeepPrivateArgs; answer: DecidedView };
  "review.undo": { args: UndoArgs; answer: Array<QueueRow> };
  "rules.list": { args: Nothing; answer: Array<RuleView> };
  "rules.add": { args: NewRule; answer: RuleView };
  "rules.remove": { args: RuleArgs; answer: Done };
  "queue.list": { args: Nothing; answer: Array<QueueRow> };
  "queue.send_now": { args: QueueArgs; answer: QueueRow };
  "queue.retry": { args: QueueArgs; answer: QueueRow };
  "queue.cancel": { args: QueueArgs; answer: QueueRow };
  "history.list": { args: HistoryArgs; answer: HistoryPage };
  "history.retract": { args: QueueArgs; answer: QueueRow };
  "audit.verify": { args: Nothing; answer: Verified };
  "crm.kinds": { args: Nothing; answer: Array<ConnectorInfo> };
  "crm.list": { args: Nothing; answer: Array<ConnectionView> };
  "crm.test": { args: NewConnectionArgs; answer: IdentityView };
  "crm.connect": { args: NewConnectionArgs; answer: ConnectionView };
  "crm.sign_in": { args: SignInArgs; answer: ConnectionView };
  "crm.refresh": { args: ConnectionArgs; answer: Started };
  "crm.pause": { args: ConnectionArgs; answer: ConnectionView };
  "crm.resume": { args: ConnectionArgs; answer: ConnectionView };
  "contacts.search": { args: SearchArgs; answer: Array<Contact> };
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
  "review.preview": { query: true, tags: ["review"] },
  "review.why": { query: true, tags: ["review"] },
  "review.share": { query: false, tags: ["review","queue"] },
  "review.keep_private": { query: false, tags: ["review","queue"] },
  "review.undo": { query: false, tags: ["review","queue"] },
  "rules.list": { query: true, tags: ["rules"] },
  "rules.add": { query: false, tags: ["rules","review"] },
  "rules.remove": { query: false, tags: ["rules","review"] },
  "queue.list": { query: true, tags: ["queue"] },
  "queue.send_now": { query: false, tags: ["queue"] },
  "queue.retry": { query: false, tags: ["queue"] },
  "queue.cancel": { query: false, tags: ["queue","review"] },
  "history.list": { query: true, tags: ["history"] },
  "history.retract": { query: false, tags: ["history","queue"] },
  "audit.verify": { query: true, tags: ["history"] },
  "crm.kinds": { query: true, tags: [] },
  "crm.list": { query: true, tags: ["connections","contacts"] },
  "crm.test": { query: false, tags: [] },
  "crm.connect": { query: false, tags: ["connections","contacts"] },
  "crm.sign_in": { query: false, tags: ["connections","queue"] },
  "crm.refresh": { query: false, tags: ["contacts","review"] },
  "crm.pause": { query: false, tags: ["connections","queue"] },
  "crm.resume": { query: false, tags: ["connections","queue"] },
  "contacts.search": { query: true, tags: ["contacts"] },
  "policy.get": { query: true, tags: [] },
  "op.cancel": { query: false, tags: [] },
};
