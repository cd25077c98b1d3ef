// Package evaluate decides what a sign-in comes to:
//
//	evidence → verify → map → ask the directory → policy → plan → outcome
//
// [Evaluator.Evaluate] is the only place that goes through these steps. Sign-ins,
// test connections, captured responses, replays, the comparison with a draft and
// previews call it with different evidence and do different things with the
// outcome; they cannot disagree about what is decided. The dry run of policies
// calls [Rules.Decide], the pure part of it, on recorded identities.
//
// Whether a user is let in is decided by the gates in gates.go, in one order. A
// new condition ("provisioned by SCIM", "consent was given") is one more
// function in that list: every caller obeys it, and TestSinksAgree in sso/login
// shows that they do. What a gate has to know about the user is a field of
// [sso.SignInFacts], which the store reads in the transaction of the sign-in.
//
// What must not live here: writing anything, sessions, browsers, HTTP, SQL, and
// how a message is verified.
package evaluate
