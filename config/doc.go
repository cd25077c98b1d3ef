// Package config is what an installation is told: one struct, filled from
// defaults, a file, the environment and flags, in this order of growing
// precedence.
//
// A setting has one name, "session.idle". In the file that is a path, in the
// environment GATEHOUSE_SESSION_IDLE, as a flag --session-idle. Whatever the
// source, it is text that is read in one way, so that a mistake is reported in
// the same words, and all mistakes at once.
//
// What must not live here: anything that acts on a setting; package variables.
// Only cmd may import this package: everybody else is given what they need.
package config
