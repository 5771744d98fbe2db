import { randomUUID } from 'node:crypto';
import { basename, extname, resolve } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../../../activities/digest.ts';
import { readNamedFile } from '../../../infra/cli-io/named-file.ts';
import { ActKind, BundleId, Manifest } from '../../../schemas/bundle.ts';
import { CliSubmitted, ExitCode } from '../../../schemas/cli.ts';
import { Coverage } from '../../../schemas/coverage.ts';
import { Day } from '../../../schemas/text.ts';
import { packBundle } from '../bundle-zip.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { columns, findingsView } from '../views.ts';
import { actName, beijingTime, channelName, channelStateName, stateName } from '../words.ts';

const mediaTypes: Record<string, string> = {
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
};

/** 修改 and 替代 change the policy, so they come as a bundle of their own with plan and materials. */
const Options = z.object({
  act: ActKind.extract(['correct', 'abolish', 'withdraw']),
  reason: z.string().trim().min(1).max(500),
  notice: z.string().min(1),
  on: Day.optional(),
  number: z.string().trim().min(1).optional(),
  title: z.string().trim().min(1).optional(),
});

/** 更正、废止、撤回公告: makes the small bundle that acts on a released one, and submits it to its gates. */
export async function amend(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const { cwd, colors, print } = invocation;
  const options = Options.parse(rawOptions);
  const path = resolve(cwd, options.notice);
  const mediaType = mediaTypes[extname(path).toLowerCase()];
  if (!mediaType) {
    throw usage(
      {
        zh: `公告正文应当是 .docx、.md 或 .txt：${basename(path)}`,
        en: `A notice is .docx, .md or .txt: ${basename(path)}`,
      },
      null,
      path,
    );
  }
  const bytes = await readNamedFile(path).catch(() => {
    throw usage({ zh: `读不到 ${path}`, en: `${path} cannot be read` }, null, path);
  });
  const api = await invocation.connect('act');
  const original = await api.manifest(bundleId);
  const today = beijingTime(new Date().toISOString()).slice(0, 10);
  const file = `notice${extname(path).toLowerCase()}`;
  const manifest = Manifest.parse({
    manifestVersion: 1,
    bundleId: randomUUID(),
    title: options.title ?? `关于${actName[options.act]}《${original.title}》的公告`,
    documentNumber: options.number ?? null,
    policyKind: 'release-notice',
    issuingBody: original.issuingBody,
    draftingUnit: original.draftingUnit,
    drafter: original.drafter,
    issuedOn: today,
    effectiveFrom: null,
    effectiveUntil: null,
    supersedes: [],
    acts: [
      {
        act: options.act,
        bundleId: BundleId.parse(original.bundleId),
        on: options.on ?? today,
        reason: options.reason,
      },
    ],
    disclosure: 'proactive',
    isNormative: false,
    isBusinessSupport: false,
    isMajorDecision: false,
    affectsOperators: false,
    reviews: { legality: null, fairCompetition: null, publicConsultation: null },
    channels: original.channels,
    plannedReleaseAt: new Date().toISOString(),
    items: [
      {
        id: 'notice',
        role: 'policy-document',
        file,
        mediaType,
        public: true,
        sha256: digestOf(bytes),
        bytes: bytes.byteLength,
      },
    ],
  });
  const answer = await api.submit(await packBundle({ manifest, parts: [{ file, bytes }] }), {});
  print(
    CliSubmitted.parse({ ...answer, unlistedFiles: [] }),
    [
      `${colors.green('✓')} 已送审 submitted: ${manifest.title}`,
      `公告 notice      ${answer.bundleId}  第 ${answer.revision} 稿`,
      `针对 acts on     ${original.bundleId}  ${actName[options.act]} ${options.act}`,
      `封签 seal        ${answer.seal}`,
      `状态 state       ${stateName[answer.state]} ${answer.state}`,
      ...(answer.findings.length > 0 ? ['', findingsView(answer.findings, colors)] : []),
      '',
    ].join('\n'),
  );
  return ExitCode.ok;
}

/** 覆盖表: whether every channel that carried a bundle shows what a later one did to it. Exit 1 where one does not. */
export async function coverage(invocation: Invocation, bundleId: string): Promise<ExitCode> {
  const { print } = invocation;
  const api = await invocation.connect('read');
  const answer = Coverage.parse(await api.coverage(bundleId));
  const whole = answer.acts.every((act) => act.whole);
  const lines = answer.acts.flatMap(({ amendment, channels, whole: all }) => [
    `${all ? '✓' : '✗'} ${actName[amendment.act]} ${amendment.act}  自 since ${amendment.on}  由 by ${amendment.byBundleId}`,
    columns(
      ['渠道 channel', '公告 notice', '地址 address', '原件加注或撤下 original', '到达 reached'],
      channels.map(({ channel, notice, originalAt, reached, detail }) => [
        channelName[channel],
        `${channelStateName[notice.state]} ${notice.state}`,
        notice.url ?? detail?.zh ?? '',
        originalAt ? beijingTime(originalAt) : '—',
        reached ? '是 yes' : '否 no',
      ]),
    ),
    '',
  ]);
  print(
    answer,
    lines.length > 0
      ? lines.join('\n')
      : '没有针对这个政策包的更正、修改、替代、废止或撤回。Nothing was done to this bundle.\n',
  );
  return whole ? ExitCode.ok : ExitCode.failed;
}
