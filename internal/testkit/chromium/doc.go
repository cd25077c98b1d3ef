// Package chromium starts a real browser for tests.
//
// What lives here: finding and starting it, and skipping tests without one. What must
// not live here: what a test does with it.
package chromium
