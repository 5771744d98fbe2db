import { pathsAfterTheCommit } from './paths-after-the-commit.ts';
import { deliveries } from './paths-of-deliveries.ts';
import { meetings } from './paths-of-groups.ts';
import { pathsOfReview } from './paths-of-review.ts';
import { pathsOfTheInstant } from './paths-of-the-instant.ts';

/** Every path through `policyRelease` that one bundle takes alone. */
export const paths = { ...pathsOfReview, ...pathsOfTheInstant, ...pathsAfterTheCommit };

/** The file of each history. */
export const recorded: string[] = [
  ...[...Object.keys(paths), ...meetings.flatMap(({ names }) => names)].flatMap((name) =>
    name ? [`policy-release.${name}.json`] : [],
  ),
  ...Object.keys(deliveries).map((name) => `channel-delivery.${name}.json`),
].sort();
