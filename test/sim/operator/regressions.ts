/**
 * Seeds after those that every run goes through in which a mistake was found once, for ever, with what they showed. A life may have
 * become another one since: where the mistake can be shown in the small, a unit test does it too.
 */
export const REGRESSIONS: readonly (readonly [seed: number, showed: string])[] = [
  [501, 'a broker whose storage stalled was given replicas, which the model never let into sync'],
  [1780, 'a shrink began beside a lost volume only after the judge had called everything at rest'],
  [1881, 'brokers that had not come yet were taken back while disks were full, as nothing had to move for it'],
  [2383, 'replicas came into sync on two brokers whose storage stalled, so that neither could be restarted'],
  [2760, 'caches knew of a newer spec and not yet of the first pods, whose files were taken away'],
  [3130, 'two zones were drained whose brokers had never run, and each waited for the other'],
  [3241, 'a topic was made on a broker whose storage stalled, and kept it from being restarted'],
  [3586, 'two zones were drained while the cluster grew, and each waited for the new broker of the other'],
  [4021, 'a broker that was still behind was taken off a drained node, as another pod there found none'],
  [4221, 'of several brokers said to stall only the first was tried, and one that was well again held up the others'],
  [4245, 'nobody asked again for a roll that crashes had stopped, as something else was asked for at that moment'],
  [4600, 'an issuer came up with another authority after the judge had called everything at rest'],
  [4613, 'an empty broker was away by our hand while a broker of another zone was taken off its node'],
];
