// Package scim compares SCIM with what others wrote: scim2-tester checks the
// running program, and scim-patch applies the same PATCH operations.
//
// It runs if TEST_SCIM2 names the program scim2 and TEST_SCIM_PATCH the modules of
// Node.js that scim-patch is in; make test-scim gets both.
//
// What must not live here: tests that need neither of them.
package scim
