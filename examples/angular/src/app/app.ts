import { Component, type ElementRef, inject, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { filter, skip } from 'rxjs';

@Component({
  selector: 'app-root',
  imports: [RouterLink, RouterLinkActive, RouterOutlet],
  templateUrl: './app.html',
  styleUrl: './app.css',
})
export class App {
  protected readonly pages = [
    { path: '/ask', name: 'Ask' },
    { path: '/batch', name: 'Batch' },
    { path: '/usage', name: 'Usage' },
  ];
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');

  constructor() {
    // Who has followed a link with the keyboard goes on reading at the page, not at the link.
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationEnd),
        skip(1),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.focusMain());
  }

  protected focusMain(): void {
    this.main().nativeElement.focus({ preventScroll: true });
  }
}
