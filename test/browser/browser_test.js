// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// browser_test.js ADDRESS SITE.json SITE-FOLDER SCREENSHOTS: what a person does in front of
// a site that make_site.py has made. Finds playwright-core by NODE_PATH.
'use strict';

const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const { Report } = require('./report');
const { Watch } = require('./watch');
const { lowestContrast, measures } = require('./looks');

const [address, siteFile, siteFolder, screenshots] = process.argv.slice(2);
const origin = new URL(address).origin;
const site = JSON.parse(fs.readFileSync(siteFile, 'utf8'));
const report = new Report();
const patience = Number(process.env.BROWSER_PATIENCE_MS || 20000);

const shoot = (page, name) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });

// [{text, href}] of a listing, without the link to the parent.
const entries = (page) => page.$$eval('td a', (links) => links
    .map((link) => ({ text: link.textContent.trim(), href: link.getAttribute('href') }))
    .filter((link) => !['../', '..'].includes(link.href)));

async function openNth(page, n) {
    await Promise.all([page.waitForNavigation(), page.locator('td a').nth(n).click()]);
}

// Clicks the entry that is shown by that text.
async function open(page, text) {
    const shown = await page.$$eval('td a', (links) => links.map((link) => link.textContent.trim()));
    const at = shown.indexOf(text.trim());
    if (at < 0) throw new Error(`no entry '${text}' in ${page.url()}: ${shown.join(', ').slice(0, 300)}`);
    await openNth(page, at);
}

async function rootListing(page) {
    await page.goto(`${origin}/`);
    await shoot(page, 'listing-root');
    const names = (await entries(page)).map((entry) => entry.text);
    report.equal('the root lists what is there', ['coded/', 'empty/', 'many/', 'media/', 'odd/', 'page/', 'sorting/'], [...names].sort());
    report.equal('no link to a parent in the root', 0, await page.locator('td a[href="../"]').count());
    report.equal('no script in the listing', 0, await page.locator('script').count());
    report.ok(await page.title() !== '', 'the listing has a title');
    await open(page, 'empty/');
    report.equal('an empty folder has no entries', 0, (await entries(page)).length);
    await shoot(page, 'listing-empty');
    await page.goto(`${origin}/many/`);
    report.equal('all of 300 entries are listed', site.many, (await entries(page)).length);
}

// Down through the folder, the one of the same name in it, and a file; and up again by links.
async function oddNames(page) {
    await page.goto(`${origin}/odd/`);
    await shoot(page, 'listing-odd');
    report.equal('odd names are shown as they are', site.odd.map((name) => `${name}/`).sort(),
        (await entries(page)).map((entry) => entry.text).sort());
    const bad = [];
    for (const name of site.odd) {
        try {
            await open(page, `${name}/`);
            await open(page, `${name}/`);
            const heading = await page.locator('h1').textContent();
            await open(page, 'end.txt');
            const text = (await page.locator('body').innerText()).trim();
            await page.goBack();
            await open(page, '..');
            await open(page, `${name}.txt`);
            const other = (await page.locator('body').innerText()).trim();
            await page.goBack();
            await open(page, '..');
            if (text !== `end of ${name}` || other !== `file ${name}`) bad.push(`${name}: the text is '${text}', '${other}'`);
            else if (!heading.includes(name.slice(0, 100)) && name.length < 100) bad.push(`${name}: the heading is '${heading}'`);
            else if (page.url() !== `${origin}/odd/`) bad.push(`${name}: up leads to ${page.url()}`);
        } catch (e) {
            bad.push(`${name}: ${e.message.split('\n')[0]}`);
            await page.goto(`${origin}/odd/`);
        }
    }
    report.ok(bad.length === 0, `${site.odd.length} folders of odd names: in, through, and out by clicking`, bad.join('; '));
}

async function pageWithParts(page) {
    await page.goto(`${origin}/`);
    await open(page, 'page/');
    report.equal('a folder with an index page shows that', 'A page', await page.title());
    report.equal('its style is used', 'rgb(1, 2, 3)',
        await page.locator('h1').evaluate((h1) => getComputedStyle(h1).color));
    report.equal('its picture is shown', 64, await page.locator('#picture').evaluate((image) => image.naturalWidth));
    report.ok(await page.locator('#drawing').evaluate((image) => image.complete && image.naturalWidth > 0), 'its drawing (SVG) is shown');
    await page.waitForFunction(() => document.getElementById('data').textContent !== '');
    report.equal('its script runs, and reads JSON', 'grüße', await page.locator('#data').textContent());
    await page.waitForFunction(() => document.getElementById('module').textContent !== '');
    report.ok(true, 'its module (.mjs) is loaded');
}

// The parts of a page as they came over the wire, by a browser that takes only these
// codings: name to {coding, bytes}.
async function wireOf(page, encodings) {
    const wire = await page.context().newCDPSession(page);
    const [codings, sizes, names] = [new Map(), new Map(), new Map()];
    await wire.send('Network.enable');
    await wire.send('Network.setCacheDisabled', { cacheDisabled: true });
    if (encodings) await wire.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': encodings.join(', ') } });
    wire.on('Network.responseReceived', ({ requestId, response }) => {
        names.set(requestId, new URL(response.url).pathname.replace('/coded/', '') || 'index.html');
        const field = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding');
        codings.set(requestId, field ? field[1] : '');
    });
    wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
    await page.goto(`${origin}/coded/`, { waitUntil: 'networkidle' });
    await page.evaluate(() => fetch('data.json').then((answer) => answer.text()));
    await page.waitForTimeout(200); // for the last event
    await wire.send('Network.setExtraHTTPHeaders', { headers: {} });
    await wire.send('Network.setCacheDisabled', { cacheDisabled: false });
    await wire.detach();
    return Object.fromEntries([...names].map(([id, name]) => [name, { coding: codings.get(id), bytes: sizes.get(id) }]));
}

async function coded(page) {
    const parts = ['index.html', ...Object.keys(site.coded)].sort();
    for (const [encodings, wanted] of [[['gzip'], 'gzip'], [['zstd'], 'zstd'], [['deflate'], 'deflate'], [['br'], 'br'], [null, 'zstd']]) {
        const who = encodings ? `a browser that takes ${wanted} alone` : 'a browser as it is';
        // The first who asks may be answered before anything is made.
        let wire = {};
        // What somebody has coded beforehand comes first.
        const brotli = !encodings || wanted === 'br';
        const right = (name) => (name === 'style.css' && brotli ? 'br' : wanted === 'br' ? '' : wanted);
        const bad = () => parts.filter((name) => wire[name]?.coding !== right(name));
        for (let i = 0; i < 20; i++) {
            wire = await wireOf(page, encodings);
            if (bad().length === 0) break;
        }
        report.ok(bad().length === 0, `${who}: Content-Encoding of ${parts.length} parts`, JSON.stringify(wire));
        const color = await page.locator('h1').evaluate((h1) => getComputedStyle(h1).color);
        report.equal(`${who}: the style is whole`, brotli ? 'rgb(7, 8, 9)' : 'rgb(4, 5, 6)', color);
        report.equal(`${who}: the script ran to its end`, 'ran', await page.locator('#script').textContent());
        report.equal(`${who}: the drawing is shown`, 640, await page.locator('#drawing').evaluate((image) => image.naturalWidth));
        for (const [name, size] of Object.entries(site.coded)) {
            if (wanted === 'br' && name !== 'style.css') continue;
            const got = await page.evaluate((url) => fetch(url).then((answer) => answer.arrayBuffer()).then((bytes) => bytes.byteLength), name);
            report.ok(got === size && wire[name].bytes < size / 2,
                `${who}: ${name}, ${wire[name]?.bytes} bytes on the wire, is ${size}`, `${got} bytes`);
        }
    }
}

// What came over the wire: the page itself sees its cached 200.
async function reload(page) {
    const statuses = [];
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.enable');
    wire.on('Network.responseReceivedExtraInfo', (response) => statuses.push(response.statusCode));
    await page.goto(`${origin}/page/`);
    statuses.length = 0;
    await page.reload({ waitUntil: 'networkidle' });
    await wire.detach();
    report.ok(statuses.length > 0 && statuses.every((status) => status === 304),
        `reloading transfers nothing that has not changed: ${statuses.join(' ')}`);
}

async function seek(page, watch) {
    const url = `${origin}/media/tone.wav`;
    const ranges = () => watch.responses.filter((response) => response.url === url);
    await page.goto(`${origin}/media/player.html`);
    const player = page.locator('#player');
    await page.waitForFunction(() => document.getElementById('player').readyState >= 1);
    report.equal('the player knows the length', site.seconds, Math.round(await player.evaluate((a) => a.duration)));
    await player.evaluate((a) => a.play());
    await page.waitForFunction(() => document.getElementById('player').currentTime > 0.3);
    report.ok(true, 'it plays from the start');
    const middle = site.seconds / 2;
    await player.evaluate((a, to) => { a.currentTime = to; }, middle);
    await page.waitForFunction((to) => {
        const a = document.getElementById('player');
        return !a.seeking && !a.paused && a.currentTime > to + 0.5 && a.currentTime < to + 30;
    }, middle);
    report.ok(true, 'after seeking to the middle it plays there');
    await player.evaluate((a, to) => { a.currentTime = to; }, site.seconds - 2);
    await page.waitForFunction(() => document.getElementById('player').ended);
    report.ok(true, 'after seeking to two seconds before the end it plays to the end');
    await shoot(page, 'player');
    const all = ranges();
    report.ok(all.length > 1 && all.every((one) => one.range && one.status === 206),
        'each request for the sound has a Range and each answer is 206', JSON.stringify(all.map((one) => [one.range, one.status])));
    const bad = all.filter((one) => {
        const asked = /^bytes=(\d+)-(\d*)$/.exec(one.range || '');
        return !asked || one.headers['content-range'] !== `bytes ${asked[1]}-${asked[2] || site.tone - 1}/${site.tone}`;
    });
    report.ok(bad.length === 0, 'and is the range that was asked for', JSON.stringify(bad));
    const starts = all.map((one) => Number(/=(\d+)/.exec(one.range)?.[1]));
    report.ok(starts.some((start) => start > site.tone * 0.45 && start < site.tone * 0.55),
        `one of them begins in the middle (${starts.join(', ')} of ${site.tone})`);
    report.ok(await player.evaluate((a) => a.error === null), 'the player has no error');
}

async function sorting(page) {
    const by = (key) => [...site.sorting].sort((a, b) => (a[key] < b[key] ? -1 : 1)).map((file) => file.name);
    await page.goto(`${origin}/sorting/`);
    const files = async () => (await entries(page)).map((entry) => entry.text).filter((text) => !text.endsWith('/'));
    report.equal('folders come first', 'a folder/', (await entries(page))[0].text);
    const unsorted = await files();
    report.equal('all files are there', by('name'), [...unsorted].sort());
    const click = (n) => Promise.all([page.waitForNavigation(), page.locator('th').nth(n).locator('a, button').first().click()]);
    for (const [n, key] of [[1, 'size'], [2, 'date']]) {
        await click(n);
        const first = await files();
        await shoot(page, `listing-by-${key}`);
        await click(n);
        const second = await files();
        const [up, down] = [by(key), by(key).reverse()];
        report.ok(JSON.stringify([first, second].sort()) === JSON.stringify([up, down].sort()),
            `a click on the head sorts by ${key}, another one the other way`, `${first} / ${second}`);
        report.equal(`and folders are still first (${key})`, 'a folder/', (await entries(page))[0].text);
    }
    await click(0);
    const [first] = [await files()];
    await click(0);
    report.equal('by name, and the other way', [...first].reverse(), await files());
    report.ok(await page.$$eval('th[aria-sort]', (heads) => heads.length) === 1, 'the head says by aria-sort which order it is');
}

async function errors(page, watch) {
    const missing = `${origin}/nowhere/%3Cb%3Ebold%3C%2Fb%3E.html`;
    watch.refused.add(missing);
    const response = await page.goto(missing);
    report.equal('what is not there is a 404', 404, response.status());
    const text = await page.locator('body').innerText();
    report.ok(text.includes('404') && /not found/i.test(text), 'whose page says so to a person', text);
    report.equal('and has no markup of the address', 0, await page.locator('b').count());
    await shoot(page, 'not-found');
}

// The same pages in other circumstances.
async function looks(browser, name, options, wantsDark) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    for (const [what, at] of [['root', '/'], ['odd', '/odd/'], ['sorting', '/sorting/'], ['many', '/many/'], ['not-found', '/nowhere']]) {
        await page.goto(origin + at);
        await shoot(page, `${name}-${what}`);
        const { overflow, lowest } = await page.evaluate(measures);
        report.ok(overflow <= 0, `${name}, ${what}: no scrolling to the side`, `${overflow} pixels too wide`);
        if (options.isMobile && lowest !== null) report.ok(lowest >= 24, `${name}, ${what}: a finger can hit each link`, `${lowest} pixels high`);
        const contrast = await page.evaluate(lowestContrast);
        report.ok(contrast.ratio >= 4.5, `${name}, ${what}: contrast ${contrast.ratio.toFixed(1)}`, `'${contrast.text}'`);
        report.ok(wantsDark === contrast.ground < 0.2, `${name}, ${what}: the ground is ${wantsDark ? 'dark' : 'light'}`, `luminance ${contrast.ground}`);
    }
    await context.close();
}

async function noScript(browser) {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.goto(`${origin}/sorting/`);
    await page.locator('th').nth(1).locator('a, button').first().click();
    await page.waitForURL(/\?/);
    report.ok(true, 'without scripts a click on a head sorts as well');
    await context.close();
}

async function main() {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        // Debian's sandbox helper does not work for root, which CI and containers are.
        args: ['--autoplay-policy=no-user-gesture-required', '--disable-background-networking',
            ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
    });
    console.log(`# ${process.env.BROWSER_WHAT || 'browser'}: Chromium ${browser.version()}`);
    try {
        const desk = { viewport: { width: 1100, height: 800 } };
        const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
        const page = await browser.newPage(desk);
        page.setDefaultTimeout(patience);
        const watch = new Watch(page, origin);
        for (const [name, run] of Object.entries({ rootListing, oddNames, pageWithParts, coded, reload, seek, sorting, errors })) {
            await report.part(name, () => run(page, watch));
        }
        report.equal('nothing from elsewhere was asked for', [], watch.foreign);
        report.equal('nothing failed on the way', [], watch.failures);
        report.equal('the console has no errors', [], watch.complaints);
        await report.part('noScript', () => noScript(browser));
        await report.part('desk', () => looks(browser, 'desk', desk, false));
        await report.part('dark', () => looks(browser, 'dark', { ...desk, colorScheme: 'dark' }, true));
        await report.part('phone', () => looks(browser, 'phone', phone, false));
        await report.part('phone-dark', () => looks(browser, 'phone-dark', { ...phone, colorScheme: 'dark' }, true));
    } finally {
        await browser.close();
    }
    return report.end();
}

main().then((status) => process.exit(status), (e) => {
    console.error(`browser_test: ${e.stack}`);
    process.exit(2);
});
