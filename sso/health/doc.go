// Package health finds problems of an enterprise's sign-in, records them and
// tells its admins.
//
// [Evaluate] computes the findings from the known facts: the overview shows
// them, and [Service.Run] sends them. Each finding is sent once at each
// threshold.
//
// What must not live here: counting, which the store does, and the meaning of
// failures, which is in sso/catalog.
package health
