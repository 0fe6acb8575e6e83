import { LABELS } from '../../contracts/labels.ts';
import { objectKey, type StoredPsc } from './observed.ts';
import type { ClusterPort, KafkaPort } from './ports.ts';

interface Ports {
  readonly cluster: ClusterPort;
  readonly kafka: KafkaPort;
}

/** The same ports, which say of each write what was done, or why it failed. */
export function loggedPorts({ cluster, kafka }: Ports, log: (line: string) => void): Ports {
  const said = async <T>(psc: string, what: string, write: () => Promise<T>): Promise<T> => {
    try {
      const result = await write();
      log(`${psc}: ${what}`);
      return result;
    } catch (error) {
      log(`${psc}: ${what}: failed: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
  const ofPsc: OfPsc =
    (write, what) =>
    async (psc, ...args) => {
      await said(psc.metadata.name, what(...args), async () => {
        await write(psc, ...args);
      });
    };
  return {
    cluster: {
      ...cluster,
      apply: async (object) =>
        await said(
          object.metadata.labels?.[LABELS.psc] ?? NOBODY,
          `apply ${objectKey(object)}`,
          async () => await cluster.apply(object),
        ),
      remove: async (object, uid) => {
        await said(object.metadata.labels?.[LABELS.psc] ?? NOBODY, `remove ${objectKey(object)}`, async () => {
          await cluster.remove(object, uid);
        });
      },
      deleteClaim: ofPsc(cluster.deleteClaim, ({ name }) => `delete claim ${name}`),
      releaseVolume: ofPsc(cluster.releaseVolume, (volume) => `release volume ${volume}`),
      issueCredentials: ofPsc(cluster.issueCredentials, () => 'issue credentials'),
      rotateAuthority: ofPsc(cluster.rotateAuthority, ({ step }) => `${step} the authority`),
      requestAuthority: ofPsc(cluster.requestAuthority, ({ metadata: { name } }) => `ask for Certificate ${name}`),
      renewAuthority: ofPsc(cluster.renewAuthority, () => 'ask the issuer for another authority'),
      rotatePasswords: ofPsc(cluster.rotatePasswords, ({ step }) => `${step} the platform's passwords`),
      setFinalizer: ofPsc(cluster.setFinalizer, (finalizer) => `finalizer ${finalizer}`),
      setGate: ofPsc(cluster.setGate, (pod, _uid, status) => `${pod} is ${status === 'True' ? '' : 'not '}in sync`),
      touchPod: ofPsc(cluster.touchPod, ({ name }) => `${name} is fenced`),
      evict: ofPsc(cluster.evict, ({ name }) => `evict ${name}`),
      deletePod: ofPsc(cluster.deletePod, ({ name }) => `delete ${name}`),
    },
    kafka: loggedKafka(kafka, ofPsc),
  };
}

/** A write of one PSC that is told of. */
type OfPsc = <A extends readonly unknown[]>(
  write: (psc: StoredPsc, ...args: A) => Promise<void>,
  what: (...args: A) => string,
) => (psc: StoredPsc, ...args: A) => Promise<void>;

function loggedKafka(kafka: KafkaPort, ofPsc: OfPsc): KafkaPort {
  return {
    ...kafka,
    // Names only: a value may be nobody's business.
    alterClusterSettings: ofPsc(kafka.alterClusterSettings, (set, remove) =>
      [...Object.keys(set).map((key) => `set ${key}`), ...remove.map((key) => `take away ${key}`)].join(', '),
    ),
    alterDefaultQuota: ofPsc(kafka.alterDefaultQuota, (values) =>
      ['default quota', ...Object.entries(values).map((pair) => pair.join(' '))].join(', '),
    ),
    alterLogins: ofPsc(kafka.alterLogins, (change) => `${change} the platform's other logins`),
    electPreferred: ofPsc(kafka.electPreferred, ({ length }) => `elect ${length} preferred leaders`),
    setCordon: ofPsc(
      kafka.setCordon,
      (broker, cordon) => `${cordon === 'present' ? 'cordon' : 'uncordon'} broker ${broker}`,
    ),
    finishFeatures: ofPsc(kafka.finishFeatures, (features) =>
      ['finish features', ...Object.entries(features).map((pair) => pair.join(' '))].join(', '),
    ),
    unregisterBroker: ofPsc(kafka.unregisterBroker, (broker) => `unregister broker ${broker}`),
    addVoter: ofPsc(kafka.addVoter, ({ pod, directory }) => `give ${pod} a vote (directory ${directory})`),
    removeVoter: ofPsc(
      kafka.removeVoter,
      ({ pod, directory }) => `take the vote of ${pod} away (directory ${directory})`,
    ),
  };
}

const NOBODY = 'no PSC';
