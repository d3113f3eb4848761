/** The choice of a CRM. Its form is drawn from what the CRM's kind describes: no CRM is known here by name. */
import type { ConnectionView, ConnectorInfo, Field, IdentityView, NewConnectionArgs } from '../../gen/api';
import type { Host } from '../../host';
import { isApiError } from '../../words';
import { BrowserSignIn } from '../connect';

export class CrmDraft {
  kinds = $state.raw<readonly ConnectorInfo[]>([]);
  chosen = $state<string | null>(null);
  /** What the rep calls it. */
  name = $state('');
  /** What was filled in, by kind and field. */
  values = $state<Record<string, Record<string, string>>>({});
  /** Fields that are missing, as of the last look. */
  missing = $state<ReadonlySet<string>>(new Set());
  busy = $state(false);
  /** Whom the CRM takes the rep for; `null` until it was asked about what is filled in now. */
  identity = $state.raw<IdentityView | null>(null);
  reason = $state.raw<unknown>(null);
  /** The sign-in in the browser, for a kind that asks for one. */
  readonly browser: BrowserSignIn;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    this.browser = new BrowserSignIn(host);
  }

  readonly info = $derived(this.kinds.find(({ kind }) => kind === this.chosen) ?? null);
  /** The field that its kind can't take as it is written. */
  readonly wrong = $derived.by((): string | null => {
    const { info, reason } = this;
    if (!isApiError(reason) || reason.code !== 'bad_arguments') return null;
    const [named] = reason.detail.split(':');
    return info?.fields.find(({ name }) => name === named)?.name ?? null;
  });

  /** The field to look at first, where what is filled in can be taken but the CRM is not found there. */
  readonly doubtful = $derived.by((): Field | undefined => {
    const fields = this.info?.fields ?? [];
    const kind = isApiError(this.reason) && this.reason.code === 'crm_folder_unusable' ? 'folder' : 'url';
    return fields.find((field) => field.kind === kind) ?? fields[0];
  });

  /** Asks which kinds there are; a single one is chosen at once. */
  async load(): Promise<void> {
    if (this.kinds.length > 0) return;
    await this.trying(async () => {
      this.kinds = await this.#host.call('crm.kinds', {});
      for (const { kind, fields } of this.kinds) {
        this.values[kind] = Object.fromEntries(fields.map(({ name, preset }) => [name, preset]));
      }
      if (this.kinds.length === 1) this.chosen = this.kinds[0]?.kind ?? null;
    });
  }

  choose = (kind: string): void => {
    this.chosen = kind;
    this.missing = new Set();
    this.touch();
  };

  /** Something was changed: what the CRM said before no longer counts. */
  touch = (): void => {
    [this.identity, this.reason] = [null, null];
    this.browser.cancel();
    this.browser.reset();
  };

  /** Opens the browser, and waits until the person has signed in there. */
  async #signIn(): Promise<void> {
    const form = this.args();
    if (!form) return;
    await this.browser.startBy(async (op) => {
      const { ticket } = await this.#host.call('crm.authorise', { new: form, op });
      return { ticket, address: null, matches: true, missing: [] };
    });
  }

  /** Lets the person choose the folder. */
  async chooseFolder(): Promise<void> {
    const field = this.info?.fields.find(({ kind }) => kind === 'folder');
    const { path } = await this.#host.call('app.choose_folder', {});
    const values = this.chosen === null ? undefined : this.values[this.chosen];
    if (path === null || !values || !field) return;
    values[field.name] = path;
    this.touch();
  }

  /** Asks the CRM whom it takes the rep for; where it is signed in to in the browser, once the rep is back. */
  async test(): Promise<void> {
    if (!this.info || this.#incomplete()) return;
    this.touch();
    if (this.info.browser) await this.#signIn();
    if (this.info.browser && !this.browser.ready) return;
    const args = this.args();
    if (!args) return;
    await this.trying(async () => {
      this.identity = await this.#host.call('crm.test', args);
    });
  }

  /** Connects it; `null` where that didn't work. */
  async connect(): Promise<ConnectionView | null> {
    const args = this.args();
    if (!args || !this.identity) return null;
    let made: ConnectionView | null = null;
    await this.trying(async () => {
      made = await this.#host.call('crm.connect', args);
    });
    return made;
  }

  /** The connection as the program is asked to test or to make it: the one secret apart from the settings. */
  args(): NewConnectionArgs | null {
    if (!this.info) return null;
    const { kind, fields } = this.info;
    const values = this.values[kind] ?? {};
    const settings: Record<string, string> = {};
    let token: string | undefined;
    for (const { name, kind } of fields) {
      const value = (values[name] ?? '').trim();
      if (kind === 'secret') token = value;
      else if (value) settings[name] = value;
    }
    const name = this.name.trim();
    return { kind, settings, ...(name && { name }), ...(token === undefined ? {} : { token }), ...(this.browser.done && { ticket: this.browser.done.ticket }) };
  }

  #incomplete(): boolean {
    const values = this.values[this.chosen ?? ''] ?? {};
    const missing = (this.info?.fields ?? []).filter(({ name, required }) => required && !values[name]?.trim());
    this.missing = new Set(missing.map(({ name }) => name));
    return missing.length > 0;
  }

  /** Does what may be refused; says whether it was done. */
  async trying(work: () => Promise<void>): Promise<boolean> {
    [this.busy, this.reason] = [true, null];
    try {
      await work();
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
