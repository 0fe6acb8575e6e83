import { WORKLOAD_KINDS } from '../kinds.ts';
import type { Rule } from '../rule.ts';
import { cis } from '../standards.ts';
import { configMap, namespaced } from '../examples/objects.ts';
import { GOOD_DEPLOYMENT, containerWith } from '../examples/workloads.ts';
import { everyContainer } from './container-validation.ts';

const secret = namespaced('v1', 'Secret');
const fromSecret = { valueFrom: { secretKeyRef: { name: 'example', key: 'password' } } };

/** Where secrets may not be. */
export const SECRET_RULES: readonly Rule[] = [
  {
    form: 'set',
    group: 'secrets',
    severity: 'error',
    id: 'no-secret-values',
    title: 'Manifests carry no secret values',
    reason: 'Manifests are kept in version control and shown to people: a secret in one is a secret no more.',
    fix: 'Have the operator or an external secret store make the Secret in the cluster.',
    standards: [],
    kinds: ['Secret', 'ConfigMap'],
    judge: ({ secretValues }) =>
      secretValues.map(({ object, fields }) => ({ object, message: `secret values in ${fields.join(', ')}` })),
    examples: {
      passing: [
        { title: 'a Secret that is filled later', objects: [secret] },
        {
          title: 'settings that point to secrets',
          objects: [configMap({ 'broker.properties': 'ssl.keystore.password=${file:/etc/kafka/tls:password}\n' })],
        },
      ],
      failing: [
        { title: 'a Secret with data', objects: [{ ...secret, data: { password: 'aHVudGVyMg==' } }] },
        { title: 'a Secret with text', objects: [{ ...secret, stringData: { password: 'hunter2' } }] },
        {
          title: 'a password in a ConfigMap',
          objects: [configMap({ 'broker.properties': 'ssl.keystore.password=hunter2\n' })],
        },
        {
          title: 'a private key in a ConfigMap',
          objects: [configMap({ 'tls.key': '-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n' })],
        },
      ],
    },
  },
  {
    form: 'object',
    group: 'secrets',
    severity: 'warning',
    match: { kinds: WORKLOAD_KINDS },
    id: 'secrets-as-files',
    title: 'Secrets reach containers as files',
    reason:
      'Environment variables leak into crash reports and child processes, and keep the old value after a rotation.',
    fix: 'Mount the Secret as a volume and have the program read the file.',
    standards: [cis('5.4.1')],
    validations: [
      everyContainer(
        'c.?env.orValue([]).all(e, !e.?valueFrom.?secretKeyRef.hasValue()) && c.?envFrom.orValue([]).all(f, !has(f.secretRef))',
        'gets a secret as an environment variable',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT, containerWith('a plain variable', ['env'], [{ name: 'LEVEL', value: 'info' }])],
      failing: [
        containerWith('one variable', ['env'], [{ name: 'PASSWORD', ...fromSecret }]),
        containerWith('all of a Secret', ['envFrom'], [{ secretRef: { name: 'example' } }]),
      ],
    },
  },
];
