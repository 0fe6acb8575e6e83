import { REPLICATION } from './assumptions.ts';
import { CapacityError } from './capacity-error.ts';
import type { Catalogue, NodeResources } from './catalogue/catalogue.ts';
import { MAX_CKUS } from './catalogue/confluent-cku.ts';
import { catalogueOf } from './catalogue/index.ts';
import type { ClusterShape, DerivationStep, NodeShape, ShapeRequest } from './cluster-shape.ts';
import { derivedBrokers } from './derived-brokers.ts';
import { limitSteps, limitsOf } from './limits.ts';
import { placeInTurn } from './placement.ts';
import { brokerQuotasOf, quotaSteps } from './quotas.ts';

/**
 * Everything that a number of CKUs stands for on one cloud, with the arithmetic that leads to it.
 *
 * Growth by one CKU never takes anything away (brokers, CPU, memory, volume figures) and never moves a broker to
 * another zone; every zone has the same number of brokers.
 * @throws CapacityError where CKUs or zones are out of range.
 */
export function shapeOf(request: ShapeRequest): ClusterShape {
  checkRequest(request);
  const { cloud, ckus, zones } = request;
  const catalogue = catalogueOf(cloud);
  const limits = limitsOf(catalogue.limitsPerCku, ckus);
  const { brokers, steps } = brokersOf(catalogue, request);
  return {
    request,
    brokers,
    controllers: fixedNodes(catalogue, catalogue.controllers, 'controller', catalogue.controllers.count, zones),
    replication: REPLICATION,
    limits,
    brokerQuotas: brokerQuotasOf(limits, brokers.count, zones.length),
    derivation: [
      ...limitSteps(catalogue.limitsPerCku, ckus),
      ...steps,
      ...quotaSteps(limits, brokers.count, zones.length),
    ],
  };
}

interface DerivedNodes {
  readonly brokers: NodeShape;
  readonly steps: readonly DerivationStep[];
}

function brokersOf(catalogue: Catalogue, request: ShapeRequest): DerivedNodes {
  const sizing = catalogue.brokers;
  switch (sizing.kind) {
    case 'derived':
      return derivedBrokers(catalogue, sizing, request);
    case 'per-zone':
      return perZoneBrokers(catalogue, sizing, request);
  }
}

function perZoneBrokers(catalogue: Catalogue, sizing: NodeResources, { ckus, zones }: ShapeRequest): DerivedNodes {
  const count = ckus * zones.length;
  const { controllers } = catalogue;
  return {
    brokers: fixedNodes(catalogue, sizing, 'kafka', count, zones),
    steps: [
      {
        name: 'brokers',
        formula: `${ckus} × ${zones.length}`,
        result: count,
        unit: 'brokers',
        reason: 'one broker in each zone for each CKU: the cloud is one machine',
        section: 'brokers',
        binding: true,
      },
      {
        name: 'memory of the cluster',
        formula: `${count} × ${sizing.memoryMib} + ${controllers.count} × ${controllers.memoryMib}`,
        result: count * sizing.memoryMib + controllers.count * controllers.memoryMib,
        unit: 'MiB',
        reason: 'memory limits of all brokers and controllers',
        section: 'broker',
      },
    ],
  };
}

function fixedNodes(
  { volumeType }: Catalogue,
  resources: NodeResources,
  prefix: string,
  count: number,
  zones: readonly string[],
): NodeShape {
  return {
    count,
    instanceClass: resources.instanceClass,
    cpuMillis: resources.cpuMillis,
    cpuLimitMillis: resources.cpuLimitMillis,
    memoryMib: resources.memoryMib,
    heapMib: resources.heapMib,
    volume: {
      sizeGib: resources.volumeSizeGib,
      iops: volumeType.minIops,
      throughputMibPerSecond: volumeType.minThroughputMibPerSecond,
      growthLimitGib: resources.volumeGrowthLimitGib,
    },
    placement: placeInTurn(prefix, count, zones),
  };
}

function checkRequest({ ckus, zones }: ShapeRequest): void {
  if (!Number.isInteger(ckus) || ckus < 1 || ckus > MAX_CKUS) {
    throw new CapacityError({
      field: 'ckus',
      value: ckus,
      rule: `a cluster has a whole number of CKUs from 1 to ${MAX_CKUS}`,
      hint: `choose a number from 1 to ${MAX_CKUS}; beyond it, spread the load over several clusters`,
    });
  }
  if (zones.length < MIN_ZONES || new Set(zones).size !== zones.length || zones.includes('')) {
    throw new CapacityError({
      field: 'zones',
      value: zones,
      rule: `a cluster is spread over at least ${MIN_ZONES} different zones`,
      hint: 'name three zones of the region, each once',
    });
  }
}

/** Three replicas and three controllers, each in a zone of its own. */
const MIN_ZONES = 3;
