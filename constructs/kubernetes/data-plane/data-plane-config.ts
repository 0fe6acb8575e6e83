import type { DataPlane } from '../../../contracts/data-plane.ts';
import { configFolder } from '../shared/platform-container.ts';

/** ConfigMap in `flotilla-system` with the {@link DataPlane} that its services run in. */
export const DATA_PLANE_CONFIG = 'data-plane';

/** File of {@link DATA_PLANE_CONFIG}. */
export const DATA_PLANE_FILE = 'data-plane.json';

/** Where a service's container finds the file. */
export const DATA_PLANE_PATH = `${configFolder(DATA_PLANE_CONFIG)}/${DATA_PLANE_FILE}`;

/** Content of the file: the data plane as `synth` has it, so that the operator renders the same bytes. */
export function dataPlaneJson(dataPlane: DataPlane): string {
  return `${JSON.stringify(dataPlane, undefined, 2)}\n`;
}
