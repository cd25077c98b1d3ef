// Package config loads the settings of an installation into one struct: from
// defaults, a file, the environment and flags, in order of increasing precedence.
//
// A setting has one name, such as "session.idle". In the file the name is a path, in
// the environment GATEHOUSE_SESSION_IDLE, as a flag --session-idle. Values of all
// sources are parsed the same way, so a problem has the same message everywhere, and
// all problems are reported at once.
//
// What must not live here: code that acts on a setting; package variables. Only cmd
// may import this package: it passes settings to the other packages.
package config
