/** 2026-01-01T00:00:00Z: virtual time is counted from here in everything that is written down. */
export const EPOCH_MS = 1_767_225_600_000;

/** More than clocks of processes differ by. */
export const CLOCKS_APART_MS = 10_000;
