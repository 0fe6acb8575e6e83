import type { PolicyStatement } from './policy-document.ts';

/** Statements of a bucket's policy that refuse everybody without TLS, and TLS before 1.2; `bucket` is its ARN. */
export function tlsOnly(bucket: string): readonly PolicyStatement[] {
  const refusal = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [bucket, `${bucket}/*`] } as const;
  return [
    { Sid: 'RefuseWithoutTls', ...refusal, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Sid: 'RefuseOldTls', ...refusal, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
  ];
}
