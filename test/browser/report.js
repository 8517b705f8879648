// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Lines "ok - what" and "not ok - what", as test/support/report.sh has them.
'use strict';

class Report {
    passed = 0;
    failed = 0;

    ok(good, what, why = '') {
        console.log(`${good ? 'ok' : 'not ok'} - ${what}${good || !why ? '' : `: ${why}`}`);
        if (good) this.passed++;
        else this.failed++;
        return good;
    }

    equal(what, wanted, got) {
        const [a, b] = [wanted, got].map((value) => JSON.stringify(value));
        return this.ok(a === b, what, `expected ${a}, got ${b}`);
    }

    // A part that throws has failed, and the next one is run.
    async part(name, run) {
        try {
            await run();
        } catch (e) {
            this.ok(false, name, e.message.split('\n').slice(0, 6).join(' | '));
        }
    }

    end() {
        console.log(`${this.passed} passed, ${this.failed} failed`);
        return this.failed ? 1 : 0;
    }
}

module.exports = { Report };
