const UNTRUSTED = 'Give the authority that signed it as KAFKA_SSL_CA, a file of PEM certificates.';

/** What to do about each way in which Node does not trust the certificate of a server. */
const REMEDIES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate of the broker; or is the clock of this machine wrong?',
  CERT_NOT_YET_VALID: 'Is the clock of this machine wrong, or the certificate of the broker for later?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Name the broker in KAFKA_BROKERS and advertised.listeners as its certificate does, or give it one with that name.',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_REVOKED: 'Give the broker a certificate that is not revoked.',
};

/** What mends an error if it is that a broker's certificate is not trusted; undefined for any other error. */
export function certificateRemedy(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  return REMEDIES[error.code];
}
