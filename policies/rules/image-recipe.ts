import type { ImageLock, LockedImage } from '../../contracts/images.ts';
import { WORKLOAD_KINDS } from '../kinds.ts';
import type { SetRule } from '../rule.ts';
import { EXAMPLE_IMAGE } from '../examples/objects.ts';
import { GOOD_DEPLOYMENT, containerWith } from '../examples/workloads.ts';

/** Says which images nobody has pushed yet. */
export const IMAGE_RECIPE_RULE: SetRule = {
  form: 'set',
  id: 'image-recipe',
  group: 'images',
  severity: 'warning',
  title: 'Images have been pushed',
  reason: 'The digest of an image that is only a recipe stands in for the real one: no node can pull it.',
  fix: 'Build and push the image, then record its digest in images/images.lock.json as published.',
  standards: [],
  kinds: WORKLOAD_KINDS,
  judge: ({ images }, parameters) => {
    const recipes = recipesOf(parameters.images);
    return [...images].flatMap(([reference, { first, count }]) => {
      const name = recipes.find(([, image]) => reference.endsWith(`@${image.digest}`))?.[0];
      if (name === undefined) return [];
      const others = count === 1 ? '' : `, used ${count} times`;
      return [{ object: first, message: `image ${name} is only a recipe so far${others}: ${reference}` }];
    });
  },
  examples: {
    passing: [GOOD_DEPLOYMENT],
    failing: [
      containerWith('an image that nobody pushed', ['image'], EXAMPLE_IMAGE.replace(/[a-f0-9]{64}$/, 'e'.repeat(64))),
    ],
  },
};

function recipesOf(images: ImageLock | undefined): readonly (readonly [string, LockedImage])[] {
  return Object.entries(images ?? {}).filter(([, image]) => image.provenance === 'recipe');
}
