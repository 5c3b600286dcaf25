import { provideHttpClient, withFetch } from '@angular/common/http';
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter } from '@angular/router';
import { App } from './app/app';
import { provideBatch } from './app/back-end/batch-service';
import { provideChat } from './app/back-end/chat-service';
import { routes } from './app/routes';

bootstrapApplication(App, {
  providers: [
    provideZonelessChangeDetection(),
    provideHttpClient(withFetch()),
    provideRouter(routes),
    provideChat(),
    provideBatch(),
  ],
}).catch((error: unknown) => console.error(error));
