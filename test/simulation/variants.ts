import { variantsOfChannels } from './variants-of-channels.ts';
import { variantsOfCore } from './variants-of-core.ts';
import { variantsOfCourse } from './variants-of-course.ts';
import { variantsOfLostTasks } from './variants-of-lost-tasks.ts';
import { variantsOfRepair } from './variants-of-repair.ts';

export const variants = [
  ...variantsOfCore,
  ...variantsOfChannels,
  ...variantsOfCourse,
  ...variantsOfLostTasks,
  ...variantsOfRepair,
];
