import { connectConformance } from '../operators/connect/connect-conformance.ts';
import { simulatedConnectWorld } from './connect/conformance-world.ts';

const START_TIMEOUT_MS = 60_000;

connectConformance('The model of Connect', simulatedConnectWorld, START_TIMEOUT_MS);
