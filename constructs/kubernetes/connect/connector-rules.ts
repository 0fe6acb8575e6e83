import type { ConnectorSpec } from '../../../contracts/gen/psc-types.ts';
import { KAFKA_CREDENTIALS } from '../client/kafka-access.ts';
import type { PscViolation } from '../kafka/invalid-psc-error.ts';

/** Folder of the workers with one folder of files for each Secret that connectors may refer to. */
export const SECRETS_FOLDER = '/etc/flotilla/secrets';

/** What is wrong with one connector of a PSC. */
export function connectorViolations(
  { name, config }: ConnectorSpec,
  secrets: readonly string[],
): readonly PscViolation[] {
  const at = (key: string): string => `spec.connect.connectors[${name}].config[${JSON.stringify(key)}]`;
  const violations: PscViolation[] = [];
  if ((config['connector.class'] ?? '') === '') {
    violations.push({
      field: at('connector.class'),
      value: 'absent',
      rule: 'Connect has to know what a connector is',
      remedy: 'Name its class',
    });
  }
  if (config['name'] !== undefined) {
    violations.push({
      field: at('name'),
      value: JSON.stringify(config['name']),
      rule: 'the name of a connector is that of its row in the spec',
      remedy: 'Remove the setting',
    });
  }
  for (const [key, value] of Object.entries(config)) {
    if (isSecretName(key) && value !== '' && !value.includes('${')) {
      violations.push({
        field: at(key),
        // Never the value: this text goes into conditions and logs.
        value: 'written out',
        rule: 'a secret in a PSC would be on the mothership, in etcd, in logs and in backups',
        remedy: `Put it into a Secret, list that under spec.connect.secrets, and write \${directory:${SECRETS_FOLDER}/SECRET:FILE}`,
      });
    }
    violations.push(...referenceViolations(at(key), value, secrets));
  }
  return violations;
}

/** Names of settings whose values let somebody in. */
function isSecretName(key: string): boolean {
  return SECRET_NAME.test(key);
}

const SECRET_NAME =
  /(^|[._-])(passwords?|passwd|passphrase|secrets?|tokens?|private[._-]?key|access[._-]?key|api[._-]?key|jaas[._-]config)$/i;

function referenceViolations(field: string, value: string, secrets: readonly string[]): readonly PscViolation[] {
  return [...value.matchAll(REFERENCE)].flatMap(([reference, provider, path = '']) => {
    const secret =
      provider === 'directory' && path.startsWith(`${SECRETS_FOLDER}/`) ? path.split('/').at(-1) : undefined;
    if (secret !== undefined && secrets.includes(secret)) return [];
    return [
      {
        field,
        value: reference,
        rule: 'a connector may refer to files of the Secrets that spec.connect.secrets lists, and to nothing else',
        remedy: `Write \${directory:${SECRETS_FOLDER}/SECRET:FILE} with one of them`,
      },
    ];
  });
}

/** Kafka's own pattern of a reference to a config provider. */
const REFERENCE = /\$\{([^}]*?):(?:([^}]*?):)?[^}]*?\}/g;

/** Secrets that connectors may not be given. */
export function secretViolations(secrets: readonly string[]): readonly PscViolation[] {
  if (!secrets.includes(KAFKA_CREDENTIALS)) return [];
  return [
    {
      field: 'spec.connect.secrets',
      value: KAFKA_CREDENTIALS,
      rule: 'it is what the workers themselves come to their Kafka with',
      remedy: 'Remove it: clients of connectors come with it by themselves',
    },
  ];
}

/** Every worker setting of a PSC's own `config` that belongs to the platform. */
export function workerConfigViolations(config: Readonly<Record<string, string>>): readonly PscViolation[] {
  return Object.keys(config).flatMap((key) => {
    const field = `spec.connect.config[${JSON.stringify(key)}]`;
    if (OWNED.some((pattern) => pattern.test(key))) {
      return [
        {
          field,
          value: 'set',
          rule: 'the platform owns this setting',
          remedy: 'Remove it: it follows from the rest of the PSC',
        },
      ];
    }
    if (isSecretName(key)) {
      return [
        {
          field,
          value: 'set',
          rule: 'workers come to their Kafka with credentials of their own, and to nothing else',
          remedy: 'Give it to the connector that needs it',
        },
      ];
    }
    return [];
  });
}

/** Settings of the group, of where it is reached, and of how it comes to its Kafka, for itself and for its connectors' clients. */
const OWNED: readonly RegExp[] = [
  /^(bootstrap\.servers|group\.id|client\.id|plugin\.path|plugin\.discovery|exactly\.once\.source\.support)$/,
  /^(config|offset|status)\.storage\./,
  /^(listeners?|rest|admin\.listeners|access\.control|config\.providers|inter\.worker|worker\.unsync)(\.|$)/,
  /^((producer|consumer|admin)\.)?(bootstrap\.servers|security|sasl|ssl)(\.|$)/,
  /^(metric\.reporters|metrics\.)/,
];
