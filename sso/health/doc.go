// Package health finds out what is unwell about an enterprise's sign-in, records
// it and tells its admins.
//
// What is unwell is a function of what is known ([Evaluate]): the overview shows
// it, and [Service.Run] tells it. Each finding is told once at each threshold.
//
// What must not live here: counting, which the store does, and what failures
// mean, which is in sso/catalog.
package health
