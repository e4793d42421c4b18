import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { invalid, messageOf } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { SchemaRegistryError } from './schema-registry-error.js';

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';
const TIMEOUT_MS = 10_000;

const NOT_FOUND = 404;
const CONFLICT = 409;
const TOO_MANY = 429;
const SERVER_ERROR = 500;

/** Where a registry is, and who asks. */
export interface RegistryConnectionOptions {
  /** Instances of one registry; the next is asked when one does not answer. A path in them is kept. */
  readonly urls: readonly string[];
  /** Basic: user and password. Bearer: a token. */
  readonly credentials?: { readonly username: string; readonly password: string } | { readonly token: string };
  /** PEM: the authority to trust in place of the machine's, and what this client shows of itself. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly clock: Clock;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the instances of a registry over HTTP: one that answered is asked again next time. */
export class RegistryConnection {
  readonly #urls: readonly URL[];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https: HttpsAgent;
  #preferred = 0;

  /** @throws MillraceError `SCHEMA_REGISTRY_URL_INVALID` */
  constructor({ urls, credentials, tls, clock }: RegistryConnectionOptions) {
    this.#urls = urls.map(urlOf);
    this.#clock = clock;
    this.#https = new HttpsAgent({ keepAlive: true, ...tls });
    this.#headers = { 'content-type': CONTENT_TYPE, accept: CONTENT_TYPE, ...authorization(credentials) };
  }

  /**
   * The answer to a request; undefined when it is that there is no such thing.
   * @throws SchemaRegistryError see SchemaRegistry
   */
  async ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T | undefined> {
    let last: unknown;
    for (let i = 0; i < this.#urls.length; i++) {
      const at = (this.#preferred + i) % this.#urls.length;
      const url = this.#urls[at];
      if (url === undefined) break;
      const answer = await this.#send(url, method, path, body).catch((error: unknown) => {
        last = error;
        return undefined;
      });
      if (answer === undefined) continue;
      if (answer.status < SERVER_ERROR && answer.status !== TOO_MANY) {
        this.#preferred = at;
        return this.#read<T>(url, `${method} ${path}`, answer);
      }
      last = new SchemaRegistryError('SCHEMA_REGISTRY_UNAVAILABLE', `${answer.status} ${answer.text}`);
    }
    const where = this.#urls.map(({ origin }) => origin).join(', ');
    const message = `the schema registry at ${where} gives no answer: ${messageOf(last)}`;
    throw new SchemaRegistryError('SCHEMA_REGISTRY_UNAVAILABLE', message, undefined, last);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #read<T>({ origin }: URL, request: string, { status, text }: Answer): T | undefined {
    if (status >= 200 && status < 300) return JSON.parse(text) as T; // as: the protocol says so
    if (status === NOT_FOUND) return undefined;
    const why = `the schema registry at ${origin} answers ${status} to ${request}: ${messageIn(text)}`;
    if (status === 401 || status === 403) throw new SchemaRegistryError('SCHEMA_REGISTRY_UNAUTHORIZED', why);
    throw new SchemaRegistryError(status === CONFLICT ? 'SCHEMA_INCOMPATIBLE' : 'SCHEMA_REGISTRY_REFUSED', why);
  }

  #send(url: URL, method: string, path: string, body: object | undefined): Promise<Answer> {
    const secure = url.protocol === 'https:';
    const target = new URL(url.href.replace(/\/$/, '') + path);
    const agent = secure ? this.#https : this.#http;
    return new Promise((resolve, reject) => {
      const sent = (secure ? httpsRequest : httpRequest)(
        target,
        { method, agent, headers: this.#headers },
        (response) => {
          textOf(response)
            .then((text) => {
              cancel();
              resolve({ status: response.statusCode ?? SERVER_ERROR, text });
            })
            .catch(reject);
        },
      );
      const cancel = this.#clock.schedule(TIMEOUT_MS, () => {
        sent.destroy(new SchemaRegistryError('SCHEMA_REGISTRY_UNAVAILABLE', `no answer within ${TIMEOUT_MS} ms`));
      });
      sent.on('error', (error) => {
        cancel();
        reject(error);
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer); // as: no encoding is set
  return Buffer.concat(chunks).toString('utf8');
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text; // as: it is only shown
  } catch {
    return text;
  }
}

function authorization(credentials: RegistryConnectionOptions['credentials']): Record<string, string> {
  if (credentials === undefined) return {};
  if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` };
  const { username, password } = credentials;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw invalid('SCHEMA_REGISTRY_URL_INVALID', `"${text}" is not the address of a schema registry`, {
    hint: 'Give addresses such as https://registry:8081, separated by commas.',
  });
}
