import { createServer, type Server } from 'node:net';

/** As many free TCP ports of an address as asked for, all different; another process may still take one meanwhile. */
export async function freePorts(count: number, address: string): Promise<readonly number[]> {
  // Held together, or the kernel would hand out one port twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listen(address)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
