/** `crm.*`: the connections, and the kinds there are. */
import type { ConnectionView } from '../../gen/api';
import { error } from './errors';
import { KINDS, kindOf } from './kinds';
import { wait, type Handlers } from './handlers';
import type { Program } from './program';
import { connectionOf, REP } from './sample';


export function crmHandlers(program: Program): Handlers {
  const change = (id: number, changes: Partial<ConnectionView>): ConnectionView => {
    program.connections = program.connections.map((made) => (made.id === id ? { ...made, ...changes } : made));
    const connection = program.connections.find((made) => made.id === id);
    if (!connection) throw error('no_such', 'none');
    return connection;
  };
  return {
    'crm.kinds': () => KINDS,
    'crm.list': () => program.connections,
    'crm.test': async ({ token }) => {
      await wait(400);
      if (token === 'wrong') throw error('crm_sign_in_needed', 'sign_in', 'HTTP 401');
      return { user_id: '42', email: REP.address, name: REP.name, can_unlog: true, can_create_contacts: true, max_attachment_bytes: null, remarks: [] };
    },
    'crm.connect': ({ kind, name, settings }) => {
      const made = { ...connectionOf(Date.now()), id: program.connections.length + 1, kind, info: kindOf(kind), name: name ?? kind, settings };
      program.connections = [...program.connections, made];
      return made;
    },
    'crm.sign_in': ({ id }) => change(id, { status: 'active', doing: { state: 'in_step' } }),
    'crm.refresh': () => program.operation(),
    'crm.pause': ({ id }) => change(id, { status: 'paused', doing: { state: 'paused' } }),
    'crm.resume': ({ id }) => change(id, { status: 'active', doing: { state: 'in_step' } }),
  };
}
