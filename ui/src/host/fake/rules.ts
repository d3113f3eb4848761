/** `rules.*`: what the rep said of mail to come, and what the company says. */
import { thensOf } from '../../features/rules/about';
import type { Exclusion, Fate, FateChange, NewRule, Rule, RuleView, SimulateArgs, Simulated, State, Then } from '../../gen/api';
import { error } from './errors';
import type { Handlers } from './handlers';
import { accountOf, type Program } from './program';
import { DAY, type Told } from './sample';

/** A rule about nearly everything is warned of from so much mail on; the program itself wants more. */
const ENOUGH = 10;

export class Rules {
  all: RuleView[] = [];
  readonly #program: Program;
  /** What was found out by these rules: a hundred thousand mails are asked about again and again. */
  #judged: { all: readonly RuleView[]; found: Map<Told, Exclusion | null> } = { all: [], found: new Map() };
  /** What each decision replaced. */
  readonly #replaced = new Map<number, { by: number; before: RuleView | undefined }>();
  #made = 0;

  constructor(program: Program) {
    this.#program = program;
    if (program.mails.length > 0) this.all = SEEDS.map((seed) => this.#view(seed, program.now));
  }

  readonly handlers: Handlers = {
    'rules.list': () => this.all,
    'rules.add': (rule) => {
      const said = this.all.find((view) => saysTheSame(view.rule, checked(rule)));
      if (said) return { ...said, decision_id: null };
      const decision_id = this.#program.reviews.decide();
      return { ...this.add(rule, decision_id), decision_id };
    },
    'rules.remove': ({ id }) => {
      if (!this.all.some(({ rule }) => rule.id === id)) throw error('no_such', 'none');
      this.all = this.all.filter(({ rule }) => rule.id !== id);
      return { done: true };
    },
    'rules.simulate': (args) => this.#simulate(args),
  };

  /** What was said about the same thing before no longer counts. */
  add({ about, then, level, expires_at, reason = '' }: NewRule, decision: number): RuleView {
    const id = ++this.#made;
    const rule = { ...saying(about), id, then, level: level ?? null, expires_at: expires_at ?? null, created_at: Date.now(), reason } as Rule;
    const made = { rule, name: this.#nameOf(rule), expired: false };
    const before = this.all.find((view) => isAbout(view.rule, about));
    this.all = [...this.all.filter((view) => view !== before), made];
    this.#replaced.set(decision, { by: id, before });
    return made;
  }

  /** Takes back the rule that was made with a decision, and brings back what it replaced; says whether there was one. */
  undo(decision: number): boolean {
    const { by, before } = this.#replaced.get(decision) ?? {};
    if (!this.all.some(({ rule }) => rule.id === by)) return false;
    this.all = this.all.flatMap((view) => (view.rule.id !== by ? [view] : before ? [before] : []));
    return true;
  }

  /** The rule that keeps a mail out, if one does. */
  excluding(told: Told): Exclusion | null {
    if (this.#judged.all !== this.all) this.#judged = { all: this.all, found: new Map() };
    let found = this.#judged.found.get(told);
    if (found === undefined) this.#judged.found.set(told, (found = this.#excluding(told)));
    return found;
  }

  #excluding(told: Told): Exclusion | null {
    const found = this.all.find(({ rule }) => rule.then === 'never_log' && meets(rule, told));
    if (!found) return null;
    return { reason: 'never_log', rule: found.rule, evidence: { field: told.outgoing ? 'to' : 'from', value: told.who.address } };
  }

  #simulate({ connection, rule, without }: SimulateArgs): Simulated {
    const about = rule ? (saying(checked(rule).about) as Rule) : this.all.find((view) => view.rule.id === without)?.rule;
    const then = without === undefined ? rule?.then : null;
    const matched = this.#program.mailIn((mail) => about !== undefined && meets(about, this.#program.told(mail), mail));
    const moved = matched.flatMap((mail) => {
      const from = FATES[this.#program.review(mail, connection).state];
      const to = from && fateAfter(from, then ?? null);
      return from && to && from !== to ? [{ mail, from, to }] : [];
    });
    const looked_at = this.#program.mails.length;
    return {
      days: 90,
      looked_at,
      matched: matched.length,
      changes: counted(moved),
      examples: moved.slice(0, 20).map(({ mail }) => this.#program.row(mail, connection)),
      nearly_everything: looked_at >= ENOUGH && matched.length >= looked_at * 0.9,
    };
  }

  #view(seed: Seed, now: number): RuleView {
    const { ago, lasts = null, of_policy = false, name = null, ...said } = seed;
    const id = of_policy ? null : ++this.#made;
    const created_at = of_policy ? 0 : now - ago * DAY;
    const expires_at = lasts === null ? null : created_at + lasts * DAY;
    const rule = { level: null, reason: '', ...said, id, created_at, expires_at } as Rule;
    return { rule, name, expired: expires_at !== null && expires_at < now };
  }

  #nameOf(rule: Rule): string | null {
    const told = this.#program.mails.slice(0, 100).find((told) => meets(rule, told));
    if (rule.kind === 'contact') return told?.who.name ?? rule.value.record.id;
    if (rule.kind === 'company') return rule.value.record.id;
    if (rule.kind === 'account') return this.#program.mailboxes.all.find(({ id }) => id === rule.value)?.address ?? null;
    return null;
  }
}

interface Seed {
  kind: Rule['kind'];
  value: unknown;
  then: Then;
  level?: Rule['level'];
  reason?: string;
  name?: string;
  /** Days. */
  ago: number;
  lasts?: number;
  of_policy?: true;
}

const at = (type: 'contact' | 'company', id: string): object => ({ connection: 1, record: { type, id } });

const SEEDS: readonly Seed[] = [
  { kind: 'domain', value: 'bank.example', then: 'never_log', reason: '銀行', ago: 62 },
  { kind: 'subject', value: '健康診断', then: 'never_log', reason: '病院・健康', ago: 62 },
  { kind: 'folder', value: 'INBOX/&ecF1KA-', then: 'never_log', ago: 40 },
  { kind: 'domain', value: 'minato-group.example', then: 'internal', reason: 'グループ会社', ago: 62 },
  { kind: 'contact', value: at('contact', 'C-77'), name: '大野 純', then: 'share', level: 'full', ago: 12 },
  { kind: 'company', value: at('company', 'Aurora Freight'), name: 'Aurora Freight', then: 'share', level: 'subject', ago: 5, lasts: 90 },
  { kind: 'domain', value: 'advisers.example', then: 'ask', reason: 'Our lawyers', ago: 31 },
  { kind: 'thread', value: '0'.repeat(64), name: '採用面接の日程について', then: 'private', ago: 3 },
  { kind: 'address', value: 'k.aoki@private.example', then: 'private', reason: '家族', ago: 60, lasts: 30 },
  { kind: 'domain', value: 'union.example', then: 'never_log', reason: '労働組合とのやり取りは記録しません。', ago: 0, of_policy: true },
  { kind: 'subject', value: 'M&A', then: 'ask', reason: 'Legal, 2026-04', ago: 0, of_policy: true },
];

const saying = (about: NewRule['about']): object =>
  'record' in about ? { kind: about.kind, value: { connection: about.connection, record: about.record } } : about;

/** Whether a rule of the rep's is about this very thing. */
function isAbout({ id, kind, value }: Rule, about: NewRule['about']): boolean {
  const other = saying(about) as Rule;
  return id !== null && kind === other.kind && JSON.stringify(value) === JSON.stringify(other.value);
}

const saysTheSame = (rule: Rule, { about, then, level, expires_at, reason = '' }: NewRule): boolean =>
  isAbout(rule, about) && rule.then === then && rule.level === (level ?? null) && rule.expires_at === (expires_at ?? null) && rule.reason === reason;

/** As the program reads what was typed. */
function checked(rule: NewRule): NewRule {
  const { about, then } = rule;
  const value = 'value' in about ? String(about.value).trim() : 'record';
  const wrong = about.kind === 'address' ? !/^[^\s@]+@[^\s@]+$/.test(value) : about.kind === 'domain' && !/^@?[^\s@/*.]+(\.[^\s@/*.]+)+$/.test(value);
  if (wrong || value === '') throw error('bad_arguments', 'none', 'about');
  const isFreemail = about.kind === 'domain' && value === 'gmail.com' && then === 'share';
  if (isFreemail || !thensOf(about.kind).includes(then)) throw error('bad_arguments', 'none', 'then');
  return rule;
}

/** Whether a rule is about a mail. */
function meets(rule: Rule, { who, company, subject, outgoing }: Told, mail?: number): boolean {
  switch (rule.kind) {
    case 'address':
      return who.address === rule.value;
    case 'domain':
      return who.address.endsWith(`@${rule.value}`) || who.address.endsWith(`.${rule.value}`);
    case 'subject':
      return subject.normalize('NFKC').toLowerCase().includes(rule.value.normalize('NFKC').toLowerCase());
    case 'contact':
      return who.address === rule.value.record.id;
    case 'company':
      return company === rule.value.record.id;
    case 'folder':
      return rule.value === (outgoing ? 'Sent' : 'INBOX');
    case 'account':
      return mail !== undefined && accountOf(mail) === rule.value;
    default:
      return false;
  }
}

/** Where mail stands that nobody has decided on. */
const FATES: Partial<Record<State, Fate>> = { pending: 'asked', excluded: 'excluded', unmatched: 'unmatched' };

/** Where it would go if this were said of it; `null` takes back what was said. */
function fateAfter(from: Fate, then: Then | null): Fate {
  if (then === null) return from === 'excluded' ? 'asked' : from;
  if (then === 'never_log' || then === 'internal') return 'excluded';
  if (from !== 'asked') return from;
  return ({ private: 'kept_private', ask: 'asked', share: 'shared' } as const)[then];
}

function counted(moved: readonly { from: Fate; to: Fate }[]): FateChange[] {
  const changes = new Map<string, FateChange>();
  for (const { from, to } of moved) changes.set(from + to, { from, to, count: (changes.get(from + to)?.count ?? 0) + 1 });
  return [...changes.values()];
}
