/** The services that are asked again. */
const SERVICES = ['millrace.query.v1.StateQueryService', 'millrace.query.v1.TopologyService'];

/**
 * A gRPC service config by which a call is made again while the server is UNAVAILABLE, and after no other status (AIP-194). A
 * stream is not, once its first message is there.
 * @param attempts in all; 1: none is made again
 */
export function serviceConfig(attempts: number): string {
  const name = SERVICES.map((service) => ({ service }));
  const retryPolicy = {
    maxAttempts: attempts,
    initialBackoff: '0.1s',
    maxBackoff: '2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return JSON.stringify({ methodConfig: [{ name, ...(attempts > 1 && { retryPolicy }) }] });
}
