export { partitionForKey } from '../../broker/client/partitioner.js';
