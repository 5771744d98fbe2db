import type { ReleaseBench, Spread } from '../../../schemas/bench.ts';
import { channelName } from '../words.ts';
import { budgetTable, machineLine, markdownTable, type Rows, round, terminalTable } from './tables.ts';

const number = (value: number | null) => (value === null ? '–' : round(value));
const spreadCells = (spread: Spread | null) =>
  spread === null ? ['–', '–', '–', '–'] : [spread.min, spread.p50, spread.p99, spread.max].map(round);

const spreadTable = ({ release: { lateness, seen, channels } }: ReleaseBench): Rows => ({
  head: ['毫秒\nms', '个\nbundles', '最早\nmin', '中位\np50', 'p99', '最晚\nmax'],
  rows: (
    [
      ['T0 → 提交 commit', lateness],
      ...channels.flatMap(({ channel, t0ToCall }): [string, Spread | null][] =>
        t0ToCall ? [[`T0 → ${channelName[channel]}调用开始 ${channel} call begun (its record)`, t0ToCall]] : [],
      ),
      ['提交 → 网站第一项可见 commit → first item met in public (prober)', seen?.commitToFirst ?? null],
      ['提交 → 网站最后一项可见 commit → last item met in public (prober)', seen?.commitToLast ?? null],
      ...channels.flatMap(({ channel, commitToLive, commitToVerified }): [string, Spread | null][] => [
        [`提交 → ${channelName[channel]}上线 commit → ${channel} live (receipts)`, commitToLive],
        [`提交 → ${channelName[channel]}核验 commit → ${channel} verified (receipts)`, commitToVerified],
      ]),
    ] as [string, Spread | null][]
  ).map(([what, spread]) => [what, String(spread?.count ?? 0), ...spreadCells(spread)]),
});

const channelTable = ({ release: { bundles, channels } }: ReleaseBench): Rows => ({
  head: ['渠道\nchannel', '已核验\nverified', '全部上线\nall live ms', '全部核验\nall verified ms'],
  rows: channels.map(({ channel, verified, totalLiveMs, totalVerifiedMs }) => [
    `${channelName[channel]} ${channel}`,
    `${verified}/${bundles}`,
    number(totalLiveMs),
    number(totalVerifiedMs),
  ]),
});

const processorTable = ({ release: { processors }, machine }: ReleaseBench): Rows => {
  const { used = [], wallMs = 0 } = processors ?? {};
  const all = used.reduce((total, { ms }) => total + ms, 0);
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const share = (ms: number, of: number) => `${round((100 * ms) / of)} %`;
  return {
    head: ['进程\nprocess', '处理器用时\nprocessor s', '占比\nshare'],
    rows: [
      ...used.map(({ process, ms }) => [process, seconds(ms), share(ms, all)]),
      [
        `合计，占 ${machine.processors} 个处理器 ${seconds(wallMs)} s 的 all, of so many processors and seconds`,
        seconds(all),
        share(all, wallMs * machine.processors),
      ],
    ],
  };
};

const accountsTable = ({ accounts }: ReleaseBench): Rows => ({
  head: [
    '公众号\naccounts',
    '次\nreleases',
    '就绪\nready ms',
    '上线\nlive ms',
    '核验\nverified ms',
    '每个\nms per account',
    '历史\nmost events',
    '内存\npeak MiB',
  ],
  rows: (accounts?.runs ?? []).map((run) => [
    String(run.accounts),
    String(run.repeats),
    ...[run.prepareMs, run.liveMs, run.verifiedMs].map(round),
    run.msPerAccount.toFixed(1),
    String(run.mostEvents),
    round(run.peakBytes / 2 ** 20),
  ]),
});

const about = ({ at, versions, machine, release }: ReleaseBench) =>
  `${at}; ${machineLine(machine)}; lockstep ${versions.lockstep}, Node ${versions.node}, Temporal ${versions.temporal}, Kafka ${versions.kafka ?? '–'}, PostgreSQL ${versions.postgres ?? '–'}; ${release.released} of ${release.bundles} bundles × ${release.itemsEach} items released at one T0`;

const looked = ({ release: { seen } }: ReleaseBench) =>
  seen === null
    ? '旁观探针中途退出 the prober ended early'
    : `旁观探针 prober: ${seen.looks} looks, ${seen.unanswered} unanswered, ${seen.met} of ${seen.pages} public pages met`;

/** What the figures are, so that nobody takes one for another. */
const NOTES = [
  'Ratios are of one run on one machine, and hold elsewhere; the milliseconds and rates beside them do not.',
  'A bundle has one document, one plan (not public), two interpretations and one annex. Times of commits are those of the release rows, by the database clock; of channels, those of their receipts, by their own; of calls, those of the intent that a channel records before its last call to a provider (post or mail) for the release; of the prober, when its request was answered. The prober looks gently, every 2.5 ms at one of the bundles, until it meets the first page; then it goes through all bundles without pause, eight at a time as the floor has readers, and looks at each that is not wholly public yet every 10 ms, or every n ms while there are n of them: what it says is late by up to so much, and never early. Bundles that are wholly public are looked at once a second, for tears.',
  'The symlink floor: the public pages of every bundle, as plain files in a directory each, are put in place by one atomic symlink switch per directory, one after another, and every page is then read once over HTTP from a static file server in a process of its own; from the first switch to the last answer, median of the runs.',
  'Approvals are signatures through the HTTP API, gate by gate over all bundles, but for the last gate, whose signature begins the preparation. After each gate as many bare Updates of minimal workflows are made with the same concurrency on the same Temporal server, so that what else the machine does falls on both.',
  'Processor time is from T0 until every bundle was released, of each process with all that it starts (Linux only). It tells where the time goes: with all processors busy, what is late is late for want of one.',
  'Accounts are sandbox accounts of WeChat with the real consumer, workflows and records on the same Temporal and PostgreSQL; the platform publishes at once, so that times are our own work.',
  'What limits approvals: each is an HTTP request, an Update, and one row, written by a local activity within the task of the Update: Temporal keeps one event more than of a bare Update. The row’s transaction also appends to the audit chain, which has one appender at a time: an advisory lock is held from the append to the end of the commit. Approvals can therefore never be faster than commits that reach the disk one after another, whatever else is made faster.',
];

export const releaseTables = (result: ReleaseBench): string =>
  [
    terminalTable(budgetTable(result.budgets)),
    terminalTable(spreadTable(result)),
    terminalTable(channelTable(result)),
    ...(result.release.processors ? [terminalTable(processorTable(result))] : []),
    ...(result.accounts ? [terminalTable(accountsTable(result))] : []),
    looked(result),
    about(result),
    '',
  ].join('\n');

export const releaseMarkdown = (result: ReleaseBench): string =>
  [
    '# `lockstep bench release`',
    about(result),
    markdownTable(budgetTable(result.budgets)),
    markdownTable(spreadTable(result)),
    markdownTable(channelTable(result)),
    ...(result.release.processors ? [markdownTable(processorTable(result))] : []),
    ...(result.accounts ? [markdownTable(accountsTable(result))] : []),
    looked(result),
    ...NOTES,
    '',
  ].join('\n\n');
