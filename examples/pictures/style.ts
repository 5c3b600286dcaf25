// Blue is what is charged, amber what waits or is left unused, red what is refused. A phone shows the picture
// at less than half its width: there, texts are larger and the lesser ones are left out.

export const STYLE = `
svg { --paper: #fff; --edge: #d1d9e0; --ink: #1f2328; --soft: #59636e;
  --used: #3070b8; --held: #d5e5f7; --on-used: #fff; --on-held: #123a68;
  --idle: #8a5a00; --unused: #f6dd9f; --refused: #cf222e; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --edge: #3d444d; --ink: #f0f6fc; --soft: #9da7b3;
    --used: #2f6fb9; --held: #16304f; --on-used: #fff; --on-held: #d3e6fb;
    --idle: #e3b341; --unused: #7a5a17; --refused: #ff7b72; }
}
text { fill: var(--ink); font: 15px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
.heading { font-size: 20px; font-weight: 600; }
.strong { font-weight: 600; }
.small { font-size: 14px; }
.soft { fill: var(--soft); }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.central { dominant-baseline: central; }
.paper { fill: var(--paper); stroke: var(--edge); }
.rule, .tick { stroke: var(--edge); }
.floor { stroke: var(--soft); }
.limit { stroke: var(--ink); stroke-width: 1.5; }
.block { stroke: var(--paper); stroke-width: 2; }
.held { fill: var(--held); }
.faint { opacity: .5; }
.in-vain { fill: url(#hatch); }
.hatch { stroke: var(--used); stroke-width: 1.5; }
.used { fill: var(--used); }
.on-used { fill: var(--on-used); }
.on-held { fill: var(--on-held); }
.wait { stroke: var(--idle); stroke-width: 2; stroke-dasharray: 0 5; stroke-linecap: round; }
.idle { fill: var(--idle); }
.unused { fill: var(--unused); }
.refusal { stroke: var(--refused); stroke-width: 2; }
.refused { fill: var(--refused); }
.narrow { display: none; }
@media (max-width: 600px) {
  text, .small { font-size: 24px; }
  .heading { font-size: 30px; }
  .wide { display: none; }
  .narrow { display: inline; }
  .times { transform: translateY(12px); }
}
`;
