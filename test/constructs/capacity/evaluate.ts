/**
 * Value of a formula as `explain` prints it: numbers, + − × /, brackets, ceil, floor, min and max, and nothing else.
 * Written for the tests alone, so that the derivation is checked by other code than made it.
 */
export function evaluate(formula: string): number {
  const tokens = formula.match(/\d+(?:\.\d+)?|[a-z]+|[+−×/(),]|\S/g) ?? [];
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const take = (): string => {
    const token = tokens[position++];
    if (token === undefined) throw new Error(`"${formula}" ends too early`);
    return token;
  };
  const expect = (wanted: string): void => {
    const token = take();
    if (token !== wanted) throw new Error(`"${formula}": expected ${wanted}, found ${token}`);
  };

  const sum = (): number => {
    let value = product();
    for (;;) {
      if (peek() === '+') {
        take();
        value += product();
      } else if (peek() === '−') {
        take();
        value -= product();
      } else {
        return value;
      }
    }
  };
  const product = (): number => {
    let value = factor();
    for (;;) {
      if (peek() === '×') {
        take();
        value *= factor();
      } else if (peek() === '/') {
        take();
        value /= factor();
      } else {
        return value;
      }
    }
  };
  const factor = (): number => {
    const token = take();
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') {
      const value = sum();
      expect(')');
      return value;
    }
    const apply = FUNCTIONS[token];
    if (apply === undefined) throw new Error(`"${formula}": cannot read ${token}`);
    expect('(');
    const values = [sum()];
    while (peek() === ',') {
      take();
      values.push(sum());
    }
    expect(')');
    return apply(...values);
  };

  const value = sum();
  if (position !== tokens.length) throw new Error(`"${formula}": ${tokens.slice(position).join(' ')} is left over`);
  return value;
}

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  min: Math.min,
  max: Math.max,
};
