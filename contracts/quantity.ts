/** Number that a Kubernetes quantity stands for, such as `2Gi`, `500m` or `1048576`; undefined for what is none. */
export function quantityValue(quantity: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|Pi|m|k|M|G|T|P)?$/.exec(quantity);
  if (found === null) return undefined;
  return Number(found[1]) * UNITS[(found[2] ?? '') as keyof typeof UNITS];
}

/** Whole GiB of a quantity of bytes, rounded up; undefined for what is none. */
export function gibOf(quantity: string): number | undefined {
  const bytes = quantityValue(quantity);
  return bytes === undefined ? undefined : Math.ceil(bytes / UNITS.Gi);
}

const UNITS = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
} as const;
