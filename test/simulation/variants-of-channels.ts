import type { Variant } from './variant.ts';

const nothing = async () => {};

/** What the channels do and say, without one of their guards. */
export const variantsOfChannels: readonly Variant[] = [
  {
    name: 'the website deletes nothing that was withdrawn',
    breaks: /^I17|^liveness/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        const { withdraw } = made.writes;
        made.writes.withdraw = async (release, reason, at, tx) => {
          const pointer = tx.pointer.get(release.bundleId);
          const [row, files] = [tx.release.get(release.releaseId), tx.files.get(release.releaseId)];
          await withdraw(release, reason, at, tx);
          if (pointer) tx.pointer.set(release.bundleId, pointer);
          if (row?.state === 'live' && files) {
            tx.release.set(release.releaseId, { ...row, withdrawnAt: at });
            tx.files.set(release.releaseId, files);
          }
        };
        return made;
      },
    }),
  },
  {
    name: 'the website rolls nothing back',
    breaks: /^I18|^I3|^I17/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        return { ...made, writes: { ...made.writes, discard: nothing } };
      },
    }),
  },
  {
    name: 'the website shows a page without its interpretation',
    breaks: /^I1 /,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        const { object } = made.reads;
        made.reads.object = async (releaseId, path) =>
          path.startsWith('interpretation') ? undefined : object(releaseId, path);
        return made;
      },
    }),
  },
  {
    name: 'the website keeps no act of a later bundle',
    breaks: /^acts|^I11/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        return { ...made, writes: { ...made.writes, noteAct: nothing } };
      },
    }),
  },
  {
    name: 'a submit is not on record before it is made',
    breaks: /^I11|^I10/,
    parts: ({ createMemoryDeliveryStore }) => ({
      deliveryStore: (now) => {
        const made = createMemoryDeliveryStore(now);
        const { publishRecord } = made;
        return { ...made, publishRecord: (ref) => ({ ...publishRecord(ref), intended: nothing }) };
      },
    }),
  },
  {
    name: 'WeChat is not asked to delete what is withdrawn',
    breaks: /^I17/,
    module: {
      path: '../../services/new-media/withdrawal.ts',
      replace: () => ({
        createWithdrawal:
          ({ store }: { store: { withdrawn: (ref: object) => Promise<string> } }) =>
          async (ref: object) => ({ at: await store.withdrawn(ref), detail: { zh: '已撤回', en: 'withdrawn' } }),
      }),
    },
  },
  {
    name: 'a post is called verified that nobody has read',
    breaks: /^I11/,
    module: {
      path: '../../services/new-media/wechat/verify.ts',
      replace: () => ({ verifyArticle: async () => ({ verified: true, textDigests: [] }) }),
    },
  },
  {
    name: 'every mail that is sent again has a new id',
    breaks: /^I10/,
    module: {
      path: '../../services/press/delivery.ts',
      replace: ({ createPressDelivery }) => ({
        createPressDelivery: (deps: { mailer: { send: (mail: object) => unknown } }) => {
          let sent = 0;
          const send = (mail: object) => {
            sent += 1;
            return deps.mailer.send({ ...mail, messageId: `<${sent}-${Date.now()}@qinghe.example>` });
          };
          return createPressDelivery({ ...deps, mailer: { send } });
        },
      }),
    },
  },
];
