// A small server for pages and for the folder of artifacts, on the loopback interface only. It reads and never writes.
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CLOSED, servedPolicy } from './policy.ts';

/** The pages below the root that are ours; other HTML may come from anywhere. */
const PAGES = ['report/index.html', 'sweeps/index.html'];
/** The policy of a page stands within its first bytes. */
const HEAD_BYTES = 4096;

const HOST = '127.0.0.1';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Answers that are made on request, by path: '/lab/' is a page, '/live/train.json' is data for one. */
export type Made = Readonly<Record<string, () => Promise<string>>>;

/** Serves `made`, and the files below `folder`, on a free port; `url` ends in a slash. */
export async function serve(
  folder: string | null,
  made: Made = {},
): Promise<{ server: Server; url: string }> {
  const root = folder === null ? null : await realpath(folder);
  const server = createServer((request, response) => {
    answer(root, made, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, HOST, resolve);
  });
  return { server, url: `http://${HOST}:${(server.address() as AddressInfo).port}/` };
}

async function answer(
  root: string | null,
  made: Made,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number): void => void response.writeHead(status).end();
  // A foreign page can make a browser send requests here under the name of its own host. Those are refused.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return refuse(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const asked = (request.url ?? '/').split(/[?#]/)[0]!;
  if (Object.hasOwn(made, asked)) {
    const text = Buffer.from(await made[asked]!());
    const isPage = asked.endsWith('/');
    const policy = isPage ? servedPolicy(text.toString('utf8', 0, HEAD_BYTES)) : CLOSED;
    response.writeHead(200, headersOf(isPage ? '.html' : extname(asked), text.length, policy));
    return void response.end(request.method === 'HEAD' ? undefined : text);
  }
  const path = root === null ? null : await findFile(root, asked);
  if (root === null || path === null) return refuse(404);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const isPage = PAGES.some((page) => path === join(root, page));
    const policy = isPage ? servedPolicy(await readHead(file)) : CLOSED;
    response.writeHead(200, headersOf(extname(path), size, policy));
    if (request.method === 'HEAD' || size === 0) return void response.end();
    await send(file, size, request.socket, response);
  } finally {
    await file.close();
  }
}

const headersOf = (extension: string, bytes: number, policy: string): Record<string, string | number> => ({
  'content-type': TYPES[extension] ?? 'application/octet-stream',
  'content-length': bytes,
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
});

async function readHead(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** Sends exactly the announced number of bytes, even if the file grows meanwhile; throws if it shrinks. */
async function send(file: FileHandle, size: number, socket: Socket, response: ServerResponse): Promise<void> {
  const gone = new AbortController(); // Node does not close a response that waits for its turn on the connection
  const leave = (): void => gone.abort();
  socket.once('close', leave);
  if (socket.destroyed) leave();
  try {
    const bytes = file.createReadStream({ start: 0, end: size - 1, autoClose: false });
    await pipeline(bytes, response, { end: false, signal: gone.signal });
    if (bytes.bytesRead < size) throw new Error('the file was cut while it was sent');
    response.end();
  } finally {
    socket.off('close', leave);
  }
}

/** The path that a request asks for, with links resolved; null if it is not a file below `root`. */
async function findFile(root: string, url: string): Promise<string | null> {
  try {
    const path = decodeURIComponent(url);
    if (path.includes('\0') || path.split(/[/\\]/).includes('..')) return null;
    const asked = join(root, path);
    const found = await realpath(path.endsWith('/') ? join(asked, 'index.html') : asked);
    return found.startsWith(root + sep) && (await stat(found)).isFile() ? found : null;
  } catch {
    return null;
  }
}
