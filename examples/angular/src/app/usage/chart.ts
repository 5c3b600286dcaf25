import { Component, computed, input } from '@angular/core';
import { type History, type Sample, SHOWN_MS } from './history';

const WIDTH = 600;
const HEIGHT = 160;
/** The limit is not the upper edge: a line at it is to be seen. */
const LIMIT_AT = 16;

/** How full each quota was in the last two minutes, with the limit. */
@Component({
  selector: 'app-chart',
  template: `
    <div class="plot">
      <svg role="img" preserveAspectRatio="none" [attr.viewBox]="box" [attr.aria-label]="label()">
        <line class="limit" x1="0" [attr.x2]="width" [attr.y1]="limitAt" [attr.y2]="limitAt" />
        @for (line of lines(); track line.unit) {
          <path class="area" [attr.data-unit]="line.unit" [attr.d]="line.area" />
          <path class="line" [attr.data-unit]="line.unit" [attr.d]="line.path" />
        }
      </svg>
      <span class="mark limit-mark" aria-hidden="true">limit</span>
    </div>
    <p class="axis" aria-hidden="true"><span>2 min ago</span><span>now</span></p>
    <ul aria-label="Lines">
      @for (line of lines(); track line.unit) {
        <li><span class="swatch" [attr.data-unit]="line.unit"></span>{{ line.unit }}</li>
      }
    </ul>
  `,
  styleUrl: './chart.css',
})
export class Chart {
  readonly history = input.required<History>();

  protected readonly box = `0 0 ${WIDTH} ${HEIGHT}`;
  protected readonly width = WIDTH;
  protected readonly limitAt = LIMIT_AT;

  protected readonly lines = computed(() =>
    Object.entries(this.history()).map(([unit, samples]) => {
      const points = pointsOf(samples);
      const path = points.length > 0 ? `M${points.join('L')}` : '';
      const [first = '0'] = (points[0] ?? '').split(' ');
      return { unit, path, area: path && `${path}V${HEIGHT}H${first}Z` };
    }),
  );

  protected readonly label = computed(() => {
    const now = Object.entries(this.history()).map(([unit, samples]) => {
      const share = Math.round(100 * (samples.at(-1)?.share ?? 0));
      return `${share} % of the ${unit}`;
    });
    return `How full the quotas were in the last two minutes; now ${now.join(' and ') || 'unknown'}.`;
  });
}

/** The latest is at the right edge. */
function pointsOf(samples: readonly Sample[]): string[] {
  const end = samples.at(-1)?.at ?? 0;
  return samples.map(({ at, share }) => {
    const x = WIDTH * (1 - (end - at) / SHOWN_MS);
    const y = HEIGHT - (HEIGHT - LIMIT_AT) * share;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
}
