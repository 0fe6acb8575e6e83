import type { ClusterModel } from './cluster-model.ts';
import { i32 } from './typed-arrays.ts';

/** Finds partitions of a model by name and number: their index, or -1. */
export function partitionFinder(model: ClusterModel): (topic: string, number: number) => number {
  const topicIndex = new Map(model.topics.map((topic, index) => [topic, index]));
  return (topic, number) => {
    const index = topicIndex.get(topic);
    if (index === undefined) return -1;
    let low = i32(model.firstOfTopic, index);
    let high = i32(model.firstOfTopic, index + 1) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = i32(model.numberOf, middle);
      if (found === number) return middle;
      if (found < number) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  };
}
