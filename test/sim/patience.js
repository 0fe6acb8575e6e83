import { jest } from '@jest/globals';

// Only ends what hangs: worlds may get what real clusters leave of two cores.
jest.setTimeout(60 * 60_000);
