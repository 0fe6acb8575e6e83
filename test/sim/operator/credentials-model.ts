import type { ClusterView } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { isAsked } from '../../../operators/psc/credentials/certificate-fault.ts';
import type {
  AuthorityMaker,
  HeldCertificates,
  ShownCertificate,
} from '../../../operators/psc/credentials/held-certificates.ts';
import type { ObservedCredentialsState } from '../../../operators/psc/observed.ts';
import type { Rotation } from '../../../operators/psc/plan.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { IssuerModel } from './issuer-model.ts';
import type { PodRecord } from './pod-record.ts';
import { EPOCH_MS } from './wall-clock.ts';

interface Authority {
  readonly id: string;
  /** When it came into use. */
  readonly madeAtMs: number;
  readonly maker: AuthorityMaker;
}

interface Leaf {
  readonly fingerprint: string;
  readonly issuer: string;
  /** The authority that vouches for the issuer, in the chain that is shown. */
  readonly via?: string;
  readonly madeAtMs: number;
}

/** What the Secret of all pods holds at a time. */
interface Issued {
  readonly trusted: ReadonlySet<string>;
  readonly leaves: ReadonlyMap<string, Leaf>;
}

/** A pod that runs, with what it was handed. */
interface Running {
  readonly pod: string;
  readonly leaf: Leaf;
  readonly trusted: ReadonlySet<string>;
  readonly isListening: boolean;
}

const NOTHING: Issued = { trusted: new Set(), leaves: new Map() };
const LIFE_MS = 10 * 365 * 24 * 3_600_000;

export interface CredentialsParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly issuer: IssuerModel;
  readonly pods: () => readonly PodRecord[];
  /** Somebody cannot talk to somebody else from now on. */
  readonly onDistrust: (message: string) => void;
}

/**
 * Authorities and certificates of the PSC: who has issued them, what kubelets have handed to pods of them, and who takes whose
 * word. Pods read what they were handed for each connection.
 */
export class CredentialsModel {
  readonly #parts: CredentialsParts;
  readonly #mounted = new Map<string, Issued>();
  #current: Authority | undefined;
  #former: Authority | undefined;
  #issued = NOTHING;
  #count = 0;

  constructor(parts: CredentialsParts) {
    this.#parts = parts;
  }

  stateFor(view: ClusterView): ObservedCredentialsState {
    const orders = this.#orders(view);
    const [first] = orders;
    const issuer =
      view.kafka.authorityIssuer === undefined ? undefined : this.#parts.issuer.observed(this.#current?.id);
    if (this.#current === undefined && issuer !== undefined && issuer.offer.state !== 'other') {
      return { state: 'awaited', reason: 'its issuer has not come up with an authority', issuer };
    }
    if (first !== undefined) return { state: 'incomplete', reason: `${first} has no certificate` };
    return { state: 'whole', certificates: this.#held(), ...(issuer === undefined ? {} : { issuer }) };
  }

  issue(view: ClusterView): void {
    const isIssued = view.kafka.authorityIssuer !== undefined;
    this.#current ??= isIssued ? this.#takenAuthority(undefined) : this.#newAuthority();
    const orders = this.#orders(view);
    if (orders.length === 0) return;
    const { id: issuer } = this.#current;
    const made = orders.map((pod): [string, Leaf] => {
      const via = this.#former?.id;
      const madeAtMs = this.#secondMs();
      const fingerprint = this.#next(`${pod}-`);
      return [pod, { fingerprint, issuer, madeAtMs, ...(via === undefined ? {} : { via }) }];
    });
    this.#issued = { trusted: this.#trusted(), leaves: new Map([...this.#issued.leaves, ...made]) };
    for (const pod of this.#parts.pods()) this.#handOn(pod, this.#kubeletMs());
  }

  /** Nothing where the authorities are others than those that it was decided on. */
  rotate({ step, mark, offer }: Rotation): void {
    if (this.#current === undefined || mark !== this.#mark()) return;
    if (step === 'retire') {
      this.#former = undefined;
    } else {
      const next = offer === undefined ? this.#newAuthority() : this.#takenAuthority(offer);
      this.#former = this.#current;
      this.#current = next;
    }
    this.#check();
  }

  /** What a pod that starts finds in its volume; false where nothing is there for it. */
  mount({ name, uid }: PodRecord): boolean {
    const mounted = this.#mounted.get(uid) ?? this.#issued;
    if (!mounted.leaves.has(name)) return false;
    this.#mounted.set(uid, mounted);
    this.#check();
    return true;
  }

  shown(): ReadonlyMap<string, ShownCertificate> {
    const listening = this.#running().filter(({ isListening }) => isListening);
    return new Map(
      listening.map(({ pod, leaf: { fingerprint, madeAtMs } }) => [
        pod,
        { fingerprint, endMs: lasting(madeAtMs).endMs },
      ]),
    );
  }

  /** What is still to happen until everybody shows what they were given, and as young as was asked for. */
  unfinished(authorityRequestedAt: string | undefined, maker?: AuthorityMaker): string | undefined {
    const askedAtMs = authorityRequestedAt === undefined ? -Infinity : Date.parse(authorityRequestedAt);
    if ((this.#current?.madeAtMs ?? Infinity) < Math.floor(askedAtMs / 1000) * 1000) return 'the authority is too old';
    // What comes after it waits for the end of the former one.
    const isOthers = maker !== undefined && this.#former === undefined && this.#current?.maker !== maker;
    if (isOthers) return `the authority is not the ${maker}'s`;
    const late = this.#running().find(({ pod, leaf }) => this.#issued.leaves.get(pod) !== leaf);
    return late === undefined ? undefined : `${late.pod} shows an old certificate`;
  }

  #orders({ brokers, controllers, certificatesRequestedAt }: ClusterView): readonly string[] {
    const placed = [...controllers, ...brokers].map(({ name }) => name);
    const trusted = this.#trusted();
    const isTrustOld = trusted.size !== this.#issued.trusted.size || !trusted.isSubsetOf(this.#issued.trusted);
    const askedAtMs = certificatesRequestedAt === undefined ? undefined : Date.parse(certificatesRequestedAt);
    return placed.filter((pod) => {
      const leaf = this.#issued.leaves.get(pod);
      const isForeign = leaf !== undefined && leaf.issuer !== this.#current?.id;
      return leaf === undefined || isForeign || isTrustOld || isAsked(askedAtMs, leaf.madeAtMs, this.#nowMs());
    });
  }

  #held(): HeldCertificates {
    const { madeAtMs = 0, maker = 'operator' } = this.#current ?? {};
    const pods = [...this.#issued.leaves].map(
      ([pod, leaf]) => [pod, { fingerprint: leaf.fingerprint, ...lasting(leaf.madeAtMs) }] as const,
    );
    const former = this.#former === undefined ? {} : { former: { endMs: lasting(this.#former.madeAtMs).endMs } };
    return { mark: this.#mark(), authority: { ...lasting(madeAtMs), maker }, ...former, pods: new Map(pods) };
  }

  #mark(): string {
    return `${this.#current?.id ?? ''} ${this.#former?.id ?? ''}`;
  }

  #trusted(): ReadonlySet<string> {
    return new Set([this.#current, this.#former].flatMap((authority) => authority?.id ?? []));
  }

  #newAuthority(): Authority {
    return { id: this.#next('authority-'), madeAtMs: this.#secondMs(), maker: 'operator' };
  }

  #takenAuthority(offer: string | undefined): Authority {
    return { id: this.#parts.issuer.taken(offer), madeAtMs: this.#nowMs(), maker: 'issuer' };
  }

  #next(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  #nowMs(): number {
    return EPOCH_MS + this.#parts.scheduler.nowMs;
  }

  /** Certificates know no more. */
  #secondMs(): number {
    return Math.floor(this.#nowMs() / 1000) * 1000;
  }

  /** Some kubelets take long. */
  #kubeletMs(): number {
    const { random } = this.#parts;
    return random.chance(0.1) ? random.int(90_000, 400_000) : random.int(1_000, 90_000);
  }

  #handOn(pod: PodRecord, delayMs: number): void {
    this.#parts.scheduler.after(delayMs, () => {
      if (pod.isGone || !this.#mounted.has(pod.uid)) return;
      if (pod.node?.isUp === false) {
        this.#handOn(pod, 10_000);
        return;
      }
      this.#mounted.set(pod.uid, this.#issued);
      this.#check();
    });
  }

  #running(): readonly Running[] {
    return this.#parts.pods().flatMap(({ name, uid, container, node, isListening }) => {
      const mounted = this.#mounted.get(uid);
      const leaf = mounted?.leaves.get(name);
      if (container.state !== 'running' || node?.isUp === false || mounted === undefined || leaf === undefined)
        return [];
      return [{ pod: name, leaf, trusted: mounted.trusted, isListening }];
    });
  }

  /** Everybody talks to everybody; clients know the authority that there was before the replacement that is under way. */
  #check(): void {
    const running = this.#running();
    const clients = { pod: 'a client', trusted: new Set([(this.#former ?? this.#current)?.id ?? '']) };
    for (const { pod, leaf } of running) {
      for (const other of [clients, ...running]) {
        if (other.trusted.has(leaf.issuer) || other.trusted.has(leaf.via ?? '')) continue;
        this.#parts.onDistrust(`${other.pod} does not trust ${pod}`);
        return;
      }
    }
  }
}

function lasting(madeAtMs: number): { readonly madeAtMs: number; readonly endMs: number } {
  return { madeAtMs, endMs: madeAtMs + LIFE_MS };
}
