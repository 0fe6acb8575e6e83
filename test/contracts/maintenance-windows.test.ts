import { describe, expect, it } from '@jest/globals';
import { isMaintenanceTime, isTimeZone, nextWindow } from '../../contracts/maintenance-windows.ts';

const NIGHT = { days: ['Saturday', 'Sunday'], start: '23:30', durationMinutes: 120, timeZone: 'Europe/Berlin' };

describe('a maintenance window', () => {
  it.each([
    // Saturday, 2026-11-28, an hour before UTC.
    ['opens on the minute', '2026-11-28T22:30:00Z', true],
    ['is closed the second before', '2026-11-28T22:29:59Z', false],
    ['lasts into the next day', '2026-11-29T00:29:59Z', true],
    ['ends when its time is over', '2026-11-29T00:30:00Z', false],
    ['lasts into the next week', '2026-11-30T00:10:00Z', true],
    ['is closed on other days', '2026-11-30T22:45:00Z', false],
    ['goes by the clock on the wall in summer too', '2026-07-04T21:30:00Z', true],
    ['and not by that of winter', '2026-07-04T23:30:00Z', false],
  ])('%s', (_, time, isOpen) => {
    expect(isMaintenanceTime([NIGHT], Date.parse(time))).toBe(isOpen);
  });

  it('opens every day by UTC where it names neither', () => {
    const window = { start: '02:00', durationMinutes: 30 };
    expect(isMaintenanceTime([window], Date.parse('2026-11-30T02:29:00Z'))).toBe(true);
    expect(isMaintenanceTime([window], Date.parse('2026-12-01T02:00:00Z'))).toBe(true);
    expect(isMaintenanceTime([window], Date.parse('2026-12-01T01:59:00Z'))).toBe(false);
  });

  it('of a whole day is never closed where there is one every day', () => {
    const window = { start: '12:00', durationMinutes: 1440 };
    for (let hour = 0; hour < 48; hour += 1) {
      expect(isMaintenanceTime([window], Date.parse('2026-11-30T00:00:00Z') + hour * 3_600_000)).toBe(true);
    }
  });

  it('is any time where there is none, and the union where there are several', () => {
    expect(isMaintenanceTime([], 0)).toBe(true);
    const windows = [NIGHT, { start: '12:00', durationMinutes: 30 }];
    expect(isMaintenanceTime(windows, Date.parse('2026-11-28T12:10:00Z'))).toBe(true);
    expect(isMaintenanceTime(windows, Date.parse('2026-11-28T22:45:00Z'))).toBe(true);
  });

  it('that opens next is named as it was written', () => {
    const windows = [NIGHT, { start: '12:00', durationMinutes: 30 }];
    expect(nextWindow(windows, Date.parse('2026-11-28T13:00:00Z'))).toBe('Saturday 23:30 Europe/Berlin');
    expect(nextWindow(windows, Date.parse('2026-11-30T13:00:00Z'))).toBe('Tuesday 12:00 UTC');
    expect(nextWindow([], 0)).toBeUndefined();
  });

  it('has a clock that there is', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['Berlin', 'Europe/Atlantis'].map(isTimeZone)).toEqual([false, false]);
  });
});
