/** Clouds that a region can be on; `local` is a whole region on one machine. */
export const CLOUDS = ['aws', 'gcp', 'azure', 'local'] as const;
export type Cloud = (typeof CLOUDS)[number];
