import { invalid } from '../../util/errors.js';
import type { ApiName } from '../client/protocol.js';
import type { BrokerFeatures } from '../client/transport.js';
import { supportedVersion } from './request-codec.js';
import { requestCodecs } from './request-codecs.js';
import type { ApiVersionsResponse } from './requests/api-versions.js';

/** What a Kafka cluster can do, from the first ApiVersions answer. */
export class KafkaFeatures implements BrokerFeatures {
  readonly transactionVersion: number;
  private readonly versions = new Map<string, number>();

  constructor({ ranges, features }: ApiVersionsResponse) {
    this.transactionVersion = features.get('transaction.version') ?? 0;
    for (const [api, codec] of Object.entries(requestCodecs)) {
      this.versions.set(api, supportedVersion(codec, ranges, this.transactionVersion));
    }
  }

  version(api: ApiName): number {
    return this.versions.get(api) ?? -1;
  }

  /** @throws MillraceError `BROKER_API_MISSING` when the broker lacks the request, or every version of it we know */
  requireVersion(api: ApiName): number {
    const version = this.version(api);
    if (version >= 0) return version;
    throw invalid('BROKER_API_MISSING', `The broker does not take ${api} in a version that Millrace knows`, {
      hint: 'Kafka 3.0 or later is needed.',
    });
  }
}
