/** A number that is part of the state: it is frozen, committed and aborted together with the rows. */
export class CommittedNumber {
  current: number;
  private frozen: number;
  private kept: number;

  constructor(private readonly initial: number) {
    this.current = initial;
    this.frozen = initial;
    this.kept = initial;
  }

  /** As of the last commit. */
  get committed(): number {
    return this.kept;
  }
  /** Of the commit under way. */
  get committing(): number {
    return this.frozen;
  }
  freeze(): void {
    this.frozen = this.current;
  }
  applied(): void {
    this.kept = this.frozen;
  }
  abort(): void {
    this.current = this.kept;
    this.frozen = this.kept;
  }
  /** Takes away what was counted in each of them. */
  forget(count: number): void {
    this.current -= count;
    this.frozen -= count;
    this.kept -= count;
  }
  /** Back to what it was at first: the store was wiped. */
  clear(): void {
    this.reset(this.initial);
  }
  /** The base was changed directly: restored, wiped or opened. */
  reset(value: number): void {
    this.current = value;
    this.frozen = value;
    this.kept = value;
  }
}
