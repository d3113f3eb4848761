/** Where in the wizard a person is, and how they came there. */

export type Stage = 'address' | 'finding' | 'choose' | 'manual' | 'files' | 'promise' | 'sign_in' | 'test' | 'share' | 'past' | 'done';

/** The stages that count as one step each, in their order. */
const COUNTED: readonly (readonly Stage[])[] = [
  ['address'],
  ['finding', 'choose', 'manual', 'files'],
  ['promise'],
  ['sign_in'],
  ['test'],
  ['share'],
  ['past'],
];

export class Trail {
  stage = $state<Stage>('address');
  /** The stages that lead back. */
  #passed = $state.raw<readonly Stage[]>([]);

  readonly canGoBack = $derived(this.#passed.length > 0);

  /** Whether the way led over a stage, or is there. */
  has(stage: Stage): boolean {
    return this.stage === stage || this.#passed.includes(stage);
  }

  /** On to a stage. The search is not come back to. */
  go(stage: Stage): void {
    if (this.stage !== 'finding') this.#passed = [...this.#passed, this.stage];
    this.stage = stage;
  }

  /** In the place of the stage that is shown. */
  replace(stage: Stage): void {
    this.stage = stage;
  }

  /** To the stage before. */
  back(): void {
    const before = this.#passed.at(-1);
    if (!before) return;
    [this.#passed, this.stage] = [this.#passed.slice(0, -1), before];
  }

  /** Back to a stage that was passed, or on to one that was not. */
  to(stage: Stage): void {
    const at = this.#passed.indexOf(stage);
    if (at < 0) return this.go(stage);
    [this.#passed, this.stage] = [this.#passed.slice(0, at), stage];
  }

  /** The end: nothing leads back. */
  end(): void {
    [this.#passed, this.stage] = [[], 'done'];
  }

  /** Which step of how many this is, without those that are not on the person's way; `null` at the end. */
  progress(without: readonly Stage[]): { step: number; of: number } | null {
    const steps = COUNTED.filter(([first]) => !first || !without.includes(first));
    const step = steps.findIndex((stages) => stages.includes(this.stage)) + 1;
    return step > 0 ? { step, of: steps.length } : null;
  }
}
