// Package web is everything the gateway says over HTTP; this package itself only
// lists the pages of its features.
//
// What must not live here: anything but that list.
package web
