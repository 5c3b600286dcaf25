// One case of one work in this process, which does nothing else: its figures go to the parent.
// `node child.mjs throughput '{"subject":"p-queue"}'` prints them when run by hand.
const [work, json] = process.argv.slice(2);
const { measure } = await import(`./${work}.mjs`);
const figures = await measure(JSON.parse(json));
if (process.send) process.send(figures, () => process.exit(0));
else {
  console.log(figures);
  process.exit(0);
}
