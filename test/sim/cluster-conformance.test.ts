import { clusterConformance } from '../operators/psc/cluster-conformance.ts';
import { simulatedWorld } from './operator/conformance-world.ts';

const START_TIMEOUT_MS = 60_000;

clusterConformance('The model of Kubernetes', simulatedWorld, START_TIMEOUT_MS);
