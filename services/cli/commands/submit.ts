import { resolve } from 'node:path';
import { z } from 'zod';
import { Channel } from '../../../schemas/bundle.ts';
import { CliSubmitted, ExitCode } from '../../../schemas/cli.ts';
import { ReleasePolicy } from '../../../schemas/release.ts';
import { packBundle, readCheckedBundle } from '../bundle-zip.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { findingsView } from '../views.ts';
import { stateName } from '../words.ts';

const Options = z.object({ channels: z.string().optional(), policy: ReleasePolicy.optional() });

export function readChannels(list: string | undefined): Channel[] | undefined {
  if (list === undefined) return undefined;
  const channels = z
    .array(Channel)
    .min(1)
    .safeParse(list.split(',').map((each) => each.trim()));
  if (channels.success) return channels.data;
  throw usage(
    { zh: `--channels 写的“${list}”不是渠道。`, en: `--channels "${list}" names no channels.` },
    { zh: `可用：${Channel.options.join('、')}，用逗号分开。`, en: `Use ${Channel.options.join(', ')}, with commas.` },
  );
}

/** 送审: checks here, sends, and shows what the checks of the gates found. */
export async function submit(invocation: Invocation, path: string, rawOptions: unknown): Promise<ExitCode> {
  const { cwd, colors, stderr, print } = invocation;
  const options = Options.parse(rawOptions);
  const channels = readChannels(options.channels);
  const bundle = await readCheckedBundle(resolve(cwd, path));
  const unlistedFiles = bundle.notes
    .filter(({ code }) => code === 'MANIFEST-UNLISTED-FILE')
    .map(({ location }) => location.quote);
  if (bundle.notes.length > 0) stderr.write(findingsView(bundle.notes, colors));
  const api = await invocation.connect('act');
  const answer = await api.submit(await packBundle(bundle), {
    ...(channels && { channels }),
    ...(options.policy && { policy: options.policy }),
  });
  print(
    CliSubmitted.parse({ ...answer, unlistedFiles }),
    [
      `${colors.green('✓')} 已送审 submitted: ${bundle.manifest.title}`,
      `政策包 bundle   ${answer.bundleId}  第 ${answer.revision} 稿`,
      `封签 seal       ${answer.seal}`,
      `状态 state      ${stateName[answer.state]} ${answer.state}`,
      ...(answer.findings.length > 0 ? ['', findingsView(answer.findings, colors)] : []),
      '',
    ].join('\n'),
  );
  return ExitCode.ok;
}
