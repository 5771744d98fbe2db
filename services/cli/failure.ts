import { type CliRefusal, ExitCode } from '../../schemas/cli.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';

type Refusal = CliRefusal['error'];

/** Why a command does not do what was asked: what, where, how to mend. Anything else thrown is a defect of ours. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly refusal: Refusal;
  readonly exitCode: ExitCode;

  constructor(refusal: Pick<Refusal, 'type' | 'message'> & Partial<Refusal>, exitCode = exitCodeOf(refusal.type)) {
    super(`${refusal.message.zh} ${refusal.message.en}`);
    this.refusal = { where: null, mend: null, findings: [], ...refusal };
    this.exitCode = exitCode;
  }
}

const exitCodes: Record<Refusal['type'], ExitCode> = {
  BadRequest: ExitCode.usage,
  BundleUnreadable: ExitCode.usage,
  T0Invalid: ExitCode.usage,
  BundleIncomplete: ExitCode.blocked,
  ChannelNotInstalled: ExitCode.blocked,
  FindingsUnanswered: ExitCode.blocked,
  FindingsBlock: ExitCode.blocked,
  GateNotOpen: ExitCode.blocked,
  GatesNotPassed: ExitCode.blocked,
  NotAllowed: ExitCode.blocked, // a self-review or a second gate: a rule of the gates says no
  RestoreUnreconciled: ExitCode.blocked,
  SealStale: ExitCode.blocked,
  WrongPhase: ExitCode.blocked,
  OutcomeUnknown: ExitCode.outcomeUnknown,
  DependencyDown: ExitCode.dependencyDown,
  BundleUnknown: ExitCode.failed,
  CalendarYearMissing: ExitCode.failed,
  ChannelRefused: ExitCode.failed,
  ClockSkewed: ExitCode.failed,
  Internal: ExitCode.failed,
  NotFound: ExitCode.failed,
  NotSignedIn: ExitCode.failed,
  StagingDamaged: ExitCode.failed,
};

const exitCodeOf = (type: Refusal['type']): ExitCode => exitCodes[type];

/** The command line itself cannot be used. */
export const usage = (message: Bilingual, mend: Bilingual | null = null, where: string | null = null) =>
  new CliFailure({ type: 'BadRequest', message, mend, where });

export const notRunning = (where: string | null) =>
  new CliFailure({
    type: 'DependencyDown',
    message: { zh: '没有正在运行的系统，或者连接不上。', en: 'No running system can be reached.' },
    where,
    mend: {
      zh: '在项目目录中运行 npm start，或者用 --api 指明地址；lockstep doctor 可以检查原因。',
      en: 'Run npm start in the project directory, or name the address with --api; lockstep doctor looks for the reason.',
    },
  });

/** Nothing was read: the process that reads files does not start here. */
export const readerUnavailable = (complaint: string) =>
  new CliFailure({
    type: 'DependencyDown',
    message: {
      zh: '读取文件的进程启动不了，没有检查任何文件。',
      en: 'The process that reads files cannot be started; nothing was checked.',
    },
    // One line of it says what is wrong; around that line is Node's own stack.
    where: complaint.split('\n').find((line) => /error|bad option/iu.test(line)) ?? complaint.split('\n')[0] ?? null,
    mend: {
      zh: '请确认 Node.js 是规定的版本，安装完整（npm ci），内存足够；lockstep doctor 可以检查原因。',
      en: 'See that Node.js has the version asked for, that npm ci ran whole and that memory is left; lockstep doctor looks for the reason.',
    },
  });

/** The input was read, and checked before the gates it must not go on. Unreadable is told apart from refused. */
export function rejectedAtIntake(findings: Finding[], where: string): CliFailure {
  const unreadable = findings.some(({ code }) => code === 'MANIFEST-INVALID');
  return new CliFailure({
    type: unreadable ? 'BundleUnreadable' : 'FindingsBlock',
    message: unreadable
      ? {
          zh: '政策包读不了，没有提交，也没有保存任何内容。',
          en: 'The bundle cannot be read. Nothing was submitted or stored.',
        }
      : {
          zh: '收件检查不通过，没有提交，也没有保存任何内容。',
          en: 'Intake refuses the bundle. Nothing was submitted or stored.',
        },
    where,
    mend: { zh: '按下列意见更正后重新提交。', en: 'Mend what is listed and submit it again.' },
    findings,
  });
}
