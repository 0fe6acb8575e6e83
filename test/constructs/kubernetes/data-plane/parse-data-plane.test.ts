import { describe, expect, test } from '@jest/globals';
import { dataPlaneJson } from '../../../../constructs/kubernetes/data-plane/data-plane-config.ts';
import { parseDataPlane } from '../../../../constructs/kubernetes/data-plane/parse-data-plane.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';

describe('the file of a data plane', () => {
  test.each(CLOUDS)('is read as it was written: %s', (cloud) => {
    const dataPlane = exampleDataPlane(cloud);
    expect(parseDataPlane(dataPlaneJson(dataPlane))).toEqual({ ok: true, value: dataPlane });
  });

  test.each(['', '[]', 'null', '{'])('is refused where it is none: %s', (text) => {
    expect(parseDataPlane(text)).toMatchObject({ ok: false });
  });

  test('is refused with everything that is wrong with it at once', () => {
    const { domain, images, ...rest } = exampleDataPlane('aws');
    const { kafka, ...others } = images;
    const wrong = { ...rest, cloud: 'moon', zones: [], images: { ...others, kafka: { ...kafka, digest: '' } } };
    expect(domain).not.toBe('');
    const parsed = parseDataPlane(JSON.stringify(wrong));
    const paths = parsed.ok ? [] : parsed.violations.map(({ path }) => path);
    expect(paths).toEqual(['domain', 'cloud', 'zones', 'images.kafka']);
  });
});
