/** A queue that serves its groups in turn, so that one group's flood is not another's wait. */
export class FairQueue<Item> {
  private readonly groups = new Map<string, Item[]>();
  private count = 0;

  /** @param groupOf the group of an item, such as its tenant. */
  constructor(private readonly groupOf: (item: Item) => string) {}

  /** Items that wait. */
  get size(): number {
    return this.count;
  }

  /**
   * Items that wait in one group.
   *
   * @param group the group.
   * @returns their number.
   */
  sizeOf(group: string): number {
    return this.groups.get(group)?.length ?? 0;
  }

  /** @returns everything that waits. */
  items(): Item[] {
    return [...this.groups.values()].flat();
  }

  /** @param item goes to the end of its group. */
  push(item: Item): void {
    const group = this.groupOf(item);
    const items = this.groups.get(group);
    if (items) items.push(item);
    else this.groups.set(group, [item]);
    this.count += 1;
  }

  /** @returns the first item of the group whose turn it is; undefined when nothing waits. */
  shift(): Item | undefined {
    const next = this.groups.entries().next();
    if (next.done) return undefined;
    const [group, items] = next.value;
    const item = items.shift();
    this.groups.delete(group);
    if (items.length > 0) this.groups.set(group, items);
    this.count -= 1;
    return item;
  }
}
