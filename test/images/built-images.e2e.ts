import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { migrationFiles } from '../../constructs/kubernetes/control-plane/migration-files.ts';
import { KAFKA_IMAGES, KAFKA_VERSIONS } from '../../contracts/images.ts';
import { ensurePackages } from '../../local/host/packages.ts';
import { helperBinary } from '../../local/helper/binary.ts';
import { type BuiltImages, buildImages } from '../../local/images/build.ts';
import type { BuiltImage } from '../../local/images/image-plans.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { type ImageConfig, type RunOptions, type RunResult, unpackImage } from '../support/image-sandbox.ts';

const ROOT = join(import.meta.dirname, '..', '..');

// From an empty cache the build alone takes minutes.
jest.setTimeout(1_200_000);

describe('the images that are built here, on a read-only root, as their own user', () => {
  let archives: BuiltImages;

  beforeAll(async () => {
    const options = { cacheRoot: cacheRoot(process.env), env: process.env };
    await ensurePackages({ onProgress: (line) => process.stderr.write(`packages: ${line}\n`) });
    const helper = await helperBinary(options);
    archives = await buildImages({
      ...options,
      root: ROOT,
      helper,
      onProgress: (line) => process.stderr.write(`images: ${line}\n`),
    });
  });

  test.each(KAFKA_VERSIONS)(
    'kafka %s starts from its archive of classes, with the metrics agent too',
    async (version) => {
      const { output, config } = await inImage(
        KAFKA_IMAGES[version],
        `java -cp "$(cat /opt/kafka/class-path)" kafka.Kafka --version 2> /dev/null | sed 's/^/version=/'
      java -Xshare:on -XX:SharedArchiveFile=/opt/kafka/kafka.jsa -XX:+UseSerialGC -Xlog:class+load:file=/tmp/classes \\
        -cp "$(cat /opt/kafka/class-path)" kafka.Kafka > /dev/null 2>&1
      echo archived=$(grep -c 'shared objects file (top)' /tmp/classes)
      echo 'rules: []' > /tmp/rules
      java -XX:SharedArchiveFile=/opt/kafka/kafka.jsa -Xlog:class+load:file=/tmp/with-agent \\
        -javaagent:$(echo /opt/kafka/libs/jmx_prometheus_javaagent-*.jar)=127.0.0.1:7071:/tmp/rules \\
        -cp "$(cat /opt/kafka/class-path)" kafka.Kafka > /dev/null 2>&1
      echo agent=$(grep -c 'shared objects file (top)' /tmp/with-agent)
      ls /opt/kafka/tier; command -v curl; touch /opt/kafka/x || echo read-only`,
      );
      expect(config.User).toBe('10001:10001');
      expect(output).toContain(`version=${version}\n`);
      expect(Number(/archived=(\d+)/.exec(output)?.[1])).toBeGreaterThan(500);
      expect(Number(/agent=(\d+)/.exec(output)?.[1])).toBeGreaterThan(500);
      expect(output).toMatch(/tier-1\.jar[^]*\/usr\/bin\/curl[^]*read-only/);
    },
  );

  test('connect finds the connector, its transformation and its converter, and refuses a call without a file', async () => {
    const { output, config } = await inImage(
      'connect',
      `sh /opt/connect/run.sh; echo none=$?
      timeout 60 sh /opt/connect/run.sh /etc/flotilla/worker.properties > /tmp/log 2>&1 || true
      grep -o "Added plugin 'io.debezium[^']*'" /tmp/log | sort -u`,
      { files: { '/etc/flotilla/worker.properties': WORKER } },
    );
    expect(config.Entrypoint).toEqual(['/bin/sh', '/opt/connect/run.sh']);
    expect(output).toContain('none=64');
    expect(output).toContain('io.debezium.connector.postgresql.PostgresConnector');
    expect(output).toContain('io.debezium.transforms.outbox.EventRouter');
    expect(output).toContain('io.debezium.converters.BinaryDataConverter');
  });

  test('postgres makes its cluster once, with a password, and stops at its signal', async () => {
    const start = `sh /opt/postgres/run.sh & pid=$!
      for i in $(seq 300); do grep -q '^ready' "$PGDATA/postmaster.pid" 2>/dev/null && break; sleep 0.1; done
      sed -n 8p "$PGDATA/postmaster.pid"; kill -INT $pid; wait $pid; echo stopped=$?`;
    const { output, config } = await inImage(
      'postgres',
      `${start}; cat "$PGDATA/PG_VERSION"; ls "$PGDATA/.." ; first=$(stat -c %Y "$PGDATA/PG_VERSION"); ${start}
      [ "$first" = "$(stat -c %Y "$PGDATA/PG_VERSION")" ] && echo kept
      echo "select 'database=' || datname from pg_database where datname = 'flotilla'" |
        postgres --single -D "$PGDATA" -c config_file=/etc/flotilla/postgres-config/postgresql.conf postgres
      echo "select 'verifier=' || left(rolpassword, 13) from pg_authid where rolname = 'postgres'" |
        postgres --single -D "$PGDATA" -c config_file=/etc/flotilla/postgres-config/postgresql.conf postgres`,
      {
        files: {
          '/etc/flotilla/postgres-superuser/password': 'the-password',
          '/etc/flotilla/postgres-config/postgresql.conf':
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '/run/postgresql'\nwal_level = 'logical'\n",
        },
        scratch: ['/var/lib/postgresql', '/run/postgresql'],
        env: { PGDATA: '/var/lib/postgresql/pgdata', POSTGRES_DB: 'flotilla' },
      },
    );
    expect(config.StopSignal).toBe('SIGINT');
    expect(output.match(/^ready/gm)).toHaveLength(2);
    expect(output.match(/stopped=0/g)).toHaveLength(2);
    expect(output).toMatch(/^18$[^]*^pgdata$[^]*kept[^]*database=flotilla[^]*verifier=SCRAM-SHA-256/m);
  });

  test('postgres has psql, by which each migration is applied once and roles get their passwords', async () => {
    const { output } = await inImage(
      'postgres',
      `sh /opt/postgres/run.sh & pid=$!
      for i in $(seq 300); do grep -q '^ready' "$PGDATA/postmaster.pid" 2>/dev/null && break; sleep 0.1; done
      for i in 1 2; do sh "$MIGRATIONS_FOLDER/migrate.sh" /etc/flotilla/database-connect; echo migrated=$?; done
      as_connect() { PGPASSWORD=its-password psql --no-psqlrc -h 127.0.0.1 -U connect -d flotilla --command "$1" 2>&1; }
      as_connect "SELECT 'rows=' || count(*) FROM public.outbox"
      as_connect "SELECT 'slot=' || slot_name FROM pg_create_logical_replication_slot('probe', 'pgoutput')"
      as_connect 'DELETE FROM public.outbox'
      kill -INT $pid; wait $pid`,
      {
        files: {
          '/etc/flotilla/postgres-superuser/password': 'the-password',
          '/etc/flotilla/postgres-config/postgresql.conf':
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '/run/postgresql'\nwal_level = 'logical'\n",
          '/etc/flotilla/database-connect/username': 'connect',
          '/etc/flotilla/database-connect/password': 'its-password',
          ...Object.fromEntries(
            Object.entries(migrationFiles()).map(([name, text]) => [`/etc/flotilla/database-migrations/${name}`, text]),
          ),
        },
        scratch: ['/var/lib/postgresql', '/run/postgresql'],
        env: {
          PGDATA: '/var/lib/postgresql/pgdata',
          POSTGRES_DB: 'flotilla',
          PGHOST: '127.0.0.1',
          PGPORT: '5432',
          PGDATABASE: 'flotilla',
          ADMINISTRATOR_FOLDER: '/etc/flotilla/postgres-superuser',
          MIGRATIONS_FOLDER: '/etc/flotilla/database-migrations',
        },
      },
    );
    expect(output.match(/migrated=0/g)).toHaveLength(2);
    expect(output.match(/^applied 0001-outbox$/gm)).toHaveLength(1);
    expect(output).toContain('rows=0');
    expect(output).toContain('slot=probe');
    expect(output).toContain('permission denied for table outbox');
  });

  test('object-store serves those who have its key pair within its memory, and nobody else', async () => {
    const { output } = await inImage(
      'object-store',
      `export JAVA_TOOL_OPTIONS=-XX:MaxRAM=192m
      sh /opt/object-store/run.sh --properties /etc/flotilla/object-store-config/s3proxy.properties > /tmp/log 2>&1 & pid=$!
      url=http://127.0.0.1:9000; signed="-H x-amz-content-sha256:UNSIGNED-PAYLOAD --aws-sigv4 aws:amz:local:s3 --user the-identity:the-credential"
      for i in $(seq 300); do curl -s -o /dev/null $url && break; sleep 0.2; done
      echo anonymous=$(curl -s -o /dev/null -w '%{http_code}' $url/)
      echo made=$(curl -s -o /dev/null -w '%{http_code}' $signed -X PUT $url/bucket)
      head -c 67108864 /dev/zero > /tmp/upload
      echo written=$(curl -s -o /dev/null -w '%{http_code}' $signed -T /tmp/upload $url/bucket/object)
      echo read=$(curl -s $signed $url/bucket/object | wc -c)
      grep VmHWM /proc/$pid/status; grep -c the-credential /proc/$pid/cmdline || echo hidden; tail -n 3 /tmp/log`,
      {
        files: {
          '/etc/flotilla/object-store-credentials/identity': 'the-identity',
          '/etc/flotilla/object-store-credentials/credential': 'the-credential',
          '/etc/flotilla/object-store-config/s3proxy.properties': STORE,
        },
        scratch: ['/var/lib/object-store'],
      },
    );
    expect(output).toMatch(/anonymous=403[^]*made=200[^]*written=200[^]*read=67108864[^]*hidden/);
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(output)?.[1])).toBeLessThan(192 * 1024);
  });

  test('gateway has the HAProxy of its recipe, flotilla the command line', async () => {
    expect((await inImage('gateway', 'haproxy -v')).output).toMatch(/HAProxy version 2\.6/);
    const flotilla = await inImage('flotilla', 'node --version; node /opt/flotilla/cli/main.ts --help');
    expect(flotilla.output).toMatch(/v24\.[^]*Usage: flotilla/);
    expect(flotilla.exitCode).toBe(0);
  });

  test('each has a bill of materials beside it', async () => {
    for (const [name, archive] of archives) {
      const bom = JSON.parse(await readFile(join(dirname(archive), 'sbom.json'), 'utf8')) as {
        readonly components: readonly { readonly purl: string }[];
      };
      const kinds = new Set(bom.components.map(({ purl }) => purl.split('/')[0]));
      expect([name, [...kinds].sort()]).toEqual([name, KINDS[name]]);
    }
  });

  test('one that cannot be built says which it is and why, and nothing of it stays in the cache', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'flotilla-images-'));
    const cache = join(copy, 'cache');
    try {
      // All but the broken one come from the real cache: what they are made from is the same.
      await symlinkAll(cacheRoot(process.env), cache);
      for (const part of REPOSITORY)
        await cp(join(ROOT, part), join(copy, part), { recursive: true, filter: isSource });
      await writeFile(join(copy, 'images', 'pause', 'Containerfile'), 'FROM scratch\nCOPY nobody-has-this /\n');
      const before = await readdir(cache);
      const helper = await helperBinary({ cacheRoot: cacheRoot(process.env), env: process.env });
      const build = buildImages({ root: copy, cacheRoot: cache, env: process.env, helper });
      await expect(build).rejects.toThrow(/^image pause could not be built[^]*nobody-has-this[^]*what to do: mend/);
      expect(await readdir(cache)).toEqual(before);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  async function inImage(
    name: BuiltImage,
    script: string,
    options?: RunOptions,
  ): Promise<RunResult & { readonly config: ImageConfig }> {
    const image = await unpackImage(archives.get(name) ?? '');
    try {
      return { ...(await image.run(script, options)), config: image.config };
    } finally {
      await image.remove();
    }
  }
});

/** What images are made from. */
const REPOSITORY = [
  ...['cli', 'constructs', 'contracts', 'control-plane', 'images', 'local', 'operators', 'policies', 'stacks'],
  ...['LICENSE', 'Pulumi.yaml', 'package.json', 'package-lock.json'],
];

function isSource(path: string): boolean {
  return !path.includes('node_modules');
}

async function symlinkAll(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from);
  for (const entry of entries) await symlink(join(from, entry), join(to, entry));
}

const KINDS: Readonly<Record<BuiltImage, readonly string[]>> = {
  kafka: ['pkg:deb', 'pkg:maven'],
  'kafka-4.2': ['pkg:deb', 'pkg:maven'],
  connect: ['pkg:deb', 'pkg:maven'],
  'object-store': ['pkg:deb', 'pkg:maven'],
  postgres: ['pkg:deb', 'pkg:npm'],
  gateway: ['pkg:deb'],
  flotilla: ['pkg:deb', 'pkg:npm'],
  pause: [],
};

const WORKER = `bootstrap.servers=127.0.0.1:1
group.id=g
config.storage.topic=c
offset.storage.topic=o
status.storage.topic=s
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.converters.ByteArrayConverter
plugin.path=/opt/connect/plugins
plugin.discovery=service_load
`;

const STORE = `s3proxy.endpoint=http://0.0.0.0:9000
s3proxy.authorization=aws-v2-or-v4
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=/var/lib/object-store
`;
