/** A record of a partition. */
interface Placed {
  partition: number;
  /** UUIDv7, made when the record was. */
  eventId: string;
}

/**
 * Puts records of several partitions into the order in which they were made, so that what one transaction told reads as
 * it was told. Within a partition the order stays: a stream that is resumed counts on it.
 *
 * @param records of each partition in the order of their offsets.
 * @returns the same records.
 */
export function inPublishOrder<Record extends Placed>(records: readonly Record[]): Record[] {
  const newest = new Map<number, string>();
  const keyed = records.map((record) => {
    const before = newest.get(record.partition);
    const key = before !== undefined && before > record.eventId ? before : record.eventId;
    newest.set(record.partition, key);
    return { record, key };
  });
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ record }) => record);
}
