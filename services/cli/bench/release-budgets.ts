import type { Budget, ReleaseBench } from '../../../schemas/bench.ts';

type Measured = Pick<ReleaseBench, 'release' | 'floor' | 'approvals' | 'accounts'>;

/** DESIGN §9; the last three are I25, which holds with all dependencies healthy. */
const BUDGETS = {
  latenessP99Ms: 250,
  commitToLastItemMs: 1_000,
  toFloor: 5,
  approvalsToBare: 0.5,
  thousandToTen: 1.25,
  latestCommitMs: 1_000,
  latestWebsiteMs: 2_000,
  latestOtherCallMs: 5_000,
};

/** One row per budget; what could not be measured is a row too. */
export function releaseBudgets({ release, floor, approvals, accounts }: Measured): Budget[] {
  const { lateness, seen, channels } = release;
  // A prober that missed a page, or looked too late, proves nothing; a tear that it saw is one however little else it saw.
  const sawAll = seen !== null && seen.met === seen.pages;
  const torn = seen?.tornWindowMs ?? 0;
  const toFloor = seen?.totalMs != null ? seen.totalMs / floor.medianMs : null;
  const fromT0 = (value: number | null | undefined) => (value == null || !lateness ? null : value + lateness.min);
  const website = fromT0(seen?.totalMs);
  const others = channels.filter(({ channel }) => channel !== 'website');
  const allCalled = others.length > 0 && others.every(({ t0ToCall, bundles }) => t0ToCall?.count === bundles);
  const lastCall = allCalled ? Math.max(...others.map(({ t0ToCall }) => t0ToCall?.max ?? 0)) : null;
  return [
    {
      what: '只公开一部分的时间 torn window (prober)',
      figure: seen === null ? '–' : `${Math.ceil(torn)} ms`,
      budget: '0',
      kept: torn > 0 ? false : sawAll ? true : null,
    },
    {
      what: '提前公开的页面 pages public before the commit, commits before T0',
      figure: seen === null || !lateness ? '–' : `${seen.early}, ${lateness.min < 0 ? 'yes' : 'none'}`,
      budget: '0',
      kept: (seen?.early ?? 0) > 0 || (lateness?.min ?? 0) < 0 ? false : sawAll && lateness ? true : null,
    },
    atMost('T0 → 提交 commit, p99', lateness?.p99, BUDGETS.latenessP99Ms),
    atMost(
      '提交 → 网站最后一项可见 commit → last item live, slowest bundle (prober)',
      sawAll ? seen.commitToLast?.max : null,
      BUDGETS.commitToLastItemMs,
    ),
    {
      what: '第一次提交 → 全部可见，与符号链接下限之比 first commit → all items live ÷ symlink floor',
      figure: toFloor === null ? '–' : `${toFloor.toFixed(1)} × (${ms(seen?.totalMs)} ÷ ${ms(floor.medianMs)})`,
      budget: `≤ ${BUDGETS.toFloor} ×`,
      kept: toFloor === null || !sawAll ? null : toFloor <= BUDGETS.toFloor,
    },
    {
      what: '审签与空 Update 之比 approvals ÷ bare Updates',
      figure: `${approvals.ratio.toFixed(2)} (${approvals.perSecond.toFixed(0)}/s ÷ ${approvals.barePerSecond.toFixed(0)}/s)`,
      budget: `≥ ${BUDGETS.approvalsToBare}`,
      kept: approvals.ratio >= BUDGETS.approvalsToBare,
    },
    {
      what: '每个公众号用时，1000 个与 10 个之比 time per account, of 1,000 ÷ of 10',
      figure: accounts?.thousandToTen?.toFixed(2) ?? '–',
      budget: `≤ ${BUDGETS.thousandToTen}`,
      kept: accounts?.thousandToTen == null ? null : accounts.thousandToTen <= BUDGETS.thousandToTen,
    },
    atMost('I25: T0 → 最后一个提交 last commit', lateness?.max, BUDGETS.latestCommitMs),
    atMost('I25: T0 → 网站全部可见 website wholly visible (prober)', sawAll ? website : null, BUDGETS.latestWebsiteMs),
    atMost(
      'I25: T0 → 其他渠道最后一次调用开始 last call begun to any other channel',
      lastCall,
      BUDGETS.latestOtherCallMs,
    ),
  ];
}

const ms = (value: number | null | undefined) => (value == null ? '–' : `${Math.round(value)} ms`);

const atMost = (what: string, value: number | null | undefined, limit: number): Budget => ({
  what,
  figure: ms(value),
  budget: `≤ ${limit} ms`,
  kept: value == null ? null : value <= limit,
});
