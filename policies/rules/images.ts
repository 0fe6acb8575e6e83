import { WORKLOAD_KINDS } from '../kinds.ts';
import type { Rule } from '../rule.ts';
import { EXAMPLE_IMAGE } from '../examples/objects.ts';
import { GOOD_DEPLOYMENT, containerWith, initContainerWith } from '../examples/workloads.ts';
import { everyContainer } from './container-validation.ts';
import { IMAGE_RECIPE_RULE } from './image-recipe.ts';

const common = { form: 'object', group: 'images', severity: 'error', match: { kinds: WORKLOAD_KINDS } } as const;

/** What may run. */
export const IMAGE_RULES: readonly Rule[] = [
  {
    ...common,
    id: 'image-digest',
    title: 'Images are named by digest',
    reason: 'A tag can be moved: only a digest makes what was tested, judged and rolled back to the same bytes.',
    fix: 'Take the reference from images/images.lock.json, as in name:tag@sha256:….',
    standards: [],
    validations: [everyContainer("c.image.matches('@sha256:[a-f0-9]{64}$')", 'has an image without a digest')],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        containerWith('a tag', ['image'], 'registry.example.com/flotilla/flotilla:0.1.0'),
        initContainerWith('a short digest', ['image'], 'registry.example.com/flotilla/flotilla@sha256:0123'),
      ],
    },
  },
  {
    ...common,
    id: 'image-registry',
    title: 'Images come from the allowed registries',
    reason: 'What runs here was built or mirrored by us; any other registry may serve anything or be gone tomorrow.',
    fix: "Push the image to the region's registry, or add its repository to the image lock.",
    standards: [],
    validations: [
      everyContainer(
        "variables.registries.exists(r, c.image.startsWith(r + '/') || c.image.startsWith(r + ':') || c.image.startsWith(r + '@'))",
        'has an image from elsewhere than the allowed registries',
      ),
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        containerWith(
          'a repository of others, named whole',
          ['image'],
          EXAMPLE_IMAGE.replace('registry.example.com/flotilla/flotilla', 'registry.example.org/external-dns'),
        ),
      ],
      failing: [
        containerWith(
          'another registry',
          ['image'],
          EXAMPLE_IMAGE.replace('registry.example.com', 'registry.example.net'),
        ),
        initContainerWith(
          'a registry that begins like an allowed one',
          ['image'],
          EXAMPLE_IMAGE.replace('example.com/flotilla', 'example.com/flotilla-evil'),
        ),
      ],
    },
  },
  IMAGE_RECIPE_RULE,
];
