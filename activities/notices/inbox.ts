import type { BundleId } from '../../schemas/bundle.ts';
import type { Person } from '../../schemas/configuration.ts';
import type { EmergencyUse, InboxItem, InboxKind } from '../../schemas/desk.ts';
import type { GateId } from '../../schemas/finding.ts';
import type { Notice, NoticeKind } from '../../schemas/notice.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import type { Bilingual, Instant } from '../../schemas/text.ts';

/** One bundle that is not finished, with what the board does not know. */
export type OpenBundle = {
  status: BoardStatus;
  title: string;
  drafterId: string;
  /** Bundles that it acts on, and that have not heard of it. */
  untold: readonly BundleId[];
  emergency: EmergencyUse | null;
};

export type Desk = {
  person: Person;
  /** Gates that the person may decide: the own ones (null), and those of reviewers who delegated theirs. */
  gates: ReadonlyMap<GateId, string | null>;
  bundles: readonly OpenBundle[];
  notices: readonly Notice[];
  now: Instant;
};

type Draft = Omit<InboxItem, 'bundleId' | 'title' | 'documentNumber' | 'revision' | 'notices'> & {
  about: readonly NoticeKind[];
};
const nothing = { gate: null, channel: null, actingFor: null, dueAt: null, overdue: false } as const;
const gateNotices = ['gate-reminder', 'gate-overdue', 'gate-escalation'] as const;

/**
 * 待办: what waits for one person, what is overdue first. It follows from where the bundles are now, so that nothing has to
 * be ticked off; notices of the workflow say since when somebody was reminded.
 */
export function inboxOf(desk: Desk): InboxItem[] {
  const items = desk.bundles.flatMap((bundle) => {
    const { bundleId, documentNumber, revision } = bundle.status;
    const drafts = [
      ...ofReviewer(desk, bundle),
      ...ofDrafter(desk, bundle),
      ...ofLeader(desk, bundle),
      ...ofOperator(desk, bundle),
    ];
    return drafts.map(({ about, ...item }): InboxItem => {
      const issued = desk.notices.filter(
        (notice) =>
          notice.bundleId === bundleId &&
          notice.revision === revision &&
          about.includes(notice.kind) &&
          (item.gate === null || notice.gate === item.gate),
      );
      return {
        ...item,
        bundleId,
        title: bundle.title,
        documentNumber,
        revision,
        notices: issued.map(({ kind, at }) => ({ kind, at })),
      };
    });
  });
  const last = '9999';
  return items.toSorted(
    (a, b) =>
      Number(b.overdue) - Number(a.overdue) ||
      ((a.dueAt ?? last) < (b.dueAt ?? last) ? -1 : (a.dueAt ?? last) > (b.dueAt ?? last) ? 1 : 0),
  );
}

const openGates = ({ state, gates }: BoardStatus) =>
  state === 'in-review' ? gates.filter((gate) => gate.state === 'open') : [];

function ofReviewer({ person, gates }: Desk, { status, drafterId }: OpenBundle): Draft[] {
  // Who has decided one gate, or drafted it, can decide nothing more here.
  const spent =
    status.gates.some((gate) => gate.reviewerId === person.id || gate.actingFor === person.id) ||
    drafterId === person.id;
  const toSign = openGates(status).flatMap((gate): Draft[] => {
    const actingFor = gates.get(gate.gate);
    if (actingFor === undefined || spent) return [];
    const on = actingFor ? { zh: `（受 ${actingFor} 委托）`, en: ` (for ${actingFor})` } : { zh: '', en: '' };
    const what = { zh: `待审：${gate.name.zh}${on.zh}`, en: `To review: ${gate.name.en}${on.en}` };
    return [
      {
        ...nothing,
        kind: 'gate',
        gate: gate.gate,
        actingFor,
        dueAt: gate.dueAt,
        overdue: gate.overdue,
        about: gateNotices,
        what,
      },
    ];
  });
  const toConfirm = pendingOverrides(status).flatMap(({ finding, gate, by }): Draft[] => {
    const mayConfirm = person.roles.includes('leader') || person.gates.includes(gate);
    if (!mayConfirm || by === person.id || drafterId === person.id) return [];
    const what = {
      zh: `${by} 申请例外放行 ${finding}，须第二人确认`,
      en: `${by} asks to let ${finding} pass; a second person confirms`,
    };
    return [{ ...nothing, kind: 'override', gate, about: [], what }];
  });
  return [...toSign, ...toConfirm];
}

const pendingOverrides = (status: BoardStatus) =>
  openGates(status).flatMap(({ gate, blockedBy }) =>
    status.overrides.flatMap(({ finding, requestedBy, confirmedBy }) =>
      confirmedBy === null && blockedBy.includes(finding) ? [{ finding, gate, by: requestedBy }] : [],
    ),
  );

function ofDrafter({ person }: Desk, { status, drafterId }: OpenBundle): Draft[] {
  if (drafterId !== person.id) return [];
  const late = openGates(status)
    .filter(({ overdue }) => overdue)
    .map((gate): Draft => lateGate(gate.gate, gate.dueAt, gate.name));
  if (status.state !== 'returned' && status.state !== 'rolled-back') return late;
  const why = status.blockers[0] ?? { zh: '', en: '' };
  return [
    {
      ...nothing,
      kind: 'returned',
      about: [],
      what: { zh: `请修改后重新送审：${why.zh}`, en: `Mend it and submit again: ${why.en}` },
    },
  ];
}

const lateGate = (gate: GateId, dueAt: Instant | null, name: Bilingual): Draft => ({
  ...nothing,
  kind: 'gate-late',
  gate,
  dueAt,
  overdue: true,
  about: gateNotices,
  what: { zh: `${name.zh}已超期`, en: `${name.en} is overdue` },
});

function ofLeader({ person, notices }: Desk, { status, emergency, drafterId }: OpenBundle): Draft[] {
  const own = drafterId === person.id;
  if (!person.roles.includes('leader')) return own ? reportOwed(emergency) : [];
  const { bundleId, revision, state } = status;
  const escalated = openGates(status)
    .filter(({ gate }) =>
      notices.some(
        (notice) =>
          notice.kind === 'gate-escalation' &&
          notice.bundleId === bundleId &&
          notice.revision === revision &&
          notice.gate === gate,
      ),
    )
    .map((gate) => lateGate(gate.gate, gate.dueAt, gate.name));
  const plain = (kind: InboxKind, about: readonly NoticeKind[], zh: string, en: string): Draft => ({
    ...nothing,
    kind,
    about,
    what: { zh, en },
  });
  const refused = status.channels.some((channel) => channel.state === 'refused');
  return [
    ...escalated,
    ...reportOwed(emergency),
    ...(state === 'prepared' ? [plain('arm', [], '待签发：各渠道已就绪', 'To arm: every channel is ready')] : []),
    ...(state === 'held'
      ? [plain('held', ['release-held'], '已暂缓：请确定新的时刻或撤回', 'Held: set a new instant, or withdraw it')]
      : []),
    ...(state === 'partly-released' &&
    notices.some((notice) => notice.kind === 'compensation-due' && notice.bundleId === bundleId)
      ? status.armedBy === person.id
        ? []
        : [
            plain(
              'compensate',
              ['compensation-due'],
              '补偿：请第二人确认全部撤回',
              'Compensation: a second person confirms that all is withdrawn',
            ),
          ]
      : state === 'partly-released' && refused
        ? [plain('channel-refused', ['channel-refused'], '部分渠道没有发布', 'Some channels did not publish')]
        : []),
  ];
}

/** I26: the flag stays until somebody reported. */
function reportOwed(emergency: EmergencyUse | null): Draft[] {
  if (emergency?.state !== 'due' && emergency?.state !== 'overdue') return [];
  const overdue = emergency.state === 'overdue';
  const what = {
    zh: `应急事后报告${overdue ? '逾期未报' : '待报'}：lockstep emergency report`,
    en: `The report on the emergency is ${overdue ? 'overdue' : 'due'}: lockstep emergency report`,
  };
  return [{ ...nothing, kind: 'emergency-report', dueAt: emergency.reportDueAt, overdue, about: [], what }];
}

function ofOperator({ person, notices }: Desk, { status, untold }: OpenBundle): Draft[] {
  if (!person.roles.includes('operator')) return [];
  const channels = status.channels.flatMap(({ channel, state, detail }): Draft[] => {
    if (state !== 'refused' && state !== 'unknown') return [];
    const kind = state === 'refused' ? 'channel-refused' : 'outcome-unknown';
    const what = detail ?? { zh: `渠道 ${channel}：${state}`, en: `Channel ${channel}: ${state}` };
    return [{ ...nothing, kind, channel, about: [kind], what }];
  });
  // Until it was told, or nobody thought it lost, it is on its way.
  const wasLost = notices.some(({ kind, bundleId }) => kind === 'act-lost' && bundleId === status.bundleId);
  const lost = (wasLost ? untold : []).map((target): Draft => {
    const what = {
      zh: `公告没有送达政策包 ${target}：lockstep reconcile --repair`,
      en: `Bundle ${target}, which this one acts on, was not reached: lockstep reconcile --repair`,
    };
    return { ...nothing, kind: 'act-lost', about: ['act-lost'], what };
  });
  return [...channels, ...lost];
}
