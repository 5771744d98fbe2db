import type { DeadLetter, DeadLettersAnswer, LetterAct, LetterState } from '../../schemas/dead-letters.ts';
import { columns } from './views.ts';
import { beijingTime } from './words.ts';

const stateName: Record<LetterState, string> = { open: '未处理', kept: '挂起', retried: '已重投', discarded: '已作废' };
const actName: Record<LetterAct, string> = { retry: '重投', park: '挂起', discard: '作废' };
const causeName: Record<DeadLetter['cause'], string> = { poison: '消息不合格', handler: '处理程序出错' };

/** Open letters first, each with its age; then how far every consumer is behind. Ends in a newline. */
export function lettersView({ letters, foreign, lag }: DeadLettersAnswer, now: Date): string {
  const rows = letters.map((letter) => [
    letter.id,
    `${stateName[letter.state]} ${letter.state}`,
    ageOf(letter, now),
    letter.event?.type ?? '–',
    letter.event?.bundleId ?? '–',
    `${causeName[letter.cause]} ${letter.cause}`,
    letter.decisions.at(-1)?.owner ?? '',
  ]);
  const head = ['死信 letter', '状态 state', '已等 age', '事件 event', '政策包 bundle', '原因 cause', '跟进 owner'];
  return [
    letters.length === 0 ? '没有死信。There are no dead letters.' : columns(head, rows),
    ...(foreign > 0
      ? [`! 死信主题里有 ${foreign} 条来路不明的消息 records there that no consumer of ours parked`]
      : []),
    `未消费 not handled yet: ${lag.map(({ consumer, records }) => `${consumer} ${records}`).join(', ')}`,
    '',
  ].join('\n');
}

export function letterView(letter: DeadLetter): string {
  const { record, event, decisions } = letter;
  const when = (instant: string) => beijingTime(instant, { milliseconds: true });
  return [
    `死信 letter     ${letter.id}  ${stateName[letter.state]} ${letter.state}`,
    `消费者 consumer ${letter.consumer}`,
    `原因 cause      ${causeName[letter.cause]} ${letter.cause}，试过 tried ${letter.tries}`,
    `错误 error      ${letter.error}`,
    `首次失败 first  ${when(letter.firstFailedAt)}`,
    `末次搁置 last   ${when(letter.lastParkedAt)}`,
    `记录 record     ${record.topic} / ${record.partition} / ${record.offset}`,
    `键 key          ${letter.key}`,
    `事件 event      ${event ? `${event.type}  ${event.id}` : '读不出 not readable'}`,
    `内容 payload    ${letter.bytes} bytes, sha256 ${letter.sha256}`,
    ...letter.headers.map(({ name, value }) => `  ${name}: ${value}`),
    ...decisions.map(
      ({ act, actorId, at, owner, reason, sentAt }) =>
        `${when(at)}  ${actorId}  ${actName[act]} ${act}${owner ? ` → ${owner}` : ''}${act === 'retry' && !sentAt ? '（未确认送出 not confirmed）' : ''}：${reason}`,
    ),
    '',
  ].join('\n');
}

/** `3 天 4 小时`: how long it has been waiting for somebody; nothing where it is done with. */
function ageOf({ state, firstFailedAt }: DeadLetter, now: Date): string {
  if (state === 'retried' || state === 'discarded') return '';
  return ageInWords(now.getTime() - Date.parse(firstFailedAt));
}

export function ageInWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days} 天 d ${hours} 小时 h`;
  return hours > 0 ? `${hours} 小时 h ${minutes % 60} 分 min` : `${minutes} 分 min`;
}
