import { Subject, throwError } from 'rxjs';
import { Resources } from '../src/resources.js';

describe('Resources', () => {
  // Nobody is left to hear of it, and it had better end no process.
  it('that come too late, and cannot be released, harm nobody', () => {
    const coming$ = new Subject<never>();
    const release = jest.fn(() => throwError(() => new Error('stuck')));
    const resources = new Resources(() => coming$, release);
    const heard: unknown[] = [];
    resources.acquire().subscribe({ error: (error: unknown) => heard.push(error) });
    resources.abandonAcquiring('no longer wanted');
    coming$.complete();

    expect(heard).toEqual(['no longer wanted']);
    expect(release).toHaveBeenCalledTimes(1);
  });
});
