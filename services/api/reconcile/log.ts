import { type EventBus, Poison, type ReceivedRecord } from '../../../activities/ports/event-bus.ts';
import type { LoggedRelease } from '../../../activities/ports/repair-store.ts';
import { type LockstepEvent, ReceiptEvent, ReleaseEvent, Topic } from '../../../schemas/events.ts';
import { readOrders } from './log-reading.ts';
import type { LoggedReceipt } from './lost-receipts.ts';

type Deps = {
  bus: Pick<EventBus, 'read'>;
  /** Throws `Poison` for what nobody signed who may say it. */
  decode: (record: ReceivedRecord) => LockstepEvent;
};

/** The log from its beginning. What is no event, or a forgery, was parked when it came, and keeps nobody from the others. */
export function readLog({ bus, decode }: Deps) {
  function eventIn(record: ReceivedRecord): LockstepEvent | undefined {
    try {
      return decode(record);
    } catch (error) {
      if (error instanceof Poison) return undefined;
      throw error;
    }
  }
  const each = (topic: string, use: (event: LockstepEvent) => void): Promise<void> =>
    bus.read({
      topics: [topic],
      each: (record) => {
        const event = eventIn(record);
        if (event) use(event);
      },
    });

  return {
    /** What was ever ordered, by release. */
    async orders(): Promise<LoggedRelease[]> {
      const orders = readOrders();
      await each(Topic.releases, (event) => {
        const order = ReleaseEvent.safeParse(event);
        if (order.success) orders.add(order.data);
      });
      return orders.all();
    },
    async receipts(): Promise<LoggedReceipt[]> {
      const told: LoggedReceipt[] = [];
      await each(Topic.receipts, (event) => {
        const { data: receipt } = ReceiptEvent.safeParse(event);
        if (receipt?.type === 'channel.receipt.v1') told.push(receipt);
      });
      return told;
    },
    /** Ids of what was told of bundles. */
    async announced(): Promise<Set<string>> {
      const ids = new Set<string>();
      await each(Topic.bundles, ({ id }) => void ids.add(id));
      return ids;
    },
  };
}
