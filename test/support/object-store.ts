import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../../local/kubernetes/free-ports.ts';
import { eventually } from './kafka-wait.ts';
import { tierJars } from './tier-jars.ts';

/** A real S3 store, as a local region runs it, on loopback. */
export interface ObjectStore {
  readonly port: number;
  /** Folder of the buckets; each is a folder in it. */
  readonly objects: string;
  /** Folder with the key pair, for the broker's plugin. */
  readonly credentials: string;
  /** Starts the process; resolves when it listens. */
  readonly start: () => Promise<void>;
  /** Ends the process at once. */
  readonly kill: () => void;
}

/**
 * A store without buckets that has not started.
 *
 * @param folder is there, and becomes the store's own
 */
export async function prepareObjectStore(folder: string): Promise<ObjectStore> {
  const objects = join(folder, 'objects');
  const credentials = join(folder, 'credentials');
  const home = join(folder, 'home');
  await mkdir(objects);
  await mkdir(credentials);
  await writeKeyPair(credentials, 'the-identity', 'the-credential');
  await cp(join(import.meta.dirname, '../../images/object-store'), home, { recursive: true });
  await cp(join(await tierJars(), 'object-store', 'libs'), join(home, 'libs'), { recursive: true });
  const [port = 0] = await freePorts(1, '127.0.0.1');
  const properties = [
    `s3proxy.endpoint=http://127.0.0.1:${port}`,
    's3proxy.authorization=aws-v2-or-v4',
    'jclouds.provider=filesystem-nio2',
    `jclouds.filesystem.basedir=${objects}`,
  ];
  await writeFile(join(folder, 'store.properties'), properties.join('\n'));
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ['--pdeathsig', 'KILL', 'sh', join(home, 'run.sh'), '--properties', join(folder, 'store.properties')];
    child = spawn('setpriv', args, {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], OBJECT_STORE_HOME: home, CREDENTIALS_DIR: credentials },
    });
    await eventually(
      { what: 'the store listens', withinMs: START_MAX_MS },
      async () => (await listens(port)) || undefined,
    );
  };
  return { port, objects, credentials, start, kill: () => child?.kill('SIGKILL') };
}

const START_MAX_MS = 60_000;

/** Puts a key pair where the store and the broker's plugin read theirs. */
export async function writeKeyPair(credentials: string, identity: string, credential: string): Promise<void> {
  await writeFile(join(credentials, 'identity'), `${identity}\n`);
  await writeFile(join(credentials, 'credential'), `${credential}\n`);
}

async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => {
        finish(true);
      })
      .once('error', () => {
        finish(false);
      });
  });
}
