// Package connection is the pages about a connection as it is: its versions,
// certificates, rules, shadow, and the groups it brings.
//
// What must not live here: the assistant, and test connections.
package connection
