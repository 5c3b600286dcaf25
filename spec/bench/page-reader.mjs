// Reads a dashboard as so many open pages do, in a process of its own; says when all of them have been told hello.
import { get } from 'node:http';

const [url, pages] = process.argv.slice(2);
let greeted = 0;

for (let page = 0; page < Number(pages); page++) {
  get(`${url}events`, (response) => {
    response.once('data', () => ++greeted === Number(pages) && process.send('open'));
    response.resume();
  });
}
