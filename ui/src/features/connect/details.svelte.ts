/** How an account shares besides its mode, while a person changes it; what the company fixed can't be changed. */
import type { AttachmentRule, ConnectionId, Level, PolicyView, Sharing as Details } from '../../gen/api';
import { LEVELS } from '../mail/wish';

/** What holds until a person says something else (`domain::sharing::Sharing::default`). */
export const USUAL: Details = {
  grace: 30,
  grace_auto: 900,
  quiet: null,
  level: 'full',
  attachments: { kind: 'ask' },
  quotes: false,
  signature: false,
  sent_too: false,
  practised: false,
  targets: null,
};

/** The shortest grace period that there is, in seconds (`domain::sharing::GRACE_BOUNDS`). */
export const SHORTEST = 10;
/** Seconds to choose from. */
const GRACES = [SHORTEST, 30, 60, 300, 900, 1800, 3600];
const GRACES_AUTO = [60, 300, 900, 1800, 3600, 14_400];
const MEGABYTE = 1_000_000;

export type FileKind = 'pdf' | 'image' | 'office';
const OOXML = 'application/vnd.openxmlformats-officedocument';
const TYPES: Record<FileKind, readonly string[]> = {
  pdf: ['application/pdf'],
  image: ['image/*'],
  office: [
    'application/msword',
    'application/vnd.ms-excel',
    'application/vnd.ms-powerpoint',
    `${OOXML}.wordprocessingml.document`,
    `${OOXML}.spreadsheetml.sheet`,
    `${OOXML}.presentationml.presentation`,
  ],
};
export const FILE_KINDS: readonly FileKind[] = ['pdf', 'image', 'office'];

export class SharingDraft {
  grace = $state(0);
  graceAuto = $state(0);
  isQuiet = $state(false);
  /** `HH:MM` on the wall. */
  from = $state('20:00');
  to = $state('08:00');
  weekends = $state(true);
  level = $state<Level>('full');
  files = $state<AttachmentRule['kind']>('ask');
  megabytes = $state('10');
  /** Only these kinds; every one where it is `false`. */
  limited = $state(false);
  kinds = $state.raw<ReadonlySet<FileKind>>(new Set<FileKind>(['pdf']));
  /** Kinds that were set elsewhere and have no tick of their own. */
  others = $state.raw<readonly string[]>([]);
  quotes = $state(false);
  signature = $state(false);
  sentToo = $state(false);
  practised = $state(false);
  /** The connections it is shared to; `null` is every one. */
  targets = $state.raw<readonly ConnectionId[] | null>(null);
  /** As it was when the person came. */
  readonly #before: string;
  readonly #policy: () => PolicyView | null;

  constructor(details: Details, policy: () => PolicyView | null) {
    this.#policy = policy;
    [this.grace, this.graceAuto, this.level] = [details.grace, details.grace_auto, details.level];
    [this.quotes, this.signature, this.sentToo, this.practised] = [details.quotes, details.signature, details.sent_too, details.practised];
    this.targets = details.targets;
    if (details.quiet) {
      [this.isQuiet, this.weekends] = [true, details.quiet.weekends];
      [this.from, this.to] = [clockOf(details.quiet.from), clockOf(details.quiet.to)];
    }
    this.#takeFiles(details.attachments);
    this.#before = JSON.stringify(this.value());
  }

  #takeFiles(rule: AttachmentRule): void {
    this.files = rule.kind;
    if (rule.kind !== 'up_to') return;
    this.megabytes = String(rule.size / MEGABYTE);
    this.limited = rule.types.length > 0;
    this.kinds = new Set(FILE_KINDS.filter((kind) => TYPES[kind].every((type) => rule.types.includes(type))));
    const known = [...this.kinds].flatMap((kind) => TYPES[kind]);
    this.others = rule.types.filter((type) => !known.includes(type));
  }

  /** The shortest grace period that the company allows, in seconds. */
  readonly least = $derived.by(() => this.#policy()?.min_grace_seconds ?? 0);
  /** The most of a mail that the company allows; `null` where it says nothing. */
  readonly most = $derived.by(() => this.#policy()?.max_level ?? null);
  /** What the company says of attachments; `null` where it says nothing. */
  readonly fixedFiles = $derived.by(() => this.#policy()?.attachments ?? null);
  readonly graces = $derived.by(() => within(GRACES, this.grace, this.least));
  readonly gracesAuto = $derived.by(() => within(GRACES_AUTO, this.graceAuto, Math.max(this.least, this.grace)));

  allows(level: Level): boolean {
    return this.most === null || LEVELS.indexOf(level) <= LEVELS.indexOf(this.most);
  }

  allowsFiles(kind: AttachmentRule['kind']): boolean {
    const fixed = this.fixedFiles?.kind;
    return kind === 'never' || fixed === undefined || fixed === 'up_to' || (fixed === 'ask' && kind === 'ask');
  }

  readonly isSizeSound = $derived.by(() => this.files !== 'up_to' || Number(this.megabytes) > 0);
  readonly areKindsSound = $derived.by(() => this.files !== 'up_to' || !this.limited || this.kinds.size + this.others.length > 0);
  /** It can be saved as it is filled in. */
  readonly complete = $derived.by(() => this.isSizeSound && this.areKindsSound);

  toggleKind(kind: FileKind): void {
    const kinds = new Set(this.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    this.kinds = kinds;
  }

  /** Shares to a connection, or no longer; to all of them is said by naming none. */
  toggleTarget(id: ConnectionId, all: readonly ConnectionId[]): void {
    const chosen = this.targets ?? all;
    const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
    this.targets = all.every((one) => next.includes(one)) ? null : next;
  }

  isTarget(id: ConnectionId): boolean {
    return this.targets?.includes(id) ?? true;
  }

  value(): Details {
    const quiet = this.isQuiet ? { from: minutesOf(this.from), to: minutesOf(this.to), weekends: this.weekends } : null;
    const { grace, graceAuto, level, quotes, signature, practised, targets } = this;
    const rest = { quotes, signature, practised, sent_too: this.sentToo, targets: targets && [...targets] };
    return { grace, grace_auto: Math.max(graceAuto, grace), quiet, level, attachments: this.#filesValue(), ...rest };
  }

  /** Whether it is other than it was. */
  isChanged(): boolean {
    return JSON.stringify(this.value()) !== this.#before;
  }

  #filesValue(): AttachmentRule {
    if (this.files !== 'up_to') return { kind: this.files };
    const types = this.limited ? [...[...this.kinds].flatMap((kind) => TYPES[kind]), ...this.others] : [];
    return { kind: 'up_to', size: Math.round(Number(this.megabytes) * MEGABYTE), types };
  }
}

/** Those that are long enough, and the one that holds. */
function within(options: readonly number[], now: number, least: number): number[] {
  const all = [...new Set([...options, now, least])].filter((option) => option > 0 && option >= least);
  return all.sort((a, b) => a - b);
}

/** `HH:MM`, by minutes after midnight. */
export const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
