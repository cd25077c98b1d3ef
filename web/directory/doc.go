// Package directory is the pages about an enterprise's people, organizations,
// groups and domains, and about applications.
//
// What must not live here: who becomes a member of what by a sign-in.
package directory
