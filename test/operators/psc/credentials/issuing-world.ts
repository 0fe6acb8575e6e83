import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ApiConnection, bodyOf, connect } from '../../../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf, type LiveObject } from '../../../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../../../cli/apply/kube-config.ts';
import { DataPlaneServices } from '../../../../constructs/kubernetes/data-plane/data-plane-services.ts';
import { NodeZoneReader } from '../../../../constructs/kubernetes/platform/node-zone-reader.ts';
import { DNS_ENDPOINT_CRD } from '../../../../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import type { ClusterContext } from '../../../../constructs/kubernetes/shared/cluster-context.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../../contracts/labels.ts';
import { NAMESPACES, pscNamespace } from '../../../../contracts/names.ts';
import { PSC_CRD } from '../../../../contracts/psc-crd.ts';
import type { AuthorityIssuerSpec } from '../../../../contracts/gen/psc-types.ts';
import type { ControlPlane } from '../../../../local/kubernetes/control-plane.ts';
import type { ManagedProcess } from '../../../../local/processes/managed-process.ts';
import {
  type CredentialSecret,
  credentialSecretRef,
  decodedData,
  type SecretData,
} from '../../../../operators/psc/credentials/credential-secrets.ts';
import { OPERATOR_LEASE, serveOperator } from '../../../../operators/psc/serve-operator.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { apiServer } from '../../../../operators/runtime/api-server.ts';
import { CERT_MANAGER_NAMESPACE, certManagerDefinitions, startCertManager } from '../../../cert-manager/controller.ts';
import { exampleContext, objectsOf } from '../../../constructs/kubernetes/support/objects-of.ts';
import { startTestControlPlane } from '../../../local/test-control-plane.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { eventually } from '../../../support/kafka-wait.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PERSIST = { conflicts: 'force', effect: 'persist' } as const;
const STOP_GRACE_MS = 3_000;
/** What the cluster is to run by itself: here the operator is in this process. */
const NOT_APPLIED: readonly string[] = ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy'];

/** Longest time until the operator has looked again at what it waits for, on a machine that has other things to do. */
export const WAIT_MAX_MS = 90_000;

/** A cluster-wide issuer of cert-manager. */
export function clusterIssuer(name: string, spec: unknown): KubernetesObject {
  return { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name }, spec };
}

/** Certificate of an authority of the company's own, in a Secret of the same name, for this long as Go writes it. */
export function companyAuthority(name: string, issuer: string, duration: string): KubernetesObject {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace: CERT_MANAGER_NAMESPACE },
    spec: {
      isCA: true,
      commonName: name,
      secretName: name,
      duration,
      privateKey: { algorithm: 'ECDSA', size: 384 },
      issuerRef: { name: issuer, kind: 'ClusterIssuer' },
    },
  };
}

/**
 * A real API server and, in this process, the operator as `flotilla serve operator` wires it, with the rights of its service account
 * and nothing else; no pods run. cert-manager comes when a test says so.
 */
export class IssuingWorld {
  readonly cluster: Cluster;
  /** What the operator has told. */
  readonly lines: string[] = [];
  readonly #connection: ApiConnection;
  readonly #controlPlane: ControlPlane;
  readonly #folder: string;
  readonly #ending = new AbortController();
  #operator: Promise<void> = Promise.resolve();
  #certManager: ManagedProcess | undefined;

  private constructor(controlPlane: ControlPlane, folder: string) {
    this.#controlPlane = controlPlane;
    this.#folder = folder;
    this.#connection = connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined));
    this.cluster = clusterOf(this.#connection);
  }

  /** With an operator that may ask nobody for authorities yet. */
  static async start(): Promise<IssuingWorld> {
    const controlPlane = await startTestControlPlane();
    const world = new IssuingWorld(controlPlane, await mkdtemp(join(tmpdir(), 'flotilla-issuing-')));
    try {
      await world.#begin();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#operator;
    await this.#certManager?.stop(STOP_GRACE_MS);
    await this.#controlPlane.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async apply(...objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of objects) await this.cluster.apply(object, PERSIST);
  }

  async delete(apiVersion: string, kind: string, name: string): Promise<void> {
    const live = await this.cluster.read({ apiVersion, kind, name });
    if (live === undefined) throw new Error(`${kind} ${name} is not there`);
    await this.cluster.delete(live, PERSIST);
  }

  /** The rights of the data plane's services, and what holds them to the objects of PSCs. */
  async grant(context: Partial<ClusterContext>): Promise<void> {
    const rights = objectsOf((scope) => {
      new DataPlaneServices(scope, 'services', { context: { ...exampleContext('local'), ...context } });
      new NodeZoneReader(scope, 'zones');
    });
    await this.apply(...rights.filter(({ kind }) => !NOT_APPLIED.includes(kind)));
  }

  async define(definitions: readonly KubernetesObject[]): Promise<void> {
    for (const definition of definitions) {
      await this.apply(definition);
      await this.cluster.waitUntilServed({ ...definition, name: definition.metadata.name });
    }
  }

  async installCertManager(): Promise<void> {
    await this.define(await certManagerDefinitions());
    await this.apply(namespace(CERT_MANAGER_NAMESPACE));
    await this.runCertManager('itself');
  }

  /** Starts it, or another in its place. */
  async runCertManager(approver: 'itself' | 'others'): Promise<void> {
    await this.#certManager?.stop(STOP_GRACE_MS);
    const { kubeconfig } = this.#controlPlane;
    this.#certManager = await startCertManager({ kubeconfig, folder: this.#folder, approver });
  }

  /** Makes a PSC, or changes it. */
  async putPsc(name: string, authorityIssuer: AuthorityIssuerSpec): Promise<void> {
    await this.apply(namespace(pscNamespace(name), { [LABELS.psc]: name }));
    await this.apply(examplePsc('local', { name, kafka: { authorityIssuer } }));
  }

  async psc(name: string): Promise<StoredPsc> {
    const { apiVersion, kind } = examplePsc('local');
    const live = await this.cluster.read({ apiVersion, kind, namespace: pscNamespace(name), name });
    if (live === undefined) throw new Error(`PSC ${name} is not there`);
    return live as unknown as StoredPsc;
  }

  async certManagerObject(kind: string, name: string): Promise<LiveObject | undefined> {
    return await this.cluster.read({ apiVersion: 'cert-manager.io/v1', kind, namespace: NAMESPACES.system, name });
  }

  /** Merges into the status of an object of cert-manager. */
  async patchStatus({ kind, metadata: { namespace = '', name } }: KubernetesObject, status: unknown): Promise<void> {
    const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}/status`;
    const contentType = 'application/merge-patch+json';
    bodyOf(await this.#connection({ method: 'PATCH', path, contentType, body: { status } }));
  }

  /** Content of one of a PSC's Secrets; undefined where it is not there. */
  async secret(psc: string, secret: CredentialSecret): Promise<SecretData | undefined> {
    const live = await this.cluster.read({ apiVersion: 'v1', kind: 'Secret', ...credentialSecretRef(psc, secret) });
    return live === undefined ? undefined : decodedData(live);
  }

  /** Resolves when a condition of the PSC says something. */
  async says(psc: string, words: string): Promise<void> {
    let said: unknown;
    try {
      await eventually({ what: `PSC ${psc} says "${words}"`, withinMs: WAIT_MAX_MS }, async () => {
        const { conditions = [] } = (await this.psc(psc)).status ?? {};
        said = conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message ?? ''}`);
        return conditions.some(({ message }) => message?.includes(words)) ? true : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it says ${JSON.stringify(said)}`, { cause: error });
    }
  }

  /** Output of a command of a person with the administrator's kubeconfig. */
  async flotilla(...args: readonly string[]): Promise<string> {
    const main = [join(ROOT, 'cli', 'main.ts'), ...args, '--kubeconfig', this.#controlPlane.kubeconfig];
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules', 'node', 'bin', 'node'), main);
    return stdout;
  }

  async #begin(): Promise<void> {
    await this.define([PSC_CRD, DNS_ENDPOINT_CRD]);
    await this.apply(namespace(NAMESPACES.system), namespace(NAMESPACES.gateway));
    await this.grant({});
    const [caFile, tokenFile] = [join(this.#folder, 'ca.crt'), join(this.#folder, 'token')];
    await writeFile(caFile, this.#controlPlane.admin.authority);
    await writeFile(tokenFile, await this.#token());
    this.#operator = serveOperator({
      api: await apiServer({ server: this.#controlPlane.server, caFile, identity: { tokenFile } }),
      dataPlane: exampleDataPlane('local'),
      // Everybody's names are there.
      names: { resolved: (hosts) => Promise.resolve(new Set(hosts)) },
      namespace: NAMESPACES.system,
      pod: 'operator-0',
      healthPort: 0,
      metricsPort: 0,
      log: (line) => this.lines.push(line),
      signal: this.#ending.signal,
    });
  }

  /** Of the operator's service account. */
  async #token(): Promise<string> {
    const answer = await this.#connection({
      method: 'POST',
      path: `/api/v1/namespaces/${NAMESPACES.system}/serviceaccounts/${OPERATOR_LEASE}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    });
    return (answer.body as { readonly status: { readonly token: string } }).status.token;
  }
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
