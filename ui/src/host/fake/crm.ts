/** `crm.*`: the connections, and the kinds there are. */
import type { ConnectionView, FormerView } from '../../gen/api';
import { error } from './errors';
import { wait, type Handlers } from './handlers';
import { KINDS, kindOf } from './kinds';
import type { Program } from './program';
import { connectionOf, REP } from './sample';

/** What of a mail counts as on its way, and what as stuck. */
const MOVING = ['scheduled', 'queued', 'uploading', 'verifying', 'failed_retry', 'retract_queued', 'retracting'];
const FAILED = ['failed_perm', 'retract_failed'];

export function crmHandlers(program: Program): Handlers {
  /** How much went to a connection, by the decisions there are. */
  const shown = (connection: ConnectionView): ConnectionView => {
    const rows = program.queue(() => true).filter((row) => row.connection === connection.id);
    const logged = rows.filter(({ state }) => state === 'logged');
    const number = (states: readonly string[]): number => rows.filter(({ state }) => states.includes(state)).length;
    const shared_at = logged.length > 0 ? Math.max(...logged.map(({ changed_at }) => changed_at)) : null;
    return { ...connection, shared_at, shared: logged.length, moving: number(MOVING), failed: number(FAILED) };
  };
  const change = (id: number, changes: Partial<ConnectionView>): ConnectionView => {
    program.connections = program.connections.map((made) => (made.id === id ? { ...made, ...changes } : made));
    const connection = program.connections.find((made) => made.id === id);
    if (!connection) throw error('no_such', 'none');
    return shown(connection);
  };
  /** The contacts come in, a few hundred at a time; `token` says what is in the way. */
  const fill = async (id: number, token: string | undefined): Promise<void> => {
    if (token === 'slow') return void change(id, { contacts: 43_200 });
    if (token === 'down') {
      const doing = { state: 'waiting', error: error('crm_unavailable', 'wait', 'HTTP 503'), until: Date.now() + 60_000 } as const;
      return void change(id, { doing });
    }
    if (token === 'empty') return void change(id, { doing: { state: 'in_step' } });
    for (const contacts of [200, 400, 600]) {
      await wait(150);
      change(id, { contacts, doing: { state: 'working' } });
      program.changed('contacts', 'connections');
    }
    change(id, { contacts: 812, doing: { state: 'in_step' }, refreshed_at: Date.now() });
    program.changed('contacts', 'connections');
  };
  const end = async (gone: FormerView, retract: boolean): Promise<void> => {
    if (retract) await wait(1500);
    program.former = program.former.map((one) => (one.id === gone.id ? { ...one, stay: 'gone', unsettled: 0, failed: 0 } : one));
    program.changed('connections', 'queue');
  };
  return {
    'crm.kinds': () => KINDS,
    'crm.list': () => program.connections.map(shown),
    'crm.former': () => program.former,
    'crm.authorise': async ({ op }) => {
      await wait(80);
      program.tell({ event: 'browse', op, url: 'https://login.crm.example/oauth/authorize?client_id=otomo&state=3f9c' });
      await wait(500);
      return { ticket: op };
    },
    'crm.test': async ({ kind, token }) => {
      await wait(400);
      if (token === 'wrong') throw error('crm_sign_in_needed', 'sign_in', 'HTTP 401');
      if (token === 'narrow') throw error('crm_forbidden', 'ask_it', 'contacts.read, mail.write');
      const remarks = kindOf(kind)?.remarks.map(({ key }) => key) ?? [];
      return { user_id: '42', email: REP.address, name: REP.name, can_unlog: true, can_create_contacts: true, max_attachment_bytes: 25_000_000, remarks };
    },
    'crm.connect': ({ kind, name, settings, token }) => {
      const id = Math.max(0, ...program.connections.map((made) => made.id), ...program.former.map((gone) => gone.id)) + 1;
      const made: ConnectionView = {
        ...connectionOf(Date.now()),
        ...{ id, kind, info: kindOf(kind), name: name ?? kind, settings },
        ...{ contacts: 0, refreshed_at: null, doing: { state: 'working' } },
      };
      program.connections = [...program.connections, made];
      void fill(id, token);
      return shown(made);
    },
    'crm.sign_in': ({ id }) => change(id, { status: 'active', doing: { state: 'in_step' } }),
    'crm.rename': ({ id, name }) => change(id, { name }),
    'crm.say_captures': ({ id, captures }) => change(id, { captures }),
    'crm.remove': ({ id, retract }) => {
      const going = program.connections.find((made) => made.id === id);
      const { kind, info, name, status } = going ?? program.former.find((one) => one.id === id) ?? connectionOf(0);
      const unsettled = retract && going ? shown(going).shared : 0;
      const gone: FormerView = { id, kind, info, name, status, stay: retract ? 'retracting' : 'gone', unsettled, failed: 0 };
      program.connections = program.connections.filter((made) => made.id !== id);
      program.former = [...program.former.filter((one) => one.id !== id), gone];
      void end(gone, retract);
      return { done: true };
    },
    'crm.refresh': () => program.operation(),
    'crm.pause': ({ id }) => change(id, { status: 'paused', doing: { state: 'paused' } }),
    'crm.resume': ({ id }) => change(id, { status: 'active', doing: { state: 'in_step' } }),
  };
}
