/**
 * A program made up for browsers. The page's address chooses how it does: `?state=failed`; or, on the first run, which
 * mailbox there is to connect: `?state=google` (`scenarios.ts` lists them).
 */
import type { AccountView, ApiError, Commands } from '../../gen/api';
import type { Host } from '../types';
import { error } from './errors';
import { hostile } from './hostile';
import { Program, type Beginning } from './program';
import { FULL } from './reviews';
import { SCENARIOS } from './scenarios';
import { accountsOf, connectionOf, DAY, MAILS, MINUTE, type Told } from './sample';

const UNREACHABLE = error('unreachable', 'retry', 'imap.example.co.jp:993: network is unreachable');
const SLOW = 3000;

/** A rep in the middle of the day. */
function running(change: Partial<Beginning> = {}): Program {
  const now = Date.now();
  const [accounts, connections] = [accountsOf(now), [connectionOf(now)]];
  const program = new Program({ mails: MAILS, accounts, connections, grace: 30_000, ...change });
  if (program.mailboxes.all.length === 0 || program.connections.length === 0 || change.mails?.length === 0) return program;
  program.decided(7, 'logged', { choice: FULL, changed_at: now - 40 * MINUTE });
  program.decided(8, 'private', { changed_at: now - 70 * MINUTE });
  program.decided(9, 'retracted', { choice: FULL, changed_at: now - 80 * MINUTE });
  program.decided(12, 'failed_perm', { choice: FULL, failed: error('crm_too_large', 'review', 'HTTP 413, 25 MB'), changed_at: now });
  program.decided(13, 'pending', { snoozed_until: nextMorning(now), changed_at: now - 90 * MINUTE });
  const by_itself = { choice: FULL, decision: 900, origin: { by: 'mode', id: 1 }, release_at: now + 14 * MINUTE, changed_at: now - MINUTE } as const;
  program.decided(16, 'scheduled', by_itself);
  return program;
}

const nextMorning = (now: number): number => new Date(now + DAY).setHours(9, 0, 0, 0);

/** A rep whose computer has lost the network. */
function offline(): Program {
  const now = Date.now();
  const doing = { state: 'waiting', error: UNREACHABLE, until: now + 2 * MINUTE } as const;
  const program = running({
    accounts: accountsOf(now).map((account) => ({ ...account, doing })),
    connections: [{ ...connectionOf(now), doing }],
  });
  program.decided(6, 'failed_retry', { choice: FULL, failed: UNREACHABLE, changed_at: now });
  return program;
}

/** So much mail that a list can't draw it all. */
function many(): Program {
  const mails = Array.from({ length: 100_000 }, (_, index): Told => {
    const told = MAILS[index % MAILS.length] as Told;
    return { ...told, subject: `${told.subject} (${index + 1})`, ago: index * 7 };
  });
  return running({ mails });
}

/** A rep whose passwords have changed, and whose CRM took some mail and refused other. */
function troubled(): Program {
  const now = Date.now();
  const [first, second] = accountsOf(now);
  const refused = error('sign_in_refused', 'sign_in', '[AUTHENTICATIONFAILED] Authentication failed.');
  const token = error('crm_sign_in_needed', 'sign_in', 'HTTP 401');
  const accounts: AccountView[] = [];
  if (first) accounts.push({ ...first, doing: { state: 'needs_person', error: refused } });
  if (second) accounts.push({ ...second, doing: { state: 'paused' } });
  const doing = { state: 'needs_person', error: token } as const;
  const program = running({ accounts, connections: [{ ...connectionOf(now), status: 'sign_in_needed', doing }] });
  const choice = { ...FULL, level: 'subject' } as const;
  program.decided(1, 'scheduled', { choice, decision: 901, release_at: now + 20 * MINUTE, changed_at: now });
  program.decided(2, 'uploading', { choice, changed_at: now });
  const morning = new Date(now + DAY).setHours(8, 0, 0, 0);
  program.decided(5, 'scheduled', { choice, decision: 903, origin: { by: 'mode', id: 2 }, release_at: morning, changed_at: now - MINUTE });
  program.decided(3, 'failed_retry', { choice, failed: error('crm_unavailable', 'wait', 'HTTP 503'), changed_at: now });
  program.decided(4, 'failed_perm', { choice, failed: token, changed_at: now });
  program.decided(10, 'failed_perm', { choice, failed: error('crm_maybe_logged', 'open_crm', 'the connection was closed'), changed_at: now });
  return program;
}

/** A rep who has decided on some hundred mails in the last weeks. */
function long(): Program {
  const now = Date.now();
  const mails = Array.from({ length: 900 }, (_, index): Told => ({ ...(MAILS[index % MAILS.length] as Told), ago: index * 40 }));
  const program = running({ mails });
  for (let mail = 20; mail <= mails.length; mail++) {
    const changed_at = now - mail * 30 * MINUTE - (mail % 7) * 37 * MINUTE;
    program.decided(mail, mail % 4 === 0 ? 'private' : mail % 31 === 0 ? 'retracted' : 'logged', { choice: mail % 4 === 0 ? null : FULL, changed_at });
  }
  return program;
}

function sample(): Program {
  const program = running({ accounts: [], connections: [] });
  void program.answer('app.open_sample', {});
  return program;
}

/** Mail that was made to break a window. */
function attacked(): Program {
  const now = Date.now();
  return new Program({ mails: hostile(), accounts: accountsOf(now), connections: [connectionOf(now)], grace: 30_000 });
}

/** The same mail, decided on. */
function hostileDecided(): Program {
  const now = Date.now();
  const program = attacked();
  const failed = error('crm_rejected', 'review', 'x'.repeat(5000));
  program.decided(1, 'logged', { choice: FULL, changed_at: now });
  program.decided(2, 'scheduled', { choice: FULL, release_at: now + 20 * MINUTE, changed_at: now });
  program.decided(3, 'failed_perm', { choice: FULL, failed, changed_at: now });
  program.decided(4, 'private', { changed_at: now });
  return program;
}

/** A rep whose mail goes to two CRMs. */
function twoCrms(): Program {
  const now = Date.now();
  const folder = { id: 2, kind: 'folder', name: 'Archive', settings: { path: '/home/mori/crm' } };
  return running({ connections: [connectionOf(now), { ...connectionOf(now), ...folder }] });
}

const PROGRAMS: Record<string, () => Program> = {
  running,
  offline,
  many,
  hostile: attacked,
  hostile_decided: hostileDecided,
  first_run: () => running({ accounts: [], connections: [] }),
  no_crm: () => running({ connections: [] }),
  empty: () => running({ mails: [] }),
  sharing_stopped: () => running({ sharingAllowed: false }),
  troubled,
  two_crms: twoCrms,
  long,
  sample,
  quick: () => running({ grace: 1500 }),
  governed: () => running({ scenario: 'company' }),
};

const FAILURES: Record<string, ApiError | Error> = {
  failed: error('database_failed', 'retry', 'disk I/O error'),
  locked: error('key_store_locked', 'unlock', 'Locked: no answer within 60 s'),
  passphrase: error('passphrase_needed', 'unlock'),
  no_key_store: error('key_store_missing', 'unlock', 'NoDefaultStore'),
  unexpected: new Error('the command rpc is not allowed'),
};

/** A state is a program's, or the name of a mailbox to connect on the first run. */
function programOf(state: string): Program {
  if (state in SCENARIOS) return running({ accounts: [], connections: [], scenario: state });
  return (PROGRAMS[state] ?? running)();
}

/** What is answered where everything else is broken. */
const WHOLE: readonly (keyof Commands)[] = ['app.status', 'accounts.list', 'crm.list', 'policy.get'];

/** Decisions that are refused where somebody else was faster. */
const DECISIONS: readonly (keyof Commands)[] = ['review.share', 'review.keep_private', 'review.later', 'review.include', 'review.undo'];

/** What is asked about one mail alone, by the dialogs in front of it. */
const ABOUT_ONE: readonly (keyof Commands)[] = ['review.preview', 'review.why', 'contacts.search'];

/** The events on the window: `otomo:stop` ends the program under it, `otomo:mend` puts right what keeps it from starting. */
export function fake(address: URLSearchParams): Host {
  const state = address.get('state') ?? 'running';
  const failure = FAILURES[state] ?? error('engine_stopped', 'retry');
  const program = programOf(state);
  let opened = FAILURES[state] === undefined;
  addEventListener('otomo:mend', () => (opened = true));
  addEventListener('otomo:stop', () => {
    opened = false;
    program.changed('accounts', 'connections', 'mail', 'review', 'queue');
  });
  return {
    async call(name, args) {
      if (state === 'starting') return new Promise(() => {});
      if (state === 'loading' && name !== 'app.status') await new Promise((done) => setTimeout(done, SLOW));
      if (state === 'one_loading' && ABOUT_ONE.includes(name)) await new Promise((done) => setTimeout(done, SLOW));
      if (name === 'app.unlock') {
        await program.answer(name, args);
        opened = true;
      }
      if (!opened) throw failure;
      if (state === 'broken' && !WHOLE.includes(name)) throw error('database_failed', 'retry', 'disk I/O error');
      if (state === 'one_broken' && ABOUT_ONE.includes(name)) throw error('database_failed', 'retry', 'disk I/O error');
      if (state === 'refusing' && DECISIONS.includes(name)) throw error('conflict', 'review');
      return structuredClone(await program.answer(name, args));
    },
    on: program.on,
    onLink(listener) {
      const hear = ({ detail }: CustomEventInit<string>): void => listener(detail ?? '');
      addEventListener('otomo:link', hear as EventListener);
      return () => removeEventListener('otomo:link', hear as EventListener);
    },
  };
}
