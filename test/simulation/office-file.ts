import { loadOfficeConfig } from '../../infra/config/office.ts';

/** The office's channels and their waves, as they are shipped. */
export const officeFile = (await loadOfficeConfig(undefined)).channels;
