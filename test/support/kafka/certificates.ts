import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateOptions {
  /** Common name. */
  readonly name: string;
  /** Subject alternative names, in openssl's notation. Default `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  /** It has expired long ago. */
  readonly expired?: boolean;
}

/** A certificate authority in a folder, made by openssl, and what it signs. */
export class CertificateAuthority {
  #made = 0;

  constructor(
    private readonly folder: string,
    name: string,
  ) {
    const made = ['-keyout', this.#file('ca.key'), '-out', this.file, '-subj', `/CN=${name}`];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', ...made);
    writeFileSync(this.#file('index'), '');
    writeFileSync(this.#file('serial'), '01\n');
    writeFileSync(this.#file('ca.conf'), this.#configuration());
  }

  /** Its own certificate, PEM. */
  get file(): string {
    return this.#file('ca.pem');
  }

  get pem(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** Signs a new key. Gives certificate and key, and a file of both as Kafka reads a key store of type PEM. */
  sign({ name, names = 'DNS:localhost,IP:127.0.0.1', expired = false }: CertificateOptions): {
    readonly cert: string;
    readonly key: string;
    readonly keystore: string;
  } {
    const at = `${++this.#made}`;
    const [key, request, cert] = [`${at}.key`, `${at}.csr`, `${at}.pem`].map((file) => this.#file(file)) as [
      string,
      string,
      string,
    ];
    writeFileSync(this.#file(`${at}.ext`), `subjectAltName=${names}\n`);
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    const dates = expired ? ['-startdate', '200101000000Z', '-enddate', '200201000000Z'] : ['-days', '3650'];
    const signing = ['-in', request, '-out', cert, '-extfile', this.#file(`${at}.ext`), ...dates];
    openssl('ca', '-batch', '-notext', '-config', this.#file('ca.conf'), ...signing);
    const keystore = this.#file(`${at}-keystore.pem`);
    writeFileSync(keystore, [key, cert, this.file].map((file) => readFileSync(file, 'utf8')).join(''));
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), keystore };
  }

  #configuration(): string {
    const own = { database: 'index', serial: 'serial', certificate: 'ca.pem', private_key: 'ca.key' };
    const files = Object.entries(own).map(([name, file]) => `${name} = ${this.#file(file)}`);
    const rules = [`new_certs_dir = ${this.folder}`, 'default_md = sha256', 'policy = any', 'unique_subject = no'];
    return ['[ca]', 'default_ca = own', '[own]', ...files, ...rules, '[any]', 'commonName = supplied', ''].join('\n');
  }

  #file(name: string): string {
    return join(this.folder, name);
  }
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
