/** `review.*`: what waits for the rep, why, and the decision. */
import type { Always, AlwaysOption, Ask, Commands, Pile, Why } from '../../gen/api';
import { error } from './errors';
import type { Handlers } from './handlers';
import type { Program } from './program';
import { FULL, type Review } from './reviews';
import { MINUTE, type Told } from './sample';
import { stepsOf } from './steps';

type Items = Commands['review.share']['args']['items'];
type Decided = Commands['review.share']['answer'];

/** What has to be looked at closely (`domain::judge`). */
const ALERTS: readonly Ask['ask'][] = ['sensitive', 'new_participant', 'many_records', 'twin', 'dubious', 'rule'];

export function reviewHandlers(program: Program): Handlers {
  const within = (mail: number, connection: number, pile: Pile): boolean => {
    if (Boolean(program.reviews.get(mail, connection)?.snoozed_until) !== (pile === 'later')) return false;
    const { met, asks } = program.told(mail);
    if (pile === 'first') return !met;
    return pile !== 'alert' || (asks?.some(({ ask }) => ALERTS.includes(ask)) ?? false);
  };
  const list = (connection: number, states: readonly string[], pile: Pile): number[] =>
    program.mailIn((mail) => states.includes(program.state(mail, connection)) && within(mail, connection, pile));

  /** Decides about all of them together, or about none. */
  const decide = (connection: number, items: Items, change: (mail: number) => Partial<Review>, by?: { always: Always; shares: boolean }): Decided => {
    for (const { mail, expected_rev } of items) {
      if (expected_rev !== undefined && expected_rev !== program.review(mail, connection).rev) throw error('conflict', 'review');
    }
    const decision = program.reviews.decide();
    const [first] = items;
    if (by && first) ruled(program, first.mail, connection, by.always, by.shares ? 'share' : 'private', decision);
    const made = items.map(({ mail }) => {
      const before = program.review(mail, connection);
      return program.reviews.put(before, { origin: { by: 'user' }, ...change(mail), decision });
    });
    const times = made.flatMap(({ release_at }) => release_at ?? []);
    return { decision_id: decision, items: made.map((review) => program.queueRow(review)), release_at: times.length > 0 ? Math.max(...times) : null };
  };

  const release = (decision: number): void => {
    for (const review of program.reviews.ofDecision(decision)) {
      if (review.state === 'scheduled') program.reviews.put(review, { state: 'logged', release_at: null });
    }
    program.changed('review', 'queue', 'history');
  };

  const wake = ({ mail, connection, snoozed_until }: Review): void => {
    const review = program.review(mail, connection);
    if (review.snoozed_until !== snoozed_until) return;
    program.reviews.put(review, { snoozed_until: null });
    program.changed('review');
  };

  return {
    'review.list': ({ connection, states = ['pending'], pile = 'all', after, limit = 100 }) =>
      program.page(list(connection, states, pile), connection, after, limit),
    'review.counts': ({ id }) => ({
      all: list(id, ['pending'], 'all').length,
      first: list(id, ['pending'], 'first').length,
      alert: list(id, ['pending'], 'alert').length,
      later: list(id, ['pending'], 'later').length,
      unmatched: list(id, ['unmatched'], 'all').length,
      excluded: list(id, ['excluded'], 'all').length,
    }),
    'review.why': ({ mail, connection }) => whyOf(program, mail, connection),
    'review.share': ({ connection, items, wish, always }) => {
      const { level = 'full', links = [], attachments = [], quotes = false, signature = false, redactions = [] } = wish ?? {};
      const choice = { ...FULL, level, links, attachments, quotes, signature, redactions };
      const release_at = Date.now() + program.grace;
      const made = decide(
        connection,
        items,
        () => ({ state: 'scheduled', choice, release_at, snoozed_until: null }),
        always && { always, shares: true },
      );
      setTimeout(() => release(made.decision_id), program.grace);
      return made;
    },
    'review.keep_private': ({ connection, items, always }) =>
      decide(
        connection,
        items,
        () => ({ state: 'private', choice: null, release_at: null, snoozed_until: null }),
        always && { always, shares: false },
      ),
    'review.later': ({ connection, items, until }) => {
      const made = decide(connection, items, () => ({ snoozed_until: until, origin: null }));
      const waits = until - Date.now();
      for (const review of program.reviews.ofDecision(made.decision_id)) if (waits < 0x7fff_ffff) setTimeout(() => wake(review), waits);
      return made;
    },
    'review.include': ({ connection, items }) => decide(connection, items, () => ({ state: 'pending', included: true, origin: null })),
    'review.undo': ({ decision_id }) => {
      const decided = program.reviews.ofDecision(decision_id);
      if (!program.rules.undo(decision_id) && decided.length === 0) throw error('no_such', 'none');
      const open = { state: 'pending', release_at: null, choice: null, snoozed_until: null, origin: null } as const;
      const undone = decided.map((review) => {
        if (review.state === 'logged') return review;
        if (review.state === 'queued') return program.reviews.put(review, { state: 'private', release_at: null });
        return program.reviews.put(review, { ...open, included: review.included && review.state !== 'pending' });
      });
      return undone.map((review) => program.queueRow(review));
    },
  };
}

/** The rule that the rep makes who says of a mail's other side: always so. */
function ruled(program: Program, mail: number, connection: number, always: Always, then: 'share' | 'private', decision: number): void {
  const { who, company } = program.told(mail);
  const record = program.candidates(mail)[0]?.record ?? { type: 'contact', id: who.address };
  const abouts: Record<Always, Commands['rules.add']['args']['about']> = {
    address: { kind: 'address', value: who.address },
    contact: { kind: 'contact', connection, record },
    company: { kind: 'company', connection, record: { type: 'company', id: company ?? '' } },
    domain: { kind: 'domain', value: domainOf(who.address) },
    thread: { kind: 'thread', value: String(mail).padStart(64, '0') },
  };
  program.rules.add({ about: abouts[always], then }, decision);
}

const domainOf = (address: string): string => address.split('@')[1] ?? '';

function alwaysOf(told: Told, known: boolean): AlwaysOption[] {
  const option = (always: Always, name: string): AlwaysOption => ({ always, name, shares: known });
  const domain = domainOf(told.who.address);
  return [
    ...(known ? [option('contact', told.who.name)] : [option('address', told.who.address)]),
    ...(told.company ? [option('company', told.company)] : []),
    ...(domain === 'mail.example' ? [{ ...option('domain', domain), shares: false }] : [option('domain', domain)]),
    option('thread', ''),
  ];
}

function whyOf(program: Program, mail: number, connection: number): Why {
  const told = program.told(mail);
  const { state, snoozed_until, origin } = program.review(mail, connection);
  const triage = program.triage(mail);
  const candidates = program.candidates(mail);
  return {
    state,
    triage,
    advice: { advice: 'ask', because: program.row(mail, connection).asks },
    candidates,
    steps: stepsOf(told, triage),
    origin,
    returned: null,
    snoozed_until,
    can_include: triage.triage === 'excluded' && !(triage.why.reason === 'never_log' && triage.why.rule.id === null),
    always: alwaysOf(told, candidates.length > 0),
    index_refreshed_at: program.now - 7 * MINUTE,
    index_size: 1284,
  };
}
