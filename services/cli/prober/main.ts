import { type FollowersLook, postObservations, readPosts } from './followers.ts';
import { FromProber, type ProbedPage, type ProbeOrder, ToProber } from './messages.ts';
import { type Answer, poll, pollInTurn } from './poll.ts';
import { judge, type Observation } from './verdict.ts';

/**
 * The prober: a process of its own that knows nothing but public addresses, and looks at them as any reader would. The
 * publisher cannot vouch for itself; this is who says whether anybody could have met one page without the other.
 */
const say = (message: FromProber) => process.send?.(message);
const stop = new AbortController();
let postUrl: string | null = null;
// The command line that started it is gone: nobody is left to hear the verdict.
process.once('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole terminal group; the parent says when to end.
process.on('SIGINT', () => {});

process.on('message', (raw: unknown) => {
  const message = ToProber.parse(raw);
  if (message.kind === 'stop') {
    postUrl = message.postUrl;
    stop.abort();
  } else probe(message).catch((error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)));
});

async function probe({ pages, followersUrl, intervalMs, manner }: ProbeOrder): Promise<void> {
  const observations: Observation[] = [];
  const looks: FollowersLook[] = [];
  const waitingFor = new Set<string>([...pages.map(nameOf), ...(followersUrl ? ['followers'] : [])]);
  let unanswered = 0;
  const answered = (page: string) => {
    if (waitingFor.delete(page) && waitingFor.size === 0) say({ kind: 'watching' });
  };

  const note = ({ group, page }: ProbedPage, answer: Answer | undefined) => {
    if (!answer) return void unanswered++;
    const { requestedAt, answeredAt } = answer;
    observations.push({ group, page, requestedAt, answeredAt, visible: isPublic(answer) });
    answered(nameOf({ group, page }));
  };
  const lanes =
    manner === 'each-page'
      ? pages.map((page) =>
          poll(page, { intervalMs, wantBody: false, signal: stop.signal, onAnswer: (answer) => note(page, answer) }),
        )
      : [
          pollInTurn([...Map.groupBy(pages, ({ group }) => group).values()], {
            ...{ intervalMs, signal: stop.signal, isPublic, onAnswer: note },
          }),
        ];
  if (followersUrl) {
    lanes.push(
      // A list of everything ever posted is heavier than a page, and its posts cannot be torn by a race of requests.
      poll(
        { url: followersUrl, family: null },
        {
          intervalMs: intervalMs * 10,
          wantBody: true,
          signal: stop.signal,
          onAnswer(answer) {
            if (answer?.status !== 200) return void unanswered++;
            const { requestedAt, answeredAt, body } = answer;
            looks.push({ requestedAt, answeredAt, posts: readPosts(body) });
            answered('followers');
          },
        },
      ),
    );
  }
  await Promise.all(lanes);
  const post = postUrl === null ? [] : postObservations(looks, pathOf(postUrl));
  const verdict = judge([...observations, ...post]);
  process.send?.(FromProber.parse({ kind: 'verdict', verdict: { ...verdict, unanswered } }), () =>
    process.disconnect(),
  );
}

const isPublic = ({ status }: Answer) => status === 200;
const nameOf = ({ group, page }: Pick<ProbedPage, 'group' | 'page'>) => `${group} ${page}`;

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};
