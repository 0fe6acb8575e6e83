import { describe, expect, it } from '@jest/globals';
import { redact } from '../../../operators/runtime/redact.ts';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\nhunter2\n-----END RSA PRIVATE KEY-----';

describe('what a bundle leaves out of its texts', () => {
  it.each([
    ['a setting', 'ssl.keystore.password=hunter2'],
    ['a setting with spaces', 'ssl.key.password = hunter2'],
    ['a quoted setting', 'password="hunter2 and hunter2";'],
    ['a field', '{"dbPassword": "hunter2"}'],
    ['a field with a quote in it', String.raw`{"secret":"a\"hunter2"}`],
    ['a login module', 'sasl.jaas.config=org.apache.ScramLoginModule required username="a" password="hunter2";'],
    ['a field of a login module', '"sasl.jaas.config": "ScramLoginModule required hunter2",'],
    ['a private key', KEY],
    ['a private key that was cut', KEY.slice(0, -30)],
    ['a header', 'authorization: Bearer hunter2.hunter2'],
    ['an environment', 'AWS_SECRET_ACCESS_KEY=hunter2 NEXT=1'],
    ['a query', '/path?access_token=hunter2&next=1'],
  ])('is the secret of %s', (_, text) => {
    const left = redact(`before\n${text}\nafter`);
    expect(left).not.toContain('hunter2');
    expect(left).toMatch(/^before\n[^]*\[redacted\]/);
  });

  it('is a token and the id of a key wherever they stand', () => {
    expect(redact('got eyJhbGciOi.eyJzdWIi.c2lnbmF0 from AKIAABCDEFGHIJKLMNOP')).toBe('got [redacted] from [redacted]');
  });

  it.each([
    'the password of user orders was changed',
    'max.request.size=1048576',
    'secretName: kafka-tls',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    '"key": "value"',
  ])('is nothing of: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('leaves what follows it', () => {
    expect(redact('AWS_SECRET_ACCESS_KEY=hunter2 NEXT=1')).toBe('AWS_SECRET_ACCESS_KEY=[redacted] NEXT=1');
    expect(redact(`${KEY}\nnext`)).toBe('[redacted]\nnext');
  });
});
