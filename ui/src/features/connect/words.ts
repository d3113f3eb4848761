import type { AttachmentRule, Offer, RepRole, SettingsOrigin, ShareMode, Step, Unsupported, Warning } from '../../gen/api';
import { size } from '../../format';
import { m } from '../../paraglide/messages.js';
import type { FileKind } from './details.svelte';
import type { Field } from './model.svelte';
import type { Range } from './past.svelte';
import type { Stage } from './trail.svelte';

type Word = (inputs?: Record<string, never>, options?: { locale?: 'en' | 'ja' }) => string;

export const STEP_WORDS: Record<Step, Word> = {
  name: m.first_run_step_name,
  connect: m.first_run_step_connect,
  certificate: m.first_run_step_certificate,
  sign_in: m.first_run_step_sign_in,
  inbox: m.first_run_step_inbox,
  folders: m.first_run_step_folders,
  send_server: m.connect_step_send_server,
  send_sign_in: m.connect_step_send_sign_in,
  send_as: m.connect_step_send_as,
};

/** What the steps of the wizard are called. */
export const STAGE_WORDS: Record<Exclude<Stage, 'done'>, Word> = {
  address: m.first_run_address,
  finding: m.connect_stage_settings,
  choose: m.connect_stage_settings,
  manual: m.connect_stage_settings,
  files: m.connect_stage_files,
  promise: m.connect_stage_promise,
  sign_in: m.connect_stage_sign_in,
  test: m.first_run_check,
  share: m.connect_stage_share,
  past: m.connect_stage_past,
};

export const ORIGIN_WORDS: Record<SettingsOrigin, Word> = {
  policy: m.connect_origin_policy,
  known_domain: m.connect_origin_known_domain,
  mx: m.connect_origin_mx,
  tenant: m.connect_origin_tenant,
  autoconfig: m.connect_origin_autoconfig,
  ispdb: m.connect_origin_ispdb,
  srv: m.connect_origin_srv,
  guess: m.connect_origin_guess,
  thunderbird: m.connect_origin_thunderbird,
};

export const UNSUPPORTED_WORDS: Record<Unsupported, { what: Word; hint: Word }> = {
  microsoft_government: { what: m.connect_no_government, hint: m.connect_no_cloud_hint },
  microsoft_china: { what: m.connect_no_china, hint: m.connect_no_cloud_hint },
  proton_without_bridge: { what: m.connect_no_proton, hint: m.connect_no_proton_hint },
  forwarder_only: { what: m.connect_no_forwarder, hint: m.connect_no_forwarder_hint },
  no_mailbox: { what: m.connect_no_mailbox, hint: m.connect_no_mailbox_hint },
  null_mx: { what: m.connect_no_mx, hint: m.connect_no_mx_hint },
  own_app_only: { what: m.connect_no_app, hint: m.connect_no_app_hint },
};

export const WARNING_WORDS: Record<Warning, Word> = {
  work_mail_ends: m.connect_warning_work_mail,
  enable_imap_first: m.connect_warning_imap,
  hoster_certificate: m.connect_warning_certificate,
  no_client: m.connect_warning_client,
  clear_text: m.connect_warning_clear,
};

export const RANGE_WORDS: Record<Range, Word> = {
  today: m.first_run_since_today,
  '7': m.first_run_since_7,
  '30': m.first_run_since_30,
  '90': m.first_run_since_90,
  '365': m.first_run_since_365,
  all: m.first_run_since_all,
  date: m.connect_since_date,
};

export const ROLE_WORDS: Record<RepRole, { name: Word; why: Word }> = {
  rep: { name: m.connect_role_rep, why: m.connect_role_rep_why },
  executive: { name: m.connect_role_executive, why: m.connect_role_executive_why },
  shared_address: { name: m.connect_role_shared, why: m.connect_role_shared_why },
};

export const MODE_WORDS: Record<ShareMode, { name: Word; means: Word }> = {
  share: { name: m.connect_mode_share, means: m.connect_mode_share_means },
  ask_once: { name: m.connect_mode_ask, means: m.connect_mode_ask_means },
  manual: { name: m.connect_mode_manual, means: m.connect_mode_manual_means },
};

/** What a mode means for a mailbox that this person reads: a team is not asked about the first mails. */
export const modeMeans = (mode: ShareMode, role: RepRole): string =>
  mode === 'share' && role === 'shared_address' ? m.connect_mode_share_means_team() : MODE_WORDS[mode].means();


export const FILES_WORDS: Record<AttachmentRule['kind'], { name: Word; means: Word }> = {
  ask: { name: m.sharing_files_ask, means: m.sharing_files_ask_text },
  never: { name: m.sharing_files_never, means: m.sharing_files_never_text },
  up_to: { name: m.sharing_files_up_to, means: m.sharing_files_up_to_text },
};

/** What the company says of attachments. */
export function filesFixed(rule: AttachmentRule): string {
  if (rule.kind === 'up_to') return m.sharing_files_locked_size({ size: size(rule.size) });
  return rule.kind === 'never' ? m.sharing_files_locked_never() : m.sharing_files_locked_ask();
}

export const FILE_KIND_WORDS: Record<FileKind, Word> = {
  pdf: m.sharing_files_pdf,
  image: m.sharing_files_image,
  office: m.sharing_files_office,
};

/** The rule that a field breaks. */
export const FLAW_WORDS: Record<Field, Word> = {
  address: m.first_run_flaw_address,
  path: m.first_run_flaw_path,
  password: m.first_run_flaw_password,
  sending_password: m.first_run_flaw_password,
  host: m.first_run_flaw_host,
  port: m.first_run_flaw_port,
  user: m.first_run_flaw_missing,
  send_host: m.first_run_flaw_host,
  send_port: m.first_run_flaw_port,
  send_user: m.first_run_flaw_missing,
};

/** How providers write themselves; the policy's own name for another one. */
const PROVIDERS: Record<string, string> = { google: 'Google', microsoft: 'Microsoft' };

export const providerName = (provider: string): string => PROVIDERS[provider] ?? provider;

/** What an offer is called: the service, else its server. */
export const offerName = (offer: Offer): string => offer.service ?? offer.receive?.host ?? offer.send?.host ?? '';

export const protocolName = ({ protocol }: Pick<Offer, 'protocol'>): string => (protocol === 'pop3' ? 'POP3' : 'IMAP');

/** The permissions that a provider's page will ask for, in that page's words. */
export function permissionsOf(provider: string, sends: boolean): string[] {
  if (provider === 'google') return [m.connect_scope_google()];
  if (provider !== 'microsoft') return [m.connect_scope_read(), ...(sends ? [m.connect_scope_send()] : [])];
  return [m.connect_scope_microsoft_read(), ...(sends ? [m.connect_scope_microsoft_send()] : [])];
}

/** The steps to an app password, by the provider's key; the general ones where there are none of its own. */
const GUIDES: Record<string, Word> = {
  google: m.connect_guide_google,
  yahoo: m.connect_guide_yahoo,
  yahoo_jp: m.connect_guide_yahoo_jp,
  icloud: m.connect_guide_icloud,
  lineworks: m.connect_guide_lineworks,
  fastmail: m.connect_guide_fastmail,
  zoho: m.connect_guide_zoho,
  yandex: m.connect_guide_yandex,
  docomo: m.connect_guide_docomo,
};

/** One step a line. */
export const guideSteps = (guide: string): string[] => (GUIDES[guide] ?? m.connect_guide)().split('\n');
