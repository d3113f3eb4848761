/** What the rep blacks out of a mail, and the way back from it. */
import { covers, fold, MOST, rangesOf } from './redaction';

/** What became of a piece that should be blacked out. */
export type Outcome = 'added' | 'nothing' | 'there' | 'full';

export class RedactModel {
  #past = $state.raw<readonly (readonly string[])[]>([]);
  readonly #now: () => readonly string[];
  readonly #change: (redactions: readonly string[]) => void;

  /** `now` tells the redactions that hold, `change` makes others hold. */
  constructor(now: () => readonly string[], change: (redactions: readonly string[]) => void) {
    this.#now = now;
    this.#change = change;
  }

  get all(): readonly string[] {
    return this.#now();
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  isOut(text: string): boolean {
    return covers(this.all, text);
  }

  /**
   * Takes a piece out, wherever it stands. A part of it that was taken out before stays so: it may stand elsewhere alone.
   * What can't be seen any more in any case is left out of the list.
   */
  add(piece: string): Outcome {
    const text = piece.trim();
    if (fold(text) === '') return 'nothing';
    if (this.isOut(text)) return 'there';
    if (this.all.length >= MOST) return 'full';
    this.#to([...this.all.filter((other) => !covers([text], other)), text]);
    return 'added';
  }

  remove(text: string): void {
    this.#to(this.all.filter((other) => other !== text));
  }

  /** Takes a piece out, or lets it stand again: then nothing else takes a part of it out. */
  toggle(piece: string): void {
    if (this.isOut(piece)) this.#to(this.all.filter((other) => rangesOf(piece, [other]).length === 0));
    else this.add(piece);
  }

  undo(): void {
    const last = this.#past.at(-1);
    if (!last) return;
    this.#past = this.#past.slice(0, -1);
    this.#change(last);
  }

  #to(redactions: readonly string[]): void {
    this.#past = [...this.#past, this.all];
    this.#change(redactions);
  }
}
