import { InjectionToken } from '@angular/core';
import { isObservable, type Observable } from 'rxjs';
import { InvalidOptionError, kindOf } from '../index.js';
import { hasMethods, isFunction } from './is.js';

export function parseToken<T>(token: T): T {
  const isToken = isFunction(token) || token instanceof InjectionToken;
  return isToken ? token : refuse('token', token, 'an InjectionToken, or a class');
}

export function parseFactory<T>(factory: T): T {
  return isFunction(factory) ? factory : refuse('factory', factory, 'a function');
}

export function parseProvided<T>(token: string, service: T): T {
  const allowed = 'a service: what the factory returns, and no promise of one';
  return hasMethods(service, 'close') ? service : refuse(`factory of ${token}`, service, allowed);
}

export function parseCallable<T>(service: T): T {
  return hasMethods(service, 'call')
    ? service
    : refuse('service', service, 'a service, or several made into one');
}

export function parseRequest<T>(request: T): T {
  return isFunction(request)
    ? request
    : refuse('request', request, 'a signal, or a function that reads signals');
}

/** The stream of that name which a service has. */
export function parseStream<Name extends string, T>(
  service: Readonly<Record<Name, Observable<T>>>,
  name: Name,
): Observable<T> {
  const stream$ = (service as Partial<typeof service> | undefined)?.[name];
  return isObservable(stream$)
    ? stream$
    : refuse('service', service, `a service, which has ${name}`);
}

function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidOptionError(option, kindOf(value), allowed);
}
