import { startControlPlane } from '../../local/kubernetes/control-plane.ts';

/** Program for tests: starts a control plane, says which processes it is, and waits to be killed. */
const [binary = '', workDir = ''] = process.argv.slice(2);
const { pids } = await startControlPlane({ binary, workDir });
process.stdout.write(`${JSON.stringify(pids)}\n`);
process.stdin.resume();
