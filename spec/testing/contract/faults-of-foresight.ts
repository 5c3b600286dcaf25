import { filter, NEVER } from 'rxjs';
import { type Faulty, type Make, withParts, withReservations } from './faulty.js';

const forecast =
  'forecasts without a change; waiting for as long is enough, and 1 ms less is not (where it forecasts)';
const requests =
  'forecasts for a request that nobody counted as for one, ahead of it as for none (where it forecasts)';
const gate$ =
  'tells how its gate stands on subscribing, then each change, also when its time is over (where it has one)';

/** Who foresees or learns wrongly. */
export const faultsOfForesight: Readonly<Record<string, Faulty>> = {
  'forecasts far too long a wait': { make: forecasting((ms) => 2 * ms), seenBy: forecast },
  'forecasts 1 ms too long a wait': { make: forecasting((ms) => ms + 1), seenBy: forecast },
  'forecasts 1 ms too short a wait': { make: forecasting((ms) => ms - 1), seenBy: forecast },
  'forecasts no wait': { make: forecasting(() => 0), seenBy: forecast },
  'forecasts a wait for what fits': {
    make: forecasting((ms) => ms + 1),
    seenBy: 'forecasts no wait for what fits (where it forecasts)',
  },
  'forecasts a wait of NaN': { make: forecasting(() => NaN), seenBy: forecast },
  'charges what it forecasts': {
    make: withParts((tracker) => ({
      forecast: (cost) => {
        const forecast = tracker.forecast!(cost);
        void tracker.reserve({ tokens: 1 });
        return forecast;
      },
    })),
    seenBy: forecast,
  },
  'forecasts without those ahead': {
    make: withParts((tracker) => ({ forecast: (cost) => tracker.forecast!(cost) })),
    seenBy: 'forecasts for who comes behind others (where it forecasts)',
  },
  'forecasts behind others as if nothing was free': {
    make: withParts((tracker) => ({
      forecast: (cost, ahead) => ({
        ...tracker.forecast!(cost, ahead),
        ...(ahead && { waitMs: tracker.quotas[0]!.windowMs }),
      }),
    })),
    seenBy: 'forecasts no longer a wait behind others than there is (where it forecasts)',
  },
  'forecasts for a request ahead that nobody counted': {
    make: withParts((tracker) => ({
      forecast: (cost, ahead) => tracker.forecast!(cost, ahead && { requests: 1, ...ahead }),
    })),
    seenBy: requests,
  },
  'forecasts for no request where nobody counted it': {
    make: withParts((tracker) => ({
      forecast: (cost, ahead) => tracker.forecast!({ requests: 0, ...cost }, ahead),
    })),
    seenBy: requests,
  },
  'forecasts no wait at a closed gate': {
    make: forecasting(() => 0),
    seenBy: 'forecasts the wait at its gate while that is closed (where it forecasts and has one)',
  },
  'does not say when its gate reopens': {
    make: withParts((tracker) => ({
      get gate() {
        return { ...tracker.gate!, reopensAt: undefined };
      },
    })),
    seenBy:
      'closes its gate for all when the provider refuses, until the time that was told (where it has one)',
  },
  'forecasts an end of the wait for a limit that nobody knows': {
    make: forecasting((ms) => Math.min(ms, 1_000)),
    seenBy: 'forecasts that a wait for a limit that nobody knows has no end (where it forecasts)',
  },
  'lets all through though the provider refuses': {
    make: withReservations(() => ({ hear: () => {} })),
    seenBy:
      'closes its gate for all when the provider refuses, until the time that was told (where it has one)',
  },
  'never tells how its gate stands': { make: withParts(() => ({ gate$: NEVER })), seenBy: gate$ },
  'does not tell when the time of its gate is over': {
    make: withParts(({ gate$ }) => ({
      gate$: gate$!.pipe(filter(({ status }) => status !== 'proving')),
    })),
    seenBy: gate$,
  },
  'ignores limits that narrow': {
    make: withReservations((reservation) => ({
      hear: (reading) => reservation.hear?.({ ...reading, limits: [] }),
    })),
    seenBy: 'keeps to a limit that the provider tells when it is the narrower one (where it hears)',
  },
};

function forecasting(changed: (waitMs: number) => number): Make {
  return withParts((tracker) => ({
    forecast: (cost, ahead) => {
      const forecast = tracker.forecast!(cost, ahead);
      return { ...forecast, waitMs: changed(forecast.waitMs) };
    },
  }));
}
