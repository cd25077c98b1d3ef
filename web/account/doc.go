// Package account shows users their own profile, groups and sign-ins, and lets them
// end their sessions.
//
// What must not live here: data of other users; changes of profile or groups, which
// come from the company's sign-in.
package account
