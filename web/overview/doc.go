// Package overview is the enterprises, and of each what is connected, whether it
// is well, and what needs doing.
//
// What must not live here: doing it.
package overview
