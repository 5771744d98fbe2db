import { parse } from 'yaml';
import { z } from 'zod';
import type { ServiceName } from './backing-service.ts';

/** One service of `compose.yaml` with its variables filled in. Ports of `host` are on the loopback. */
export interface ComposeService {
  image: string;
  command: string[] | undefined;
  environment: Record<string, string>;
  user: string | undefined;
  ports: { host: number; container: number }[];
  /** Paths inside the container that have a volume. */
  volumes: string[];
}

const published = /^127\.0\.0\.1:(\d+):(\d+)$/;
const mounted = /^[\w-]+:(\/.+)$/;

/**
 * Reads one service, so that tests run the images, versions and settings that `npm start` runs. Throws on a key or a
 * form that would be passed over here, and on a variable that has no value.
 */
export function composeService(
  composeFile: string,
  name: ServiceName,
  variables: Record<string, string>,
): ComposeService {
  // Filled in after the YAML is read, as Compose does it: a password of digits alone must not become a number.
  const filled = z.union([z.string(), z.number()]).transform((value, { addIssue }) =>
    String(value).replace(/\$\{(\w+)\}/g, (whole, variable: string) => {
      const found = variables[variable];
      if (found === undefined) addIssue(`${whole} has no value`);
      return found ?? '';
    }),
  );
  const Service = z.strictObject({
    image: z.string(),
    command: z.array(filled).optional(),
    environment: z.record(z.string(), filled).default({}),
    user: z.string().optional(),
    ports: z.array(filled.pipe(z.string().regex(published))).default([]),
    volumes: z.array(z.string().regex(mounted)).default([]),
  });
  const File = z.object({ services: z.record(z.string(), z.unknown()) });
  const { image, command, environment, user, ports, volumes } = Service.parse(
    File.parse(parse(composeFile)).services[name],
  );
  return {
    image,
    command,
    environment,
    user,
    ports: ports.map((port) => {
      const [, host, container] = published.exec(port) ?? [];
      return { host: Number(host), container: Number(container) };
    }),
    volumes: volumes.map((volume) => mounted.exec(volume)?.[1] ?? ''),
  };
}
