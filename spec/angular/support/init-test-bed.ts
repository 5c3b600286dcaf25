import '@angular/compiler';
import {
  createPlatformFactory,
  ErrorHandler,
  NgModule,
  platformCore,
  RendererFactory2,
  ɵINJECTOR_SCOPE as INJECTOR_SCOPE,
} from '@angular/core';
import { TestBed, TestComponentRenderer } from '@angular/core/testing';
import { plainRenderer } from './plain-renderer.js';

/** What Angular's own command does before tests, for Node: there is no page, and what it renders to is made up. */
export function initTestBed(): void {
  class PlainTestModule {}
  NgModule({
    providers: [
      ErrorHandler,
      TestComponentRenderer,
      { provide: INJECTOR_SCOPE, useValue: 'root' },
      { provide: RendererFactory2, useValue: plainRenderer },
    ],
  })(PlainTestModule);
  // Of what it draws Angular asks whether it is one of a browser's; nothing is.
  Object.assign(globalThis, { Node: class {} });
  TestBed.initTestEnvironment(PlainTestModule, createPlatformFactory(platformCore, 'plain')());
}
