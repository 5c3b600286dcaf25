export { networkError } from '../../src/testing/network-error.js';
export { providerError } from '../../src/testing/provider-error.js';
