// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What of a page's looks can be measured.
'use strict';

// Runs in the page: the lowest contrast (WCAG 2.1 section 1.4.3) of any visible text with
// what lies under it, and which text that is.
function lowestContrast() {
    // Whatever the notation of a colour, a canvas knows its bytes.
    const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const bytes = (colour) => {
        pixel.clearRect(0, 0, 1, 1);
        pixel.fillStyle = colour;
        pixel.fillRect(0, 0, 1, 1);
        return [...pixel.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map((c) => {
            c /= 255;
            return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    // What lies under a page that has no ground of its own depends on its color-scheme.
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.backgroundColor = 'Canvas';
    const canvas = bytes(getComputedStyle(probe).backgroundColor);
    probe.remove();
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = bytes(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return canvas;
    };
    let lowest = { ratio: 21, text: '' };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent.trim();
        if (!text || ['STYLE', 'SCRIPT'].includes(node.parentElement.tagName)) continue;
        const [a, b] = [luminance(bytes(getComputedStyle(node.parentElement).color)),
            luminance(ground(node.parentElement))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < lowest.ratio) lowest = { ratio, text: text.slice(0, 40) };
    }
    return { ...lowest, ground: luminance(ground(document.body)) };
}

// Runs in the page: pixels by which it is wider than the window, and the height of the lowest
// cell with a link or a button: what a finger has for itself (24: WCAG 2.2 section 2.5.8).
function measures() {
    const heights = [...document.querySelectorAll('td a, th a, th button')]
        .map((link) => link.closest('td, th').getBoundingClientRect().height);
    return {
        overflow: document.documentElement.scrollWidth - window.innerWidth,
        lowest: heights.length ? Math.min(...heights) : null,
    };
}

module.exports = { lowestContrast, measures };
