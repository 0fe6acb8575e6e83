import { CA_FILE, NODE_PRINCIPAL, principalMappingRules, SUPER_USERS } from './secrets.ts';
import { REPLICATION_FACTOR, type ClusterView } from './cluster-view.ts';
import { fromEnvironment, POD_VARIABLES } from './listeners.ts';
import type { PropertiesSection } from './properties.ts';

/** In-sync replicas without which a record is not acknowledged. */
export const MIN_INSYNC_REPLICAS = 2;

/** The one config provider that Kafka may use, and all that it may read. */
export const CONFIG_PROVIDER_CLASS = 'org.apache.kafka.common.config.provider.EnvVarConfigProvider';

/** Class of the image's jar `tls` (images/kafka/tls): nobody needs a restart to take a renewed certificate. */
const RENEWED_TLS = 'dev.flotilla.tls.RenewedSslEngineFactory';

/** Settings that brokers and controllers share. */
export function commonSections(view: ClusterView): readonly PropertiesSection[] {
  return [
    {
      comment: 'What differs between pods comes from variables that the start scripts set, and from nowhere else.',
      settings: {
        'config.providers': 'env',
        'config.providers.env.class': CONFIG_PROVIDER_CLASS,
        'config.providers.env.param.allowlist.pattern': POD_VARIABLES.join('|'),
        'node.id': fromEnvironment('NODE_ID'),
        'log.dirs': `${fromEnvironment('DATA_DIR')}/log`,
      },
    },
    {
      comment: 'TLS from PEM files in mounted Secrets, read anew once they have changed.',
      settings: {
        'ssl.engine.factory.class': RENEWED_TLS,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': `${fromEnvironment('TLS_DIR')}/${fromEnvironment('POD_NAME')}.pem`,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': `${fromEnvironment('TLS_DIR')}/${CA_FILE}`,
        'ssl.principal.mapping.rules': principalMappingRules(view),
      },
    },
    {
      comment: 'Nobody may do what no ACL allows.',
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': 'false',
        'super.users': [NODE_PRINCIPAL, ...SUPER_USERS].map((name) => `User:${name}`).join(';'),
      },
    },
    {
      comment: [
        'Topic defaults. The controllers apply them: a cluster formatted at 4.1 or later keeps min.insync.replicas of its',
        'controllers as a cluster-wide setting that overrides the brokers (KIP-966), so brokers alone are not enough.',
      ].join('\n'),
      settings: {
        'default.replication.factor': String(REPLICATION_FACTOR),
        'min.insync.replicas': String(MIN_INSYNC_REPLICAS),
        'unclean.leader.election.enable': 'false',
        'auto.create.topics.enable': 'false',
      },
    },
    {
      comment: 'Only the balancer moves leadership.',
      settings: { 'auto.leader.rebalance.enable': 'false' },
    },
  ];
}

/** The PSC's own settings, after all others; the view has refused those that belong to the platform. */
export function userSection(view: ClusterView): readonly PropertiesSection[] {
  const entries = Object.entries(view.kafka.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return [];
  return [{ comment: 'From spec.kafka.config.', settings: Object.fromEntries(entries) }];
}
