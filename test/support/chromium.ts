import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  chromium.executablePath(), // what Playwright itself has downloaded elsewhere
];
const executablePath = process.env.LOCKSTEP_CHROMIUM || usualPlaces.find((path) => existsSync(path));

/** Undefined where there is a browser; else why not, for the name of what is skipped. Nothing here downloads one. */
export const withoutChromium = executablePath ? undefined : '没有 no Chromium: LOCKSTEP_CHROMIUM';

/** A headless browser. Without its sandbox, which root and most containers cannot have; it meets our own pages only. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
