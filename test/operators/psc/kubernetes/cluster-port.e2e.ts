import { jest } from '@jest/globals';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../../local/test-control-plane.ts';
import { clusterConformance } from '../cluster-conformance.ts';
import { realConformanceWorld, WAIT_MAX_MS } from './real-world.ts';

jest.setTimeout(4 * WAIT_MAX_MS);

clusterConformance('the real API server', realConformanceWorld, CONTROL_PLANE_START_TIMEOUT_MS);
