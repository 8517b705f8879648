// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Notes what a page asks for and complains of.
'use strict';

class Watch {
    constructor(page, origin) {
        this.responses = [];
        this.foreign = [];
        this.complaints = [];
        this.failures = [];
        // Addresses whose errors are no surprise: that a site has no icon is its owner's choice.
        this.refused = new Set([`${origin}/favicon.ico`]);
        page.on('request', (request) => {
            const { protocol, origin: at } = new URL(request.url());
            if (at !== origin && !['data:', 'blob:'].includes(protocol)) this.foreign.push(request.url());
        });
        page.on('response', (response) => this.responses.push({
            url: response.url(),
            status: response.status(),
            range: response.request().headers().range,
            headers: response.headers(),
        }));
        // A media element breaks off what it need not read on.
        page.on('requestfailed', (request) => {
            if (request.resourceType() !== 'media') this.failures.push(`${request.url()} ${request.failure()?.errorText}`);
        });
        page.on('console', (message) => {
            if (message.type() === 'error' && !this.refused.has(message.location().url)) {
                this.complaints.push(`${message.text()} (${message.location().url})`);
            }
        });
        page.on('pageerror', (error) => this.complaints.push(error.message));
        page.on('dialog', (dialog) => {
            this.complaints.push(`a dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
    }
}

module.exports = { Watch };
