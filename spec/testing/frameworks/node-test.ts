import { it } from 'node:test';
import { definePipelineTests } from './pipeline-tests.js';

definePipelineTests((name, run) => void it(name, run), process.env['EXPECTED_STARTS']);
