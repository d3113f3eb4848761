/** Who reads a mailbox, and what becomes of its mail: recommended until the person chooses. */
import type { RepRole, ShareMode } from '../../gen/api';
import { narrow } from './text';

/** Who reads the mailbox. */
export type Audience = 'mine' | 'team';

/** Names that usually belong to a team: seen while the address is typed, before the program is asked. */
const SHARED = /^(contact|eigyo|hr|info|inquiry|jinji|office|recruit|sales|saiyo|service|shop|soumu|support|team|toiawase)([-._].*)?@/i;

/** What is recommended: executives read first, for their mail is sensitive; everybody else shares. */
export const recommended = (role: RepRole): ShareMode => (role === 'executive' ? 'manual' : 'share');

interface Known {
  /** The address as it is typed. */
  address: () => string;
  /** The program's own word on whether a team reads it; `null` before it was asked. */
  looksShared: () => boolean | null;
  /** The mode that the company has set for every account. */
  locked: () => ShareMode | null;
}

export class Sharing {
  readonly #known: Known;
  #audience = $state<Audience | null>(null);
  #role = $state<RepRole | null>(null);
  #mode = $state<ShareMode | null>(null);

  constructor(known: Known) {
    this.#known = known;
  }

  get locked(): ShareMode | null {
    return this.#known.locked();
  }

  /** `info@`, `sales@`. */
  get looksShared(): boolean {
    return SHARED.test(narrow(this.#known.address())) || (this.#known.looksShared() ?? false);
  }

  get audience(): Audience {
    return this.#audience ?? (this.looksShared ? 'team' : 'mine');
  }
  set audience(chosen: Audience) {
    this.#audience = chosen;
  }

  get role(): RepRole {
    return this.#role ?? (this.audience === 'team' ? 'shared_address' : 'rep');
  }
  set role(chosen: RepRole) {
    [this.#role, this.#mode] = [chosen, null];
  }

  get mode(): ShareMode {
    return this.locked ?? this.#mode ?? recommended(this.role);
  }
  set mode(chosen: ShareMode) {
    this.#mode = chosen;
  }
}
