// `npm start [folder]`: summarises every document of a folder under quotas that bind.
//
// To learn from it, read pipeline.ts first: that is the job. Then ask.ts (one call), results.ts (how it goes
// on where it stopped), progress.ts (what is seen of it) and job.ts (how these come together).
import { join, relative } from 'node:path';
import { firstValueFrom, fromEvent, share } from 'rxjs';
import { showDashboard, stay } from './dashboard.js';
import { documentsOfDependencies } from './default-documents.js';
import { findDocuments } from './documents.js';
import { Failure } from './failure.js';
import { count, plural } from './format.js';
import { type Done, runJob } from './job.js';
import { notesOn } from './notes.js';
import { cutFor, type Plan, planOf } from './plan.js';
import { connect } from './provider.js';
import { NOTHING_DONE, tableOf } from './report.js';
import { Results } from './results.js';
import { HELP, readSettings, type Settings } from './settings.js';

const EXIT_DONE = 0;
const EXIT_WRONG = 1;
/** As a shell has it for a program that Ctrl-C has ended. */
const EXIT_STOPPED = 130;

/** Ctrl-C. Listens to the end, as npm and tsx pass on the same signal again, which would else end us at once. */
const stop$ = fromEvent(process, 'SIGINT').pipe(share({ resetOnRefCountZero: false }));

// Not process.exit: a program that has let go of everything ends by itself.
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Failure ? error.message : error);
  return EXIT_WRONG;
});

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings.wantsHelp) {
    console.log(HELP);
    return EXIT_DONE;
  }
  const paths = await pathsOf(settings);
  using results = Results.open(settings.out, settings);
  const cut = cutFor(settings.tokensPerMinute);
  const plan = await firstValueFrom(planOf(paths, cut, (document) => results.has(document)));
  announce(plan, settings);
  if (plan.open.length === 0) {
    console.log(tableOf({ ...NOTHING_DONE, plan, limits: settings }));
    return EXIT_DONE;
  }
  await using provider = await connect(settings, process.env);
  await using dashboard = settings.hasDashboard ? await showDashboard(provider) : undefined;
  console.log(provider.introduction);
  if (dashboard) console.log(`Dashboard: ${dashboard.url}`);
  const done = await runJob(plan.open, { cut, provider, results, stop$ });
  console.log(tableOf({ ...done, plan, limits: settings, refusals: provider.refusals }));
  if (dashboard && done.outcomes.length === plan.open.length) await stay(dashboard, stop$);
  return conclude(plan, done);
}

/** The documents to look at, in an order that is the same each time. */
async function pathsOf({ folder, limit }: Settings): Promise<string[]> {
  const root = relative(process.cwd(), join(import.meta.dirname, '../..'));
  const paths = await (folder === undefined
    ? documentsOfDependencies(root)
    : findDocuments(folder));
  if (paths.length > 0) return paths.slice(0, limit);
  throw new Failure(`${folder ?? root}: no documents in it (.md, .markdown, .txt)`);
}

function announce({ open, doneBefore, skipped }: Plan, { out }: Settings): void {
  const notes = notesOn(skipped);
  const all = open.length + doneBefore;
  if (all === 0) throw new Failure(`nothing to summarise: ${notes.join('; ')}`);
  for (const note of notes) console.error(note);
  if (open.length === 0)
    console.log(`All ${plural(all, 'document')} done before, see ${out}; --fresh starts anew`);
  else if (doneBefore > 0)
    console.log(
      `${count(doneBefore)} of ${plural(all, 'document')} done before, going on with the others`,
    );
}

/** Says what is left to be done, and how; the exit code. */
function conclude(plan: Plan, { outcomes }: Done): number {
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  for (const { path, reason } of failed) console.error(`${path}: ${reason}`);
  const left = plan.open.length - outcomes.length;
  if (left > 0) {
    console.log(
      `Stopped with ${plural(left, 'document')} left; the same command goes on from here.`,
    );
    return EXIT_STOPPED;
  }
  if (failed.length === 0) return plan.skipped.length === 0 ? EXIT_DONE : EXIT_WRONG;
  console.error(`${plural(failed.length, 'document')} failed; the same command tries again`);
  return EXIT_WRONG;
}
