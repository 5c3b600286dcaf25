import { type JsonObject, numberAt, typeOf } from './json-schema.js';

/** Bounds further apart than this are those of a type, not of a scale. */
const WIDEST_SCALE = 1e6;

/**
 * The middle of a scale, 1 where there is none, always within the schema's bounds.
 *
 * @internal
 */
export function numberFor(schema: JsonObject): number {
  const step = numberAt(schema, 'multipleOf', typeOf(schema) === 'integer' ? 1 : 0);
  const least = Math.max(
    numberAt(schema, 'minimum', -Infinity),
    numberAt(schema, 'exclusiveMinimum', -Infinity) + step,
  );
  const most = Math.min(
    numberAt(schema, 'maximum', Infinity),
    numberAt(schema, 'exclusiveMaximum', Infinity) - step,
  );
  const isScale = most - least <= WIDEST_SCALE;
  const wanted = isScale ? (least + most) / 2 : Math.min(most, Math.max(least, 1));
  // An exclusive bound without a step must not be hit itself.
  const value = wanted === schema['exclusiveMinimum'] ? wanted + 1 : wanted;
  const off = value === schema['exclusiveMaximum'] ? value - 1 : value;
  return step > 0 ? Math.ceil(off / step) * step : off;
}
