import { jest } from '@jest/globals';
import { kafkaConformance } from './kafka-conformance.ts';
import { CHANGE_MAX_MS } from './orders-cluster.ts';
import { realKafkaWorld } from './real-kafka-world.ts';

const START_MAX_MS = 180_000;
jest.setTimeout(3 * CHANGE_MAX_MS);

kafkaConformance('the real Kafka', realKafkaWorld, START_MAX_MS);
