// Package chromium starts a real browser for tests.
//
// What lives here: how it is found, what it is started with, and what happens
// when there is none. What must not: what any test does with it.
package chromium
