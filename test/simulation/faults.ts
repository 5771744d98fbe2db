import { assertAlive, Crashed, here, isDead, type Process } from './processes.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** What can be away, slow, or lose an answer. */
export const ports = [
  'core-db',
  'site-db',
  'media-db',
  'press-db',
  'blobs',
  'bus',
  'temporal',
  'wechat',
  'mail',
  'site-http',
] as const;
export type Port = (typeof ports)[number];

type Outage = { port: Port; from: number; to: number };
/** How bad a run is: probabilities per call, attempt and so on. */
type Weather = { before: number; after: number; crash: number; attempt: number; slow: number };
const still: Weather = { before: 0, after: 0, crash: 0, attempt: 0, slow: 0 };
const weathers: readonly Weather[] = [
  still,
  { before: 0.01, after: 0.01, crash: 0, attempt: 0.02, slow: 0.05 },
  { before: 0.03, after: 0.03, crash: 0.004, attempt: 0.06, slow: 0.1 },
  { before: 0, after: 0, crash: 0.01, attempt: 0.1, slow: 0 },
];

export type Faults = ReturnType<typeof createFaults>;
export type FaultDeps = {
  scheduler: Scheduler;
  random: Random;
  /** Faults stop at this instant. */
  calmAt: number;
  log: (what: string) => void;
};

/**
 * Decides at every `await` of a port what happens there: it takes time, it is refused, its answer is lost after the
 * effect, the process dies just before or just after it. What has happened is in the log; the seed brings it back.
 */
export function createFaults({ scheduler, random, calmAt, log }: FaultDeps) {
  const worst = random.pick(weathers);
  const begun = scheduler.now();
  const outages: Outage[] = [];
  if (worst !== still) {
    for (let n = random.between(0, 5); n > 0; n -= 1) {
      const from = random.between(begun, calmAt);
      const to = Math.min(calmAt, from + random.between(500, 60_000));
      outages.push({ port: random.pick(ports), from, to });
    }
  }
  const weather = () => (scheduler.now() < calmAt ? worst : still);
  for (const { port, from, to } of outages)
    scheduler.after(from - begun, () => log(`${port} goes away for ${to - from} ms`));
  const isAway = (port: Port) =>
    outages.some(({ port: out, from, to }) => out === port && from <= scheduler.now() && scheduler.now() < to);
  const latency = () => (random.chance(weather().slow) ? random.between(100, 4_000) : random.between(0, 12));
  const crash = (process: Process, why: string) => {
    log(`${process.name} dies ${why}`);
    process.crash(random.between(50, 15_000));
  };

  return {
    outages,
    isAway,
    /**
     * One call over a port. `effect` happens at most once, at one instant; `failure` is what the caller meets where it
     * did not happen, or where nobody can say.
     */
    async call<T>(
      port: Port,
      failure: (happened: 'no' | 'unknown') => Error,
      effect: () => T | Promise<T>,
    ): Promise<T> {
      const life = here();
      const clock = life?.process.clock;
      assertAlive(life);
      if (isAway(port)) {
        await scheduler.pause(random.between(1, 200), clock);
        assertAlive(life);
        throw failure('no');
      }
      const { before, after, crash: deadly } = weather();
      const lot = random.next();
      await scheduler.pause(latency(), clock);
      if (isDead(life)) {
        if (random.chance(0.5)) await Promise.resolve(effect()).catch(() => {}); // it was on its way already
        throw new Crashed('dead before the answer');
      }
      if (lot < before) {
        log(`${life?.process.name ?? 'somebody'}: ${port} fails`);
        throw failure('no');
      }
      if (life && lot < before + deadly) {
        crash(life.process, `before ${port}`);
        throw new Crashed('dead');
      }
      const result = await effect();
      assertAlive(life);
      if (lot > 1 - after) {
        log(`${life?.process.name ?? 'somebody'}: ${port} answers, and the answer is lost`);
        await scheduler.pause(latency(), clock);
        assertAlive(life);
        throw failure('unknown');
      }
      if (life && lot > 1 - after - deadly) {
        crash(life.process, `after ${port}`);
        throw new Crashed('dead');
      }
      return result;
    },

    /** What becomes of an attempt at an activity, apart from its calls. */
    attempt(process: string, activity: string): 'done' | 'lost' | 'unreported' | 'silent' {
      if (!random.chance(weather().attempt)) return 'done';
      const fate = random.pick(['lost', 'unreported', 'silent'] as const);
      log(`${process}: attempt at ${activity} is ${fate}`);
      return fate;
    },
    /** Whether a rare event of `odds` times the run's crash rate happens now. */
    strikes: (odds: number) => random.chance(weather().crash * odds),
    crash,
    /** Trouble likes the moment when everybody is told to go. */
    atTheWorstMoment() {
      if (worst === still || scheduler.now() >= calmAt || !random.chance(0.15)) return;
      const outage = {
        port: random.pick(ports),
        from: scheduler.now(),
        to: scheduler.now() + random.between(2_000, 40_000),
      };
      outages.push(outage);
      log(`${outage.port} goes away as the order to go is given`);
    },
  };
}
