import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of the machine that a kubelet, kube-proxy or the region itself might change. */
export function machineSettings() {
  return Object.fromEntries(
    FOLDERS.flatMap((folder) =>
      readdirSync(join('/proc/sys', folder), { withFileTypes: true })
        .filter((entry) => entry.isFile() && !CHANGES_BY_ITSELF.test(entry.name))
        .map(({ name }) => [join(folder, name), contentOf(join('/proc/sys', folder, name))]),
    ),
  );
}

/** Everything on the machine that belongs to a region whose state is in this folder; empty when nothing does. */
export function leftovers(state) {
  return [
    ...(existsSync(state) ? [state] : []),
    ...namespaces(),
    ...controlGroups(),
    ...lines('/proc/self/mounts').filter((line) => line.includes(state)),
    ...loopDevices(state),
    ...processes(state),
  ];
}

const FOLDERS = ['vm', 'kernel', 'fs', 'net/core', 'net/ipv4', 'net/ipv4/conf/all', 'net/netfilter'];
const CHANGES_BY_ITSELF = /_count$|-nr$|-state$|_nr$|^ns_last_pid$|^tainted$|^perf_event_max_sample_rate$/;
const OURS = /^flotilla-[0-9a-f]{4}-/;

function namespaces() {
  return existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => OURS.test(name)) : [];
}

function controlGroups() {
  const controllers = readdirSync('/sys/fs/cgroup', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return controllers.flatMap(({ name }) =>
    readdirSync(join('/sys/fs/cgroup', name)).filter((group) => OURS.test(group)),
  );
}

function loopDevices(state) {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .map((name) => `${name} ${contentOf(join('/sys/block', name, 'loop', 'backing_file')).trim()}`)
    .filter((line) => line.includes(`${state}/`));
}

function processes(state) {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return ids
    .map((id) => `${id} ${contentOf(`/proc/${id}/cmdline`).replaceAll('\0', ' ')}`)
    .filter((line) => line.includes(`${state}/`));
}

function lines(file) {
  return readFileSync(file, 'utf8').split('\n');
}

/** Empty for what has gone meanwhile, and for settings that can only be written. */
function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
