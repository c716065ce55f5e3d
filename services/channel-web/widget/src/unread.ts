import type { ChatMessage } from './protocol';
import type { VisitorStore } from './storage';

/**
 * Counts what others wrote and this visitor has not seen. The count is kept on the device, so that a reloaded page shows it
 * before the server has been asked.
 */
export function createUnread(store: VisitorStore) {
  let seqs: number[] = [];
  let { readSeq, unread: count } = store.load();

  return {
    count: () => count,
    message({ seq, from, content }: ChatMessage): void {
      if (from.role !== 'customer' && content.type !== 'resolved') seqs.push(seq);
    },
    /** This visitor has seen so far, here or on another device. */
    seen(seq: number): void {
      readSeq = Math.max(readSeq, seq);
    },
    /**
     * Counts again.
     * @param o.visible all that has come is on the screen
     * @param o.current all that there is has come; before that the kept count says more
     */
    refresh(o: { visible: boolean; current: boolean }): void {
      const last = seqs.at(-1) ?? 0;
      if (o.visible && last > readSeq) {
        readSeq = last;
        store.save({ readSeq });
      }
      if (!o.visible && !o.current) return;
      seqs = seqs.filter((seq) => seq > readSeq);
      if (count !== seqs.length) store.save({ unread: seqs.length });
      count = seqs.length;
    },
    reset(): void {
      seqs = [];
      readSeq = 0;
      count = 0;
      store.save({ unread: 0, readSeq: 0 });
    },
  };
}
